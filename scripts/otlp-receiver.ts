import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import {
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  type LogRecord,
  type MetricPoint,
  type OtlpEncoding,
} from "../src/ingest/index.ts";
import { SPAN_KINDS, type Span } from "../src/signals/index.ts";

/**
 * What OTLP sends, flattened for tests: each item with the attributes of its resource. Times in milliseconds since the
 * epoch.
 */
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

const millis = (nanos: bigint): number => Number(nanos / 1000n) / 1000;

const flatSpan = (span: Span): ReceivedSpan => ({
  resource: span.resource.attributes,
  scope: span.scope.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId || undefined,
  name: span.name,
  kind: SPAN_KINDS.indexOf(span.kind),
  startMs: millis(span.startNs),
  endMs: millis(span.endNs),
  attributes: span.attributes,
  events: span.events.map(({ name, attributes }) => ({ name, attributes })),
  failed: span.status === "error",
  statusMessage: span.statusMessage || undefined,
});

function flatPoint(point: MetricPoint): ReceivedPoint[] {
  if (point.kind === "summary" || point.kind === "exponentialHistogram") return [];
  return [
    {
      resource: point.resource.attributes,
      metric: point.name,
      unit: point.unit,
      kind: point.kind,
      labels: point.attributes,
      startMs: millis(point.startNs),
      timeMs: millis(point.timeNs),
      value: point.kind === "histogram" ? (point.sum ?? 0) : point.value,
      histogram:
        point.kind === "histogram" ? { count: point.count, bounds: point.bounds, counts: point.counts } : undefined,
      exemplars: point.exemplars.map(({ traceId, spanId, value }) => ({ traceId, spanId, value })),
    },
  ];
}

const flatLog = (record: LogRecord): ReceivedLog => ({
  resource: record.resource.attributes,
  scope: record.scope.name,
  timeMs: millis(record.timeNs),
  severityText: record.severityText,
  body: record.body ?? undefined,
  attributes: record.attributes,
  traceId: record.traceId || undefined,
  spanId: record.spanId || undefined,
});

/** An OTLP request's items; throws `OtlpError` where it is none. */
export const receiveSpans = (bytes: Uint8Array, encoding?: OtlpEncoding): ReceivedSpan[] =>
  decodeTraces(bytes, encoding).map(flatSpan);
export const receivePoints = (bytes: Uint8Array, encoding?: OtlpEncoding): ReceivedPoint[] =>
  decodeMetrics(bytes, encoding).flatMap(flatPoint);
export const receiveLogs = (bytes: Uint8Array, encoding?: OtlpEncoding): ReceivedLog[] =>
  decodeLogs(bytes, encoding).map(flatLog);

export type OtlpReceiver = {
  /** Base URL, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly port: number;
  readonly spans: ReceivedSpan[];
  readonly points: ReceivedPoint[];
  readonly logs: ReceivedLog[];
  /** How many requests came for each path. */
  readonly requests: Record<string, number>;
  readonly close: () => Promise<void>;
};

export type OtlpReceiverOptions = {
  readonly port?: number;
  /** Answers instead of taking, where it returns a status. */
  readonly refuse?: (path: string) => number | undefined;
};

/** A small OTLP/HTTP receiver on 127.0.0.1 that keeps what it gets in memory, for the demo and the tests. */
export async function startOtlpReceiver({ port = 0, refuse }: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const logs: ReceivedLog[] = [];
  const requests: Record<string, number> = {};
  const server = createServer(async (incoming, response) => {
    const path = incoming.url ?? "/";
    requests[path] = (requests[path] ?? 0) + 1;
    const raw = await buffer(incoming);
    const refused = refuse?.(path);
    if (refused !== undefined) {
      response.writeHead(refused).end();
      return;
    }
    const body = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const encoding = incoming.headers["content-type"]?.startsWith("application/json") === true ? "json" : "protobuf";
    if (path === "/v1/traces") spans.push(...receiveSpans(body, encoding));
    else if (path === "/v1/metrics") points.push(...receivePoints(body, encoding));
    else if (path === "/v1/logs") logs.push(...receiveLogs(body, encoding));
    else {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    spans,
    points,
    logs,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
