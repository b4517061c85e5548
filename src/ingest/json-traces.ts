import { type Resource, type Scope, SPAN_KINDS, type Span } from "../signals/index.ts";
import {
  enumAt,
  idAt,
  integerAt,
  isZeroId,
  type JsonObject,
  objectAt,
  objectsAt,
  textAt,
  timeAt,
} from "./json-reader.ts";
import { attributesAt, type CountItems, readExport } from "./json-values.ts";
import type { Reject } from "./rejections.ts";
import {
  INVALID_PARENT_ID,
  INVALID_SPAN_ID,
  INVALID_TRACE_ID,
  SPAN_ID_BYTES,
  STATUSES,
  TRACE_ID_BYTES,
} from "./span-ids.ts";

function readLinks(links: readonly JsonObject[]): Span["links"] {
  return links.flatMap((link) => {
    const traceId = idAt(link, "traceId", TRACE_ID_BYTES);
    const spanId = idAt(link, "spanId", SPAN_ID_BYTES);
    return traceId && spanId ? [{ traceId, spanId, attributes: attributesAt(link) }] : [];
  });
}

function readSpan(
  span: JsonObject,
  resource: Resource,
  scope: Scope,
  count: CountItems,
  reject: Reject,
): Span | undefined {
  const traceId = idAt(span, "traceId", TRACE_ID_BYTES);
  const spanId = idAt(span, "spanId", SPAN_ID_BYTES);
  const parentSpanId = idAt(span, "parentSpanId", SPAN_ID_BYTES);
  const status = objectAt(span, "status") ?? {};
  const [events, links] = [objectsAt(span, "events"), objectsAt(span, "links")];
  count(events);
  count(links);
  const read: Omit<Span, "traceId" | "spanId" | "parentSpanId"> = {
    traceState: textAt(span, "traceState"),
    flags: integerAt(span, "flags"),
    name: textAt(span, "name"),
    kind: SPAN_KINDS[enumAt(span, "kind", "SPAN_KIND_", SPAN_KINDS)] ?? "unspecified",
    startNs: timeAt(span, "startTimeUnixNano"),
    endNs: timeAt(span, "endTimeUnixNano"),
    status: STATUSES[enumAt(status, "code", "STATUS_CODE_", STATUSES)] ?? "unset",
    statusMessage: textAt(status, "message"),
    resource,
    scope,
    attributes: attributesAt(span),
    events: events.map((event) => ({
      timeNs: timeAt(event, "timeUnixNano"),
      name: textAt(event, "name"),
      attributes: attributesAt(event),
    })),
    links: readLinks(links),
  };
  if (!traceId) reject(INVALID_TRACE_ID);
  else if (!spanId) reject(INVALID_SPAN_ID);
  else if (parentSpanId !== undefined) return { traceId, spanId, parentSpanId, ...read };
  // All zero is how some senders write a root.
  else if (isZeroId(span, "parentSpanId", SPAN_ID_BYTES)) return { traceId, spanId, parentSpanId: "", ...read };
  else reject(INVALID_PARENT_ID);
  return undefined;
}

export function readJsonTraces(bytes: Uint8Array, reject: Reject): Span[] {
  const spans: Span[] = [];
  const names = { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" };
  readExport(bytes, names, (item, resource, scope, count) => {
    const span = readSpan(item, resource, scope, count, reject);
    if (span !== undefined) spans.push(span);
  });
  return spans;
}
