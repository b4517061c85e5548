import { formatTime, TIME_TEXT_LAYOUT } from "../../gotext/index.ts";
import type { Resource, Span, SpanStatus } from "../../signals/index.ts";
import { type Tag, tagOf, tagsOf, textTag } from "./tags.ts";

export type Reference = { type: "CHILD_OF" | "FOLLOWS_FROM"; readonly traceId: string; spanId: string };
export type Log = { readonly timeNs: bigint; readonly fields: Tag[] };
/** Spans of a resource share it. */
export type Process = { readonly service: string; readonly tags: readonly Tag[] };

/** A span in Jaeger's own model, still to be adjusted: the one mutable thing here, and it never leaves the request. */
export type JaegerSpan = {
  readonly traceId: string;
  spanId: string;
  readonly name: string;
  readonly references: Reference[];
  readonly startNs: bigint;
  readonly durationNs: bigint;
  tags: Tag[];
  readonly logs: Log[];
  process: Process;
  readonly warnings: string[];
};

const SERVICE_NAME = "service.name";
const REF_TYPE = "opentracing.ref_type";
/**
 * The collector gives Jaeger the service's name a second time, because Jaeger takes the first one out of the tags and links are made
 * from tags (collector/config.yaml, transform/link_tags).
 */
const LINK_TAG = "agent_observatory.service_name";

const NO_ID = /^0*$/;

export function referencesOf({
  traceId,
  parentSpanId,
  links,
}: Pick<Span, "traceId" | "parentSpanId" | "links">): Reference[] {
  const parent = NO_ID.test(parentSpanId) ? undefined : parentSpanId;
  const references: Reference[] = parent === undefined ? [] : [{ type: "CHILD_OF", traceId, spanId: parent }];
  for (const link of links) {
    const type = link.attributes[REF_TYPE] === "child_of" ? "CHILD_OF" : "FOLLOWS_FROM";
    const first = references[0];
    // A link to the parent tells what kind of parent it is.
    if (parent !== undefined && first !== undefined && link.traceId === traceId && link.spanId === parent)
      first.type = type;
    else references.push({ type, traceId: link.traceId, spanId: link.spanId });
  }
  return references;
}

const STATUS_CODES: Readonly<Record<SpanStatus, string>> = { unset: "", ok: "OK", error: "ERROR" };

function spanTags({ scope, attributes, kind, status, statusMessage, traceState }: Span): Tag[] {
  const tags: Tag[] = [];
  const addText = (key: string, value: string): void => {
    if (value !== "") tags.push(textTag(key, value));
  };
  addText("otel.scope.name", scope.name);
  addText("otel.scope.version", scope.version);
  tags.push(...tagsOf(attributes));
  addText("span.kind", kind === "unspecified" ? "" : kind);
  addText("otel.status_code", STATUS_CODES[status]);
  if (status === "error") tags.push({ key: "error", type: "bool", value: true });
  addText("otel.status_description", statusMessage);
  addText("w3c.tracestate", traceState);
  return tags;
}

const logsOf = ({ events }: Span): Log[] =>
  events.map(({ timeNs, name, attributes }) => {
    const fields = tagsOf(attributes);
    const isNamed = name !== "" && attributes["event"] === undefined;
    return { timeNs, fields: isNamed ? [textTag("event", name), ...fields] : fields };
  });

const processes = new WeakMap<Resource, Process>();

function processOf({ resource }: Span): Process {
  const known = processes.get(resource);
  if (known !== undefined) return known;
  const name = resource.attributes[SERVICE_NAME];
  const tags = Object.entries(resource.attributes)
    .filter(([key]) => key !== SERVICE_NAME && (key !== LINK_TAG || name === undefined))
    .map(([key, value]) => tagOf(key, value));
  if (name !== undefined && name !== null) tags.push(tagOf(LINK_TAG, name));
  const process = { service: resource.service, tags };
  processes.set(resource, process);
  return process;
}

/** A span that ends before or when it starts lasts one nanosecond, and says so. */
function durationOf({ startNs, endNs }: Span): { durationNs: bigint; warnings: string[] } {
  if (startNs < endNs) return { durationNs: endNs - startNs, warnings: [] };
  const [original, adjusted] = [endNs, startNs + 1n].map((ns) => formatTime(ns, TIME_TEXT_LAYOUT));
  const warning =
    `Negative duration detected, sanitizing end timestamp. Original end timestamp: ${original}, ` +
    `adjusted to: ${adjusted}`;
  return { durationNs: 1n, warnings: [warning] };
}

/** A span as Jaeger's collector turns OTLP into its own model. */
export const jaegerSpanOf = (span: Span): JaegerSpan => ({
  traceId: span.traceId,
  spanId: span.spanId,
  name: span.name,
  references: referencesOf(span),
  startNs: span.startNs,
  ...durationOf(span),
  tags: spanTags(span),
  logs: logsOf(span),
  process: processOf(span),
});
