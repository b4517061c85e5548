import { createRecentMap } from "../base/index.ts";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import type { ErrorCategory } from "./categories.ts";
import { type ErrorSeverity, severityOfCategory, worse } from "./severity.ts";
import type { ErrorSource } from "./sources.ts";

/** As much of the error of a span as tells whether another one is the same. */
export type SpanError = {
  readonly source: string;
  readonly type: string;
  readonly message: string;
  readonly category: ErrorCategory;
};

const SOURCES: Readonly<Record<string, ErrorSource>> = {
  [OPERATION.invokeAgent]: "agent",
  [OPERATION.invokeWorkflow]: "workflow",
  [OPERATION.executeNode]: "node",
  [OPERATION.executeTool]: "tool",
  [OPERATION.retrieval]: "retrieval",
};
/** Shorter messages are part of others by chance. */
const MIN_QUOTED = 8;
/** Parents of failed spans that have not ended yet. */
const MAX_PARENTS = 2000;
const MAX_BELOW = 8;

/** Who sees the error of a span with these attributes; undefined where it is none that is counted. */
export function sourceOfSpan(attributes: Readonly<Record<string, unknown>>): ErrorSource | undefined {
  // What the end of the process cut off has not failed.
  if (attributes[ATTR.unfinished] === true) return undefined;
  const operation = String(attributes[ATTR.operation]);
  return SOURCES[operation] ?? (INFERENCE_OPERATIONS.has(operation) ? "llm" : undefined);
}

/** The severity of an error of a span: a limit that ends a whole run is more than a limit that a retry gets over. */
export function severityOfSpan(source: string, category: ErrorCategory): ErrorSeverity {
  const severity = severityOfCategory(category);
  return category !== "cancelled" && (source === "agent" || source === "workflow")
    ? worse(severity, "error")
    : severity;
}

/** Whether an error that comes out of a span is one that happened inside of it. */
function isSameError(below: SpanError, above: SpanError): boolean {
  const [short, long] = [below.message, above.message].toSorted((a, b) => a.length - b.length) as [string, string];
  if (short.length >= MIN_QUOTED && long.includes(short)) return true;
  if (below.category !== above.category) return false;
  // SDKs say in their own words what the wire has seen.
  return below.source === "llm" || (below.type === above.type && (below.type !== "Error" || short === long));
}

/** Where errors of spans began: an agent that fails with its tool has not failed again. */
export type NestedErrors = {
  /** Takes every ended span, the inner ones first. Whether `error`, if it failed with one, began in it. */
  readonly began: (spanId: string, parentId: string | undefined, error: SpanError | undefined) => boolean;
  /** Whether errors wait for spans around them: where none do, and a span has none, there is nothing to tell of it. */
  readonly isWaiting: () => boolean;
};

export function createNestedErrors(maxParents = MAX_PARENTS): NestedErrors {
  /** By the id of the span that they happened in: an error that comes out of it may be one of these. */
  const below = createRecentMap<readonly SpanError[]>(maxParents);
  return {
    began: (spanId, parentId, error) => {
      const inside = below.get(spanId) ?? [];
      below.delete(spanId);
      const up = error === undefined ? inside : [...inside, error];
      if (up.length > 0 && parentId !== undefined) {
        below.set(parentId, [...(below.get(parentId) ?? []), ...up].slice(-MAX_BELOW));
      }
      return error !== undefined && !inside.some((one) => isSameError(one, error));
    },
    isWaiting: () => below.size() > 0,
  };
}
