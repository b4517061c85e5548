import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationType, InstrumentType, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { decodeLogs, decodeMetrics, decodeTraces, type MetricPoint } from "../../src/ingest/index.ts";

const RESOURCE = { "service.name": "shop", "host.cpus": 8, tags: ["a", "b"] };
const ATTRIBUTES = { text: "Grüße 🦊", whole: 5, negative: -3, part: 0.5, flag: false, list: ["a", "b"], none: [] };
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

const bytesOf = (bytes: Uint8Array | undefined): Uint8Array => bytes ?? assert.fail("nothing was serialized");

function endedSpans() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes(RESOURCE),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const parent = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  const tracer = provider.getTracer("scope", "1.2");
  const span = tracer.startSpan(
    "call",
    {
      kind: SpanKind.PRODUCER,
      startTime: [1_700_000_000, 123_456_789],
      attributes: ATTRIBUTES,
      links: [{ context: parent, attributes: { why: "retry" } }],
    },
    trace.setSpanContext(ROOT_CONTEXT, parent),
  );
  span.addEvent("happened", { at: 1 }, [1_700_000_000, 500_000_001]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: "mine" });
  span.end([1_700_000_001, 999_999_999]);
  tracer.startSpan("plain").end();
  return exporter.getFinishedSpans();
}

/** All kinds of instruments, read once. */
async function collected() {
  class Reader extends MetricReader {
    protected override onShutdown(): Promise<void> {
      return Promise.resolve();
    }
    protected override onForceFlush(): Promise<void> {
      return Promise.resolve();
    }
  }
  const reader = new Reader({
    aggregationSelector: (type) =>
      type === InstrumentType.HISTOGRAM
        ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
        : { type: AggregationType.DEFAULT },
  });
  const provider = new MeterProvider({
    resource: resourceFromAttributes(RESOURCE),
    readers: [reader],
    views: [
      {
        instrumentName: "classic",
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0.5, 10] } },
      },
    ],
  });
  const meter = provider.getMeter("meter", "3");
  meter.createCounter("counted", { unit: "{call}", description: "Calls." }).add(7, ATTRIBUTES);
  meter.createUpDownCounter("level").add(-2.5);
  meter.createGauge("measured", { unit: "s" }).record(1e-9);
  for (const value of [0.1, 0.5, 3, 1000]) {
    meter.createHistogram("classic").record(value);
    meter.createHistogram("exponential").record(value);
  }
  meter.createHistogram("exponential").record(0);
  return (await reader.collect()).resourceMetrics;
}

describe("what OpenTelemetry's serializers write", () => {
  it("is read alike from protobuf and from JSON, spans with all they have", () => {
    const spans = endedSpans();
    const read = decodeTraces(bytesOf(ProtobufTraceSerializer.serializeRequest(spans)));
    assert.deepEqual(decodeTraces(bytesOf(JsonTraceSerializer.serializeRequest(spans)), "json"), read);
    const [span, plain] = read;
    assert.equal(read.length, 2);
    assert.match(span?.spanId ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(
      { ...span, spanId: "", flags: 0 },
      {
        traceId: TRACE_ID,
        spanId: "",
        parentSpanId: SPAN_ID,
        traceState: "",
        flags: 0,
        name: "call",
        kind: "producer",
        startNs: 1_700_000_000_123_456_789n,
        endNs: 1_700_000_001_999_999_999n,
        status: "error",
        statusMessage: "mine",
        resource: { service: "shop", attributes: RESOURCE },
        scope: { name: "scope", version: "1.2", attributes: {} },
        attributes: ATTRIBUTES,
        events: [{ timeNs: 1_700_000_000_500_000_001n, name: "happened", attributes: { at: 1 } }],
        links: [{ traceId: TRACE_ID, spanId: SPAN_ID, attributes: { why: "retry" } }],
      },
    );
    assert.equal((span?.flags ?? 0) & TraceFlags.SAMPLED, TraceFlags.SAMPLED);
    assert.deepEqual([plain?.parentSpanId, plain?.status, plain?.kind], ["", "unset", "internal"]);
    assert.equal(plain?.resource, span?.resource, "spans of one request share their resource");
  });

  it("is read alike from protobuf and from JSON, log records with all they have", () => {
    const record = {
      hrTime: [1_700_000_000, 5] as [number, number],
      hrTimeObserved: [1_700_000_001, 6] as [number, number],
      severityNumber: 13,
      severityText: "WARN",
      eventName: "happened",
      body: { text: "Grüße", list: [1, null, true], deep: { part: 0.5 } },
      attributes: ATTRIBUTES,
      resource: resourceFromAttributes(RESOURCE),
      instrumentationScope: { name: "winston", version: "3" },
      droppedAttributesCount: 2,
      spanContext: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED },
    };
    const read = decodeLogs(bytesOf(ProtobufLogsSerializer.serializeRequest([record])));
    assert.deepEqual(decodeLogs(bytesOf(JsonLogsSerializer.serializeRequest([record])), "json"), read);
    assert.deepEqual(read, [
      {
        timeNs: 1_700_000_000_000_000_005n,
        observedNs: 1_700_000_001_000_000_006n,
        severityNumber: 13,
        severityText: "WARN",
        eventName: "happened",
        body: record.body,
        attributes: ATTRIBUTES,
        droppedAttributeCount: 2,
        traceId: TRACE_ID,
        spanId: SPAN_ID,
        flags: 1,
        resource: { service: "shop", attributes: RESOURCE },
        scope: { name: "winston", version: "3", attributes: {} },
      },
    ]);
  });

  it("is read alike from protobuf and from JSON, points of every kind", async () => {
    const metrics = await collected();
    const read = decodeMetrics(bytesOf(ProtobufMetricsSerializer.serializeRequest(metrics)));
    assert.deepEqual(decodeMetrics(bytesOf(JsonMetricsSerializer.serializeRequest(metrics)), "json"), read);
    const point = <K extends MetricPoint["kind"]>(name: string, kind: K): Extract<MetricPoint, { kind: K }> => {
      const found = read.find((one) => one.name === name);
      assert.equal(found?.kind, kind);
      return found as Extract<MetricPoint, { kind: K }>;
    };
    const counted = point("counted", "sum");
    assert.deepEqual(
      [counted.value, counted.monotonic, counted.temporality, counted.unit, counted.description, counted.attributes],
      [7, true, "cumulative", "{call}", "Calls.", ATTRIBUTES],
    );
    assert.ok(counted.timeNs >= counted.startNs && counted.startNs > 1_600_000_000_000_000_000n);
    assert.deepEqual(counted.scope, { name: "meter", version: "3", attributes: {} });
    assert.deepEqual([point("level", "sum").value, point("level", "sum").monotonic], [-2.5, false]);
    assert.equal(point("measured", "gauge").value, 1e-9);
    const classic = point("classic", "histogram");
    assert.deepEqual(
      [classic.bounds, classic.counts, classic.count, classic.sum, classic.min, classic.max],
      [[0.5, 10], [2, 1, 1], 4, 1003.6, 0.1, 1000],
    );
    const exponential = point("exponential", "exponentialHistogram");
    assert.deepEqual([exponential.count, exponential.zeroCount, exponential.min], [5, 1, 0]);
    assert.equal(
      exponential.positive.counts.reduce((sum, count) => sum + count, 0),
      4,
    );
    assert.ok(exponential.scale > 0 && exponential.positive.offset !== 0);
  });
});
