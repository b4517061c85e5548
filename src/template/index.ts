/**
 * Go's text/template, as Prometheus' annotations and Loki's line_format use it (with `missingkey=zero`): the language, its own functions
 * and fmt's verbs. Pure; what else a template may call is passed in. A hostile template ends in an error: output, steps and depth are bounded.
 */
import { BUILTINS } from "./builtins.ts";
import { TemplateError } from "./error.ts";
import { interpret, type TemplateLimits } from "./interpreter.ts";
import { parseTemplate } from "./parser.ts";
import { MAX_TEXT_LENGTH } from "./printf.ts";
import type { TemplateFunction } from "./values.ts";

export { TemplateError } from "./error.ts";
export { escapeQuery } from "./escape.ts";
export type { TemplateLimits } from "./interpreter.ts";
export { sprint, sprintf } from "./printf.ts";
export { createTime, TIME_TYPE, timeNsOf, ZERO_TIME_NS } from "./time.ts";
export {
  createStruct,
  declareFunction,
  isStruct,
  nameList,
  type ParameterType,
  type Struct,
  type TemplateFunction,
  typeOf,
} from "./values.ts";

export type TemplateFunctions = Readonly<Record<string, TemplateFunction>>;

export type Template = {
  /** Throws `TemplateError`. See values.ts for what stands for which of Go's types. */
  readonly render: (data: unknown) => string;
  /** The field's name where the template is `{{.name}}` and nothing else. */
  readonly onlyField: string | undefined;
};

export type TemplateOptions = {
  /** How errors call it. */
  readonly name?: string;
  readonly limits?: Partial<TemplateLimits>;
};

const LIMITS: TemplateLimits = { maxLength: MAX_TEXT_LENGTH, maxSteps: 1_000_000, maxDepth: 100 };

/** Reads a template once, to be rendered often. Throws `TemplateError` where it cannot be read or names a function that is not there. */
export function compileTemplate(
  text: string,
  functions: TemplateFunctions,
  { name = "template", limits = {} }: TemplateOptions = {},
): Template {
  const known = new Map(Object.entries(functions));
  const parsed = parseTemplate(name, text, (called) => known.has(called) || BUILTINS.has(called));
  const program = { name, text, parsed, functions: known, limits: { ...LIMITS, ...limits } };
  const [only, second] = parsed.root;
  const command = only?.kind === "action" && second === undefined ? only.pipe.commands : [];
  const operand = command.length === 1 && command[0]?.args.length === 1 ? command[0].args[0] : undefined;
  return {
    render: (data) => {
      try {
        return interpret(program, data);
      } catch (error) {
        if (error instanceof TemplateError) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new TemplateError(`template: ${name}: ${reason}`, { cause: error });
      }
    },
    onlyField: operand?.kind === "field" && operand.path.length === 1 ? operand.path[0] : undefined,
  };
}
