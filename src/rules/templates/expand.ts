import type { Labels } from "../../signals/index.ts";
import { compileTemplate, createStruct, type Template, TemplateError } from "../../template/index.ts";
import { createPrometheusFunctions, type VectorElement } from "./functions.ts";

/** The values that a label or annotation template sees. */
export type TemplateSubject = {
  readonly labels: Labels;
  readonly value: number;
  readonly timeMs: number;
};

export type Expander = {
  /** The texts with their templates filled in. A template that fails gives its error as text, as in Prometheus. */
  readonly expand: (texts: Labels, subject: TemplateSubject) => Promise<[name: string, text: string][]>;
};

export type ExpanderOptions = {
  readonly alertName: string;
  readonly externalUrl: string;
  readonly externalLabels: Labels;
  /** Throws where the query fails. */
  readonly query: (expr: string, timeMs: number) => Promise<readonly VectorElement[]>;
};

/** Prometheus puts them before every template; columns in its errors count them. */
const DEFINITIONS =
  "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}";
const DATA_TYPE =
  "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }";
/** A template that asks for more is not describing an alert. */
const MAX_QUERIES = 50;

/** Thrown into a template that needs the answer of a query: templates run synchronously, queries do not. */
class QueryNeeded extends Error {
  readonly expr: string;
  constructor(expr: string) {
    super("query not answered yet");
    this.expr = expr;
  }
}

function neededBy(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof QueryNeeded) return one.expr;
  return undefined;
}

type Answer = { readonly vector: readonly VectorElement[] } | { readonly error: Error };

const templateName = (alertName: string): string => `__alert_${alertName}`;

/** What is wrong with a template of an alert of this name, if it cannot be read. */
export function checkTemplate(alertName: string, text: string): string | undefined {
  if (!text.includes("{{")) return undefined;
  const functions = createPrometheusFunctions({ query: () => [], timeMs: () => 0, externalUrl: "" });
  try {
    compileTemplate(DEFINITIONS + text, functions, { name: templateName(alertName) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function createExpander({ alertName, externalUrl, externalLabels, query }: ExpanderOptions): Expander {
  const name = templateName(alertName);
  const compiled = new Map<string, Template | TemplateError>();
  const answers = new Map<string, Answer>();
  // Only one template is rendered at a time, and rendering never waits.
  const moment = { timeMs: 0 };
  const functions = createPrometheusFunctions({
    timeMs: () => moment.timeMs,
    externalUrl,
    query: (expr) => {
      const answer = answers.get(`${moment.timeMs} ${expr}`);
      if (answer === undefined) throw new QueryNeeded(expr);
      if ("error" in answer) throw answer.error;
      return answer.vector;
    },
  });

  const templateOf = (text: string): Template | TemplateError => {
    let template = compiled.get(text);
    if (template === undefined) {
      try {
        template = compileTemplate(DEFINITIONS + text, functions, { name });
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        template = error;
      }
      compiled.set(text, template);
    }
    return template;
  };

  const answer = async (expr: string, timeMs: number): Promise<void> => {
    const key = `${timeMs} ${expr}`;
    try {
      answers.set(key, { vector: await query(expr, timeMs) });
    } catch (error) {
      answers.set(key, { error: error instanceof Error ? error : new Error(String(error)) });
    }
  };

  const expandOne = async (text: string, { labels, value, timeMs }: TemplateSubject): Promise<string> => {
    if (!text.includes("{{")) return text;
    const template = templateOf(text);
    if (template instanceof Error) {
      return `<error expanding template: error parsing template ${name}: ${template.message}>`;
    }
    const data = createStruct({
      type: DATA_TYPE,
      fields: { Labels: labels, ExternalLabels: externalLabels, ExternalURL: externalUrl, Value: value },
    });
    for (let asked = 0; ; asked++) {
      try {
        moment.timeMs = timeMs;
        return template.render(data);
      } catch (error) {
        const expr = neededBy(error);
        if (expr !== undefined && asked < MAX_QUERIES) {
          await answer(expr, timeMs);
          continue;
        }
        const reason =
          expr !== undefined
            ? `more than ${MAX_QUERIES} queries`
            : error instanceof Error
              ? error.message
              : String(error);
        return `<error expanding template: error executing template ${name}: ${reason}>`;
      }
    }
  };

  return {
    expand: async (texts, subject) => {
      const expanded: [string, string][] = [];
      for (const text of Object.keys(texts).sort()) {
        expanded.push([text, await expandOne(texts[text] ?? "", subject)]);
      }
      // Answers hold for one evaluation; alerts of it share them.
      for (const key of answers.keys()) if (!key.startsWith(`${subject.timeMs} `)) answers.delete(key);
      return expanded;
    },
  };
}
