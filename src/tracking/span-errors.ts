import { SpanStatusCode } from "@opentelemetry/api";
import { type ErrorCategory, type ErrorSource, severityOfCategory, worse } from "../errors/index.ts";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import type { ReadableSpan } from "../telemetry/index.ts";
import type { Occurrence } from "./occurrence.ts";
import { placeOf } from "./place.ts";
import { createRecentMap } from "./recent-map.ts";

/** Sees every ended span in canonical form, the inner ones first; returns the error that began in it, if one did. */
export type SpanErrors = { readonly of: (span: ReadableSpan, isExported: boolean) => Occurrence | undefined };

const SOURCES: Readonly<Record<string, ErrorSource>> = {
  [OPERATION.invokeAgent]: "agent",
  [OPERATION.invokeWorkflow]: "workflow",
  [OPERATION.executeNode]: "node",
  [OPERATION.executeTool]: "tool",
  [OPERATION.retrieval]: "retrieval",
};
/** Parents of failed spans that have not ended yet. */
const MAX_PARENTS = 2000;
const MAX_BELOW = 8;
/** Shorter messages are part of others by chance. */
const MIN_QUOTED = 8;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function occurrenceOf(span: ReadableSpan, source: ErrorSource, isExported: boolean): Occurrence {
  const { attributes } = span;
  const exception = span.events.findLast(({ name }) => name === "exception")?.attributes;
  const category = (text(attributes[ATTR.errorCategory]) ?? "unknown") as ErrorCategory;
  const { traceId, spanId } = span.spanContext();
  const [seconds, nanos] = span.endTime;
  const stack = text(exception?.["exception.stacktrace"]);
  const place = placeOf(attributes);
  const name =
    place.tool ??
    text(attributes[ATTR.nodeName]) ??
    text(attributes[ATTR.workflowName]) ??
    text(attributes[ATTR.provider]) ??
    place.agent;
  const bySource = severityOfCategory(category);
  return {
    ...place,
    source,
    type: text(exception?.["exception.type"]) ?? text(attributes[ATTR.errorType]) ?? "unknown",
    message: text(exception?.["exception.message"]) ?? text(span.status.message) ?? "",
    ...(stack !== undefined && { stack }),
    category,
    // A limit that ends a whole run is more than a limit that a retry gets over.
    severity:
      category !== "cancelled" && (source === "agent" || source === "workflow") ? worse(bySource, "error") : bySource,
    timeMs: seconds * 1000 + nanos / 1e6,
    where: `${String(attributes[ATTR.operation])} ${name ?? ""}`,
    traceId,
    spanId,
    isExported,
  };
}

function isSame(below: Occurrence, above: Occurrence): boolean {
  const [short, long] = [below.message, above.message].toSorted((a, b) => a.length - b.length) as [string, string];
  if (short.length >= MIN_QUOTED && long.includes(short)) return true;
  if (below.category !== above.category) return false;
  // SDKs say in their own words what the wire has seen.
  return below.source === "llm" || (below.type === above.type && (below.type !== "Error" || short === long));
}

export function createSpanErrors(): SpanErrors {
  /** By the id of the span that they happened in: an error that comes out of it may be one of these. */
  const below = createRecentMap<readonly Occurrence[]>(MAX_PARENTS);
  const passUp = (span: ReadableSpan, errors: readonly Occurrence[]): void => {
    const parentId = span.parentSpanContext?.spanId;
    if (parentId === undefined || span.parentSpanContext?.isRemote === true) return;
    below.set(parentId, [...(below.get(parentId) ?? []), ...errors].slice(-MAX_BELOW));
  };
  return {
    of: (span, isExported) => {
      const failed = span.status.code === SpanStatusCode.ERROR;
      if (!failed && below.size() === 0) return undefined;
      const { spanId } = span.spanContext();
      const inside = below.get(spanId) ?? [];
      below.delete(spanId);
      const operation = String(span.attributes[ATTR.operation]);
      const source = SOURCES[operation] ?? (INFERENCE_OPERATIONS.has(operation) ? "llm" : undefined);
      // What the end of the process cut off has not failed.
      const isError = failed && source !== undefined && span.attributes[ATTR.unfinished] !== true;
      if (!isError) {
        if (inside.length > 0) passUp(span, inside);
        return undefined;
      }
      const error = occurrenceOf(span, source, isExported);
      passUp(span, [...inside, error]);
      return inside.some((one) => isSame(one, error)) ? undefined : error;
    },
  };
}
