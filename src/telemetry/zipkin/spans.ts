import { type Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMicroseconds } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { ATTR } from "../../model/index.ts";

/** A span of Zipkin's API, version 2 (zipkin.io/zipkin-api/zipkin2-api.yaml). Tags are texts, times microseconds. */
export type ZipkinSpan = {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: "CLIENT" | "SERVER" | "PRODUCER" | "CONSUMER";
  readonly timestamp: number;
  /** At least 1: 0 means unknown there. */
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName: string };
  readonly remoteEndpoint?: { readonly serviceName: string; readonly port?: number };
  readonly tags: Readonly<Record<string, string>>;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[];
};

const KINDS: Readonly<Partial<Record<SpanKind, NonNullable<ZipkinSpan["kind"]>>>> = {
  [SpanKind.CLIENT]: "CLIENT",
  [SpanKind.SERVER]: "SERVER",
  [SpanKind.PRODUCER]: "PRODUCER",
  [SpanKind.CONSUMER]: "CONSUMER",
};

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);

function tagsOf({ attributes, resource, status, instrumentationScope }: ReadableSpan): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const given of [resource.attributes as Attributes, attributes]) {
    for (const [name, value] of Object.entries(given))
      if (value !== undefined && value !== null) tags[name] = textOf(value);
  }
  if (instrumentationScope.name !== "") tags["otel.scope.name"] = instrumentationScope.name;
  if (status.code !== SpanStatusCode.UNSET) tags["otel.status_code"] = SpanStatusCode[status.code];
  // Zipkin shows a span with this tag as failed, whatever it says.
  if (status.code === SpanStatusCode.ERROR) tags["error"] = status.message ?? textOf(attributes[ATTR.errorType] ?? "");
  return tags;
}

/** Whom a span asked: without it Zipkin draws no dependencies. */
function remoteOf({ kind, attributes }: ReadableSpan): Pick<ZipkinSpan, "remoteEndpoint"> {
  if (kind !== SpanKind.CLIENT && kind !== SpanKind.PRODUCER) return {};
  const name = attributes[ATTR.provider] ?? attributes["db.system.name"] ?? attributes[ATTR.serverAddress];
  const port = attributes[ATTR.serverPort];
  if (typeof name !== "string") return {};
  return { remoteEndpoint: { serviceName: name, ...(typeof port === "number" && { port }) } };
}

function annotationsOf({ events }: ReadableSpan): Pick<ZipkinSpan, "annotations"> {
  if (events.length === 0) return {};
  return {
    annotations: events.map(({ name, time, attributes }) => ({
      timestamp: Math.round(hrTimeToMicroseconds(time)),
      value:
        attributes === undefined || Object.keys(attributes).length === 0
          ? name
          : `${name} ${JSON.stringify(attributes)}`,
    })),
  };
}

export function zipkinSpan(span: ReadableSpan): ZipkinSpan {
  const { traceId, spanId } = span.spanContext();
  const kind = KINDS[span.kind];
  return {
    traceId,
    id: spanId,
    ...(span.parentSpanContext !== undefined && { parentId: span.parentSpanContext.spanId }),
    name: span.name,
    ...(kind !== undefined && { kind }),
    timestamp: Math.round(hrTimeToMicroseconds(span.startTime)),
    duration: Math.max(1, Math.round(hrTimeToMicroseconds(span.duration))),
    localEndpoint: { serviceName: textOf(span.resource.attributes["service.name"] ?? "unknown_service:node") },
    ...remoteOf(span),
    tags: tagsOf(span),
    ...annotationsOf(span),
  };
}

/** Spans as the items of a JSON list, which several such texts make together. */
export const encodeZipkin = (spans: readonly ReadableSpan[]): Uint8Array =>
  Buffer.from(spans.map((span) => JSON.stringify(zipkinSpan(span))).join(","));

/** The body of a request to `/api/v2/spans`. */
export const joinZipkin = (items: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([
    Buffer.from("["),
    ...items.flatMap((item, at) => (at === 0 ? [item] : [Buffer.from(","), item])),
    Buffer.from("]"),
  ]);
