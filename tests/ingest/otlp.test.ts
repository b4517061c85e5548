import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { decodeLogs, decodeMetrics, decodeTraces, OtlpError } from "../../src/ingest/index.ts";
import { createProtobufWriter, type ProtobufWriter } from "../../src/telemetry/otlp/protobuf-writer.ts";

const ATTRIBUTES = {
  text: "Grüße 🦊",
  whole: 5,
  negative: -3,
  part: 0.5,
  flag: false,
  list: ["a", "b"],
  numbers: [1, -2],
};

function spanBytes(): Uint8Array {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "shop" }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const span = provider.getTracer("scope", "1").startSpan("call", {
    kind: SpanKind.CLIENT,
    startTime: 1_700_000_000_123,
    attributes: ATTRIBUTES,
  });
  span.addEvent("happened", { at: 1 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "mine" });
  span.end(1_700_000_001_000);
  const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans());
  assert.ok(bytes !== undefined);
  return bytes;
}

const nested = (depth: number): ((writer: ProtobufWriter) => void) =>
  depth === 0
    ? (writer) => writer.string(1, "deep")
    : (writer) => writer.message(5, (array) => array.message(1, nested(depth - 1)));

/** One log record whose body is as given. */
const logBytes = (
  body: (writer: ProtobufWriter) => void,
  more: (record: ProtobufWriter) => void = () => {},
): Buffer => {
  const request = createProtobufWriter();
  request.message(1, (resource) =>
    resource.message(2, (scope) =>
      scope.message(2, (record) => {
        record.message(5, body);
        more(record);
      }),
    ),
  );
  return request.finish();
};

describe("OTLP as it arrives", () => {
  it("gives spans as OpenTelemetry's own serializer wrote them", () => {
    const [span, ...more] = decodeTraces(spanBytes());
    assert.equal(more.length, 0);
    assert.equal(span?.resource.service, "shop");
    assert.deepEqual(span?.resource.attributes, { "service.name": "shop" });
    assert.deepEqual(span?.scope, { name: "scope", version: "1", attributes: {} });
    assert.match(span?.traceId ?? "", /^[0-9a-f]{32}$/);
    assert.match(span?.spanId ?? "", /^[0-9a-f]{16}$/);
    assert.equal(span?.parentSpanId, "");
    assert.equal(span?.kind, "client");
    assert.equal(span?.startNs, 1_700_000_000_123_000_000n);
    assert.equal(span?.endNs, 1_700_000_001_000_000_000n);
    assert.deepEqual(span?.attributes, ATTRIBUTES);
    assert.deepEqual(
      span?.events.map(({ name, attributes }) => ({ name, attributes })),
      [{ name: "happened", attributes: { at: 1 } }],
    );
    assert.deepEqual([span?.status, span?.statusMessage], ["error", "mine"]);
  });

  it("gives log records likewise", () => {
    const bytes = ProtobufLogsSerializer.serializeRequest([
      {
        hrTime: [1_700_000_000, 5_000_000],
        hrTimeObserved: [1_700_000_000, 5_000_000],
        severityText: "WARN",
        body: "Grüße",
        attributes: ATTRIBUTES,
        resource: resourceFromAttributes({ "service.name": "shop" }),
        instrumentationScope: { name: "winston" },
        droppedAttributesCount: 0,
      },
    ]);
    const [log] = decodeLogs(bytes ?? new Uint8Array());
    assert.deepEqual(
      [log?.timeNs, log?.severityText, log?.body, log?.scope.name],
      [1_700_000_000_005_000_000n, "WARN", "Grüße", "winston"],
    );
    assert.deepEqual(log?.attributes, ATTRIBUTES);
    assert.deepEqual([log?.traceId, log?.spanId], ["", ""]);
  });

  it("passes over fields that it does not know, of every type", () => {
    const bytes = logBytes(
      (body) => body.string(1, "known"),
      (record) => {
        record.varint(900, 2 ** 40);
        record.fixed64(901, 1n);
        record.string(902, "x");
        record.message(903, (inner) => inner.varint(1, 1));
      },
    );
    assert.equal(decodeLogs(bytes)[0]?.body, "known");
  });

  it("takes values that are nested, and refuses those nested without end", () => {
    assert.deepEqual(decodeLogs(logBytes(nested(3)))[0]?.body, [[["deep"]]]);
    assert.throws(() => decodeLogs(logBytes(nested(500))), OtlpError);
  });

  it("is nothing where nothing is sent, and an error where it is no protobuf", () => {
    for (const decode of [decodeTraces, decodeMetrics, decodeLogs]) {
      assert.deepEqual(decode(new Uint8Array()), []);
      assert.throws(() => decode(Buffer.from("<html>no</html>")), OtlpError);
      assert.throws(() => decode(Buffer.alloc(20, 0xff)), OtlpError);
    }
  });

  it("throws its own error alone, however the bytes are damaged", () => {
    const bytes = spanBytes();
    for (let length = 0; length < bytes.length; length += 1) {
      try {
        decodeTraces(bytes.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof OtlpError, `${length} bytes: ${error}`);
      }
    }
    let seed = 5;
    for (let round = 0; round < 5000; round += 1) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      const damaged = Buffer.from(bytes);
      damaged[(seed >> 8) % damaged.length] = seed & 0xff;
      try {
        decodeTraces(damaged);
      } catch (error) {
        assert.ok(error instanceof OtlpError, `round ${round}: ${error}`);
      }
    }
  });
});
