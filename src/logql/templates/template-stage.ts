import {
  compileTemplate,
  createTime,
  declareFunction,
  type Template,
  TemplateError,
  type TemplateFunctions,
} from "../../template/index.ts";
import { ERROR_LABEL, type LabelState } from "../label-state.ts";
import type { StageRunner } from "../stages/stage.ts";
import type { LabelFormat } from "../syntax.ts";
import { NUMBER_FUNCTIONS } from "./number-functions.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";
import { TIME_FUNCTIONS } from "./time-functions.ts";
import { fromJson, orDefault } from "./value-functions.ts";

const COMMON_FUNCTIONS: TemplateFunctions = {
  ...TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...TIME_FUNCTIONS,
  fromJson: declareFunction(["string"], fromJson),
  default: declareFunction(["any"], orDefault, "any"),
};

type Current = { line: string; timeNs: bigint };

const functionsOf = (current: Current): TemplateFunctions => ({
  ...COMMON_FUNCTIONS,
  __line__: declareFunction([], () => current.line),
  __timestamp__: declareFunction([], () => createTime(current.timeNs)),
});

const ACTION = /\{\{[\s\S]*?\}\}/g;
const TEXT_LITERAL = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;
const FIELD = /\.([\p{L}_][\p{L}\p{N}_]*)/gu;

/** Labels that a template may refer to. */
function fieldsOf(text: string): string[] {
  const actions = (text.match(ACTION) ?? []).map((action) => action.replace(TEXT_LITERAL, '""'));
  return actions.flatMap((action) => [...action.matchAll(FIELD)].map((match) => match[1] as string));
}

const labelsOf = (state: LabelState): Record<string, string> => {
  const labels = Object.create(null) as Record<string, string>;
  for (const [name, value] of state.entries()) labels[name] = value;
  return labels;
};

function setTemplateError(state: LabelState, error: unknown): void {
  if (!(error instanceof TemplateError)) throw error;
  state.error = "TemplateFormatErr";
  state.errorDetails = error.message;
}

/** `| line_format`. Throws an `Error` where the template cannot be read. */
export function createLineFormatStage(text: string): StageRunner {
  const current: Current = { line: "", timeNs: 0n };
  let template: Template;
  try {
    template = compileTemplate(text, functionsOf(current), { name: "line" });
  } catch (error) {
    throw new Error(`invalid line template: ${(error as Error).message}`);
  }
  const { onlyField } = template;
  return {
    requiredLabels: fieldsOf(text),
    process: (timeNs, line, state) => {
      if (onlyField !== undefined) return state.get(onlyField) ?? "";
      current.line = line;
      current.timeNs = timeNs;
      try {
        return template.render(labelsOf(state));
      } catch (error) {
        setTemplateError(state, error);
        return line;
      }
    },
  };
}

/** `| label_format`: all templates see the labels as they were when the first of them was reached. Throws an `Error`. */
export function createLabelFormatStage(formats: readonly LabelFormat[]): StageRunner {
  const current: Current = { line: "", timeNs: 0n };
  const functions = functionsOf(current);
  const seen = new Set<string>();
  const steps = formats.map((format) => {
    const { label } = format;
    if (label === ERROR_LABEL) throw new Error(`${label} cannot be formatted`);
    if (seen.has(label)) throw new Error(`multiple label name '${label}' not allowed in a single format operation`);
    seen.add(label);
    if ("from" in format) return { label, from: format.from, template: undefined, text: "" };
    try {
      const template = compileTemplate(format.template, functions, { name: "label" });
      return { label, from: "", template, text: format.template };
    } catch (error) {
      throw new Error(`invalid template for label '${label}': ${(error as Error).message}`);
    }
  });
  return {
    requiredLabels: steps.flatMap(({ template, from, text }) => (template === undefined ? [from] : fieldsOf(text))),
    process: (timeNs, line, state) => {
      current.line = line;
      current.timeNs = timeNs;
      let labels: Record<string, string> | undefined;
      for (const { label, from, template } of steps) {
        if (template === undefined) {
          const value = state.get(from);
          if (value === undefined) continue;
          state.set(label, value);
          state.remove(from);
          continue;
        }
        labels ??= labelsOf(state);
        try {
          state.set(label, template.render(labels));
        } catch (error) {
          setTemplateError(state, error);
        }
      }
      return line;
    },
  };
}
