import { LOGS_REQUEST, METRICS_REQUEST, TRACES_REQUEST } from "./otlp-schema.ts";
import { decodeProtobuf } from "./protobuf.ts";

/** What OTLP sends, flattened: each item with the attributes of its resource. Times in milliseconds since the epoch. */
export type AttributeMap = Readonly<Record<string, unknown>>;
export type ReceivedSpan = {
  readonly resource: AttributeMap;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: AttributeMap;
  readonly events: readonly { readonly name: string; readonly attributes: AttributeMap }[];
  readonly failed: boolean;
  readonly statusMessage: string | undefined;
};
export type ReceivedExemplar = { readonly traceId: string; readonly spanId: string; readonly value: number };
export type ReceivedPoint = {
  readonly resource: AttributeMap;
  readonly metric: string;
  readonly unit: string;
  readonly kind: "sum" | "gauge" | "histogram";
  readonly labels: AttributeMap;
  readonly startMs: number;
  readonly timeMs: number;
  /** The value, or the sum of a histogram. */
  readonly value: number;
  readonly histogram:
    | { readonly count: number; readonly bounds: readonly number[]; readonly counts: readonly number[] }
    | undefined;
  readonly exemplars: readonly ReceivedExemplar[];
};
export type ReceivedLog = {
  readonly resource: AttributeMap;
  readonly scope: string;
  readonly timeMs: number;
  readonly severityText: string;
  readonly body: unknown;
  readonly attributes: AttributeMap;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
};

// biome-ignore lint/suspicious/noExplicitAny: decoded OTLP is loose by nature, and read only here.
type Loose = any;

const STATUS_ERROR = 2;
const list = (value: Loose): Loose[] => (Array.isArray(value) ? value : []);
const millis = (nanos: Loose): number => Number(BigInt(nanos ?? 0) / 1000n) / 1000;

function anyValue(value: Loose): unknown {
  if (value === undefined) return undefined;
  if (value.arrayValue !== undefined) return list(value.arrayValue.values).map(anyValue);
  if (value.kvlistValue !== undefined) return attributeMap(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue ?? value.bytesValue;
}

function attributeMap(pairs: Loose): AttributeMap {
  return Object.fromEntries(list(pairs).map((pair) => [pair.key ?? "", anyValue(pair.value)]));
}

type Place = { readonly resource: AttributeMap; readonly scope: string };

function flatten<T>(resources: Loose, scopes: string, items: string, read: (item: Loose, place: Place) => T[]): T[] {
  return list(resources).flatMap((one) => {
    const resource = attributeMap(one.resource?.attributes);
    return list(one[scopes]).flatMap((scoped) =>
      list(scoped[items]).flatMap((item) => read(item, { resource, scope: scoped.scope?.name ?? "" })),
    );
  });
}

/** Throws `ProtobufError` where the bytes are no such request; so do its siblings below. */
export function decodeTraces(bytes: Uint8Array): ReceivedSpan[] {
  return flatten<ReceivedSpan>(
    decodeProtobuf(bytes, TRACES_REQUEST)["resourceSpans"],
    "scopeSpans",
    "spans",
    (span, place) => [
      {
        ...place,
        traceId: span.traceId ?? "",
        spanId: span.spanId ?? "",
        parentSpanId: span.parentSpanId || undefined,
        name: span.name ?? "",
        kind: span.kind ?? 0,
        startMs: millis(span.startTimeUnixNano),
        endMs: millis(span.endTimeUnixNano),
        attributes: attributeMap(span.attributes),
        events: list(span.events).map((event) => ({
          name: event.name ?? "",
          attributes: attributeMap(event.attributes),
        })),
        failed: span.status?.code === STATUS_ERROR,
        statusMessage: span.status?.message,
      },
    ],
  );
}

function readPoint(metric: Loose, kind: ReceivedPoint["kind"], place: Place): (point: Loose) => ReceivedPoint {
  return (point) => ({
    resource: place.resource,
    metric: metric.name ?? "",
    unit: metric.unit ?? "",
    kind,
    labels: attributeMap(point.attributes),
    startMs: millis(point.startTimeUnixNano),
    timeMs: millis(point.timeUnixNano),
    value: point.asDouble ?? point.asInt ?? point.sum ?? 0,
    histogram:
      kind === "histogram"
        ? {
            count: Number(point.count ?? 0),
            bounds: list(point.explicitBounds),
            counts: list(point.bucketCounts).map(Number),
          }
        : undefined,
    exemplars: list(point.exemplars).map((exemplar) => ({
      traceId: exemplar.traceId ?? "",
      spanId: exemplar.spanId ?? "",
      value: exemplar.asDouble ?? exemplar.asInt ?? 0,
    })),
  });
}

export function decodeMetrics(bytes: Uint8Array): ReceivedPoint[] {
  const request = decodeProtobuf(bytes, METRICS_REQUEST)["resourceMetrics"];
  return flatten<ReceivedPoint>(request, "scopeMetrics", "metrics", (metric, place) =>
    (["sum", "gauge", "histogram"] as const).flatMap((kind) =>
      list(metric[kind]?.dataPoints).map(readPoint(metric, kind, place)),
    ),
  );
}

export function decodeLogs(bytes: Uint8Array): ReceivedLog[] {
  return flatten<ReceivedLog>(
    decodeProtobuf(bytes, LOGS_REQUEST)["resourceLogs"],
    "scopeLogs",
    "logRecords",
    (log, place) => [
      {
        ...place,
        timeMs: millis(log.timeUnixNano),
        severityText: log.severityText ?? "",
        body: anyValue(log.body),
        attributes: attributeMap(log.attributes),
        traceId: log.traceId || undefined,
        spanId: log.spanId || undefined,
      },
    ],
  );
}
