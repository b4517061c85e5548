import { type Attributes, context, type Span, type SpanContext, trace } from "@opentelemetry/api";
import type { Exemplar } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import { runningTelemetry, type Telemetry } from "../telemetry/index.ts";
import { textOf } from "./given.ts";

const INFO = 9;
const SCOPE = "agent-observatory";
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;

/** Where something is told, besides its metrics. */
export type Told = {
  readonly name: string;
  readonly attributes: Attributes;
  /** The text of the log record; without one there is none. */
  readonly line?: string;
  /** The span that it is about, where that is not the current one. */
  readonly about?: SpanContext | undefined;
};

/** A span that the program names by its ids. Undefined where those are none. */
export function namedSpan(traceId: unknown, spanId: unknown): SpanContext | undefined {
  const ids = { traceId: String(traceId).toLowerCase(), spanId: String(spanId).toLowerCase() };
  if (!TRACE_ID.test(ids.traceId)) return undefined;
  return { traceId: ids.traceId, spanId: SPAN_ID.test(ids.spanId) ? ids.spanId : "", traceFlags: 1 };
}

/** Of the span that a record is about: the current one's event or, for another, a log record of that span. */
export function tell(telemetry: Telemetry, { name, attributes, line, about }: Told): void {
  const span = trace.getSpan(context.active());
  const current = span?.spanContext();
  const isCurrent =
    about === undefined || (about.traceId === current?.traceId && [current.spanId, ""].includes(about.spanId));
  if (isCurrent) span?.addEvent(name, attributes);
  if (line === undefined) return;
  telemetry.emitLog({
    severityNumber: INFO,
    severityText: "INFO",
    body: line,
    attributes,
    scope: SCOPE,
    eventName: name,
    ...(about !== undefined && !isCurrent && { spanContext: about }),
  });
}

/** Links a value to the trace that it was recorded in. */
export function exemplarOf(span: Span | undefined): Exemplar | undefined {
  const ids = span?.spanContext();
  return ids !== undefined && (ids.traceFlags & 1) === 1 ? { traceId: ids.traceId, spanId: ids.spanId } : undefined;
}

export const spanHere = (): Span | undefined => trace.getSpan(context.active());

export const exemplarHere = (): Exemplar | undefined => exemplarOf(spanHere());

/** The agent that is named, else the one that is running. */
export const agentOf = (given: unknown): string => textOf(given) ?? runningTelemetry()?.here()?.agent ?? "none";

export const agentAttribute = (agent: string): Attributes => (agent === "none" ? {} : { [ATTR.agentName]: agent });

/** Records, where telemetry runs. Nothing that goes wrong in it reaches the program. */
export function recording(step: (telemetry: Telemetry) => void): void {
  const telemetry = runningTelemetry();
  if (telemetry === undefined) return;
  try {
    step(telemetry);
  } catch {
    // What the program handed over cannot be read.
  }
}
