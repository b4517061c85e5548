/**
 * Spans as whoever reads this API's JSON understands them (backends/jaeger-trace.ts): the totals of an answer are those that its reader would
 * come to if it had all spans.
 */
import type { SpanOutline } from "../../signals/index.ts";
import { type FactValue, type SpanFacts, TOTALLED_ATTRIBUTES } from "../../totals/index.ts";
import { type JaegerSpan, type Reference, referencesOf } from "./span.ts";
import { tagOf } from "./tags.ts";

// A span has failed where it says so, whatever its status is.
const [ERROR, STATUS_CODE] = ["error", "otel.status_code"];
export const OUTLINED_ATTRIBUTES: readonly string[] = [...TOTALLED_ATTRIBUTES, ERROR, STATUS_CODE];

const NS_PER_US = 1000n;
const US_PER_MS = 1000;

const parentIn = (traceId: string, references: readonly Reference[]): string | undefined =>
  references.find((reference) => reference.type === "CHILD_OF" && reference.traceId === traceId)?.spanId;

type Values = Record<string, FactValue>;
const noValues = (): Values => Object.create(null) as Values;

const saysError = ({ [ERROR]: error, [STATUS_CODE]: code }: Values): boolean =>
  String(error) === "true" || String(code).toUpperCase() === "ERROR";

export function factsOfOutline(traceId: string, span: SpanOutline): SpanFacts {
  const { spanId, name, service, status, links } = span;
  const attributes = noValues();
  for (const [index, value] of span.values.entries()) {
    const key = OUTLINED_ATTRIBUTES[index];
    if (key !== undefined && value !== null) attributes[key] = tagOf(key, value).value;
  }
  return {
    spanId,
    parentSpanId: parentIn(traceId, referencesOf({ traceId, parentSpanId: span.parentSpanId, links })),
    name,
    service,
    startMs: span.startUs / US_PER_MS,
    durationMs: Math.max(0, span.durationUs) / US_PER_MS,
    status: saysError(attributes) ? "error" : status,
    attributes,
  };
}

/** Of a whole trace that was adjusted. A span that stands there twice counts once, but for the two sides of a call that share an id. */
export function factsOfTrace(spans: readonly JaegerSpan[]): SpanFacts[] {
  const unique = new Map<string, SpanFacts>();
  for (const { traceId, spanId, name, references, startNs, durationNs, tags, process } of spans) {
    const attributes = noValues();
    for (const { key, value } of tags) attributes[key] = value;
    unique.set(`${spanId} ${String(attributes["span.kind"])}`, {
      spanId,
      parentSpanId: parentIn(traceId, references),
      name,
      service: process.service,
      startMs: Number(startNs / NS_PER_US) / US_PER_MS,
      durationMs: Number(durationNs / NS_PER_US) / US_PER_MS,
      status: saysError(attributes) ? "error" : "unset",
      attributes,
    });
  }
  return [...unique.values()].sort((a, b) => a.startMs - b.startMs);
}
