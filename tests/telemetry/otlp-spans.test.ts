import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTraceState, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { decodeTraces } from "../../src/ingest/index.ts";
import { encodeSpans } from "../../src/telemetry/otlp/spans.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";
const RESOURCE = resourceFromAttributes({ "service.name": "s", "process.pid": 7 });
const SCOPE = { name: "agent-observatory", version: "1" };

const span = (more: Partial<ReadableSpan> = {}): ReadableSpan => ({
  name: "chat m",
  kind: SpanKind.CLIENT,
  spanContext: () => ({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 }),
  startTime: [1_700_000_000, 123_456_789],
  endTime: [1_700_000_001, 999_999_999],
  status: { code: SpanStatusCode.UNSET },
  attributes: {},
  links: [],
  events: [],
  duration: [1, 0],
  ended: true,
  resource: RESOURCE,
  instrumentationScope: SCOPE,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  ...more,
});

/** What a receiver reads of ours is what it reads of OpenTelemetry's own serializer. */
function assertSame(spans: readonly ReadableSpan[]): void {
  const theirs = ProtobufTraceSerializer.serializeRequest([...spans]);
  assert.ok(theirs !== undefined);
  const read = decodeTraces(encodeSpans(spans), "protobuf");
  assert.equal(read.length, spans.length);
  assert.deepEqual(read, decodeTraces(theirs, "protobuf"));
}

describe("spans in OTLP", () => {
  it("are read as those of OpenTelemetry's serializer", () => {
    const link = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, isRemote: true };
    assertSame([
      span(),
      span({
        name: "Bär 🦊".repeat(40),
        kind: SpanKind.INTERNAL,
        spanContext: () => ({ ...link, traceState: createTraceState("a=1,b=2") }),
        parentSpanContext: { ...link, spanId: "00f067aa0ba902b7" },
        status: { code: SpanStatusCode.ERROR, message: "it failed" },
        events: [
          { name: "e", time: [1_700_000_000, 1], attributes: { a: 1 }, droppedAttributesCount: 2 },
          { name: "", time: [0, 0] },
        ],
        links: [{ context: link, attributes: { b: true }, droppedAttributesCount: 3 }, { context: link }],
        droppedAttributesCount: 1,
        droppedEventsCount: 300,
        droppedLinksCount: 70_000,
      }),
    ]);
  });

  it("have attributes of every type and size", () => {
    const attributes: Record<string, unknown> = {
      empty: "",
      lone: "a\ud800b",
      yes: true,
      no: false,
      zero: 0,
      negative: -1,
      least: Number.MIN_SAFE_INTEGER,
      most: Number.MAX_SAFE_INTEGER,
      large: 2 ** 62,
      larger: 2 ** 63,
      lowest: -(2 ** 63),
      tiny: 5e-324,
      third: 1 / 3,
      infinite: Number.POSITIVE_INFINITY,
      texts: ["a", "", "ü".repeat(50)],
      numbers: [1, 2.5, -3],
      none: [],
      gaps: ["a", null, undefined, "b"],
      nothing: null,
      members: { a: { b: ["c"] } },
      "": "no name",
    };
    for (const length of [1, 41, 42, 43, 63, 64, 124, 125, 126, 127, 128, 129, 16_380, 16_384, 100_000]) {
      attributes[`text${length}`] = "x".repeat(length);
      attributes[`wide${length}`] = "€".repeat(length);
    }
    assertSame([span({ attributes: attributes as ReadableSpan["attributes"] })]);
  });

  it("have their times to the nanosecond", () => {
    const times = [0, 1, 65_535, 65_536, 65_537, 1_700_000_000, 2 ** 32 - 1, 2 ** 32, 2 ** 34 - 1];
    assertSame(
      times.flatMap((seconds) =>
        [0, 1, 999_999_999].map((nanos) => span({ startTime: [seconds, nanos], endTime: [seconds + 1, nanos] })),
      ),
    );
  });

  it("stand together by resource and scope", () => {
    const other = resourceFromAttributes({ "service.name": "other" }, { schemaUrl: "https://example.com/1" });
    const scope = { name: "theirs", schemaUrl: "https://example.com/2" };
    const mixed = [span(), span({ resource: other }), span({ instrumentationScope: scope }), span({ resource: other })];
    assertSame(mixed);
    assertSame([]);
  });

  it("are no larger than they are", () => {
    const encoded = encodeSpans([span()]);
    assert.equal(encoded.buffer.byteLength, encoded.byteLength);
  });
});
