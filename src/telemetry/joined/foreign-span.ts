import { type HrTime, isSpanContextValid, type SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** How SDK 1.x says what later ones say otherwise. */
type OldSpan = {
  readonly parentSpanId?: string;
  readonly instrumentationLibrary?: ReadableSpan["instrumentationScope"];
};

const NO_TIME: HrTime = [0, 0];

function parentOf(span: ReadableSpan & OldSpan, own: SpanContext): SpanContext | undefined {
  if (span.parentSpanContext !== undefined) {
    return isSpanContextValid(span.parentSpanContext) ? span.parentSpanContext : undefined;
  }
  return span.parentSpanId
    ? { traceId: own.traceId, spanId: span.parentSpanId, traceFlags: own.traceFlags }
    : undefined;
}

/** A span of the program's own SDK, of whatever major, as ours would have made it: with the resource by which we know the program. */
export function ownView(given: ReadableSpan, resource: ReadableSpan["resource"]): ReadableSpan {
  const span: ReadableSpan & OldSpan = given;
  const spanContext = span.spanContext();
  const parentSpanContext = parentOf(span, spanContext);
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => spanContext,
    ...(parentSpanContext !== undefined && { parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: span.attributes,
    links: span.links,
    events: span.events,
    duration: span.duration ?? NO_TIME,
    ended: span.ended,
    resource,
    instrumentationScope: span.instrumentationScope ?? span.instrumentationLibrary ?? { name: "" },
    droppedAttributesCount: span.droppedAttributesCount ?? 0,
    droppedEventsCount: span.droppedEventsCount ?? 0,
    droppedLinksCount: span.droppedLinksCount ?? 0,
  };
}
