import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRejections, decodeLogs, decodeMetrics, decodeTraces, OtlpError } from "../../src/ingest/index.ts";
import { attribute, json } from "./wire.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

const traces = (...spans: unknown[]) => json({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const logs = (...logRecords: unknown[]) => json({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
const bodyOf = (body: unknown) => decodeLogs(logs({ body }), "json")[0]?.body;

describe("OTLP/JSON", () => {
  it("is read by names in camel case and in snake case, and what is not known is passed over", () => {
    const request = {
      resource_spans: [
        {
          resource: { attributes: [attribute("service.name", "s")], droppedAttributesCount: 1 },
          schemaUrl: "x",
          scope_spans: [
            { spans: [{ trace_id: TRACE_ID, span_id: SPAN_ID, start_time_unix_nano: "5", later: [{ deep: {} }] }] },
          ],
        },
      ],
    };
    const [span] = decodeTraces(json(request), "json");
    assert.deepEqual([span?.traceId, span?.startNs, span?.resource.service], [TRACE_ID, 5n, "s"]);
  });

  it("has 64-bit integers as numbers or as text, and loses nothing of those that a number cannot hold", () => {
    assert.equal(bodyOf({ intValue: 5 }), 5);
    assert.equal(bodyOf({ intValue: "-5" }), -5);
    assert.equal(bodyOf({ intValue: "9223372036854775807" }), "9223372036854775807");
    const bare = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":1700000000123456789,"body":';
    const [record] = decodeLogs(Buffer.from(`${bare}{"intValue":-9223372036854775808}}]}]}]}`), "json");
    assert.deepEqual([record?.timeNs, record?.body], [1_700_000_000_123_456_789n, "-9223372036854775808"]);
  });

  it("has doubles as numbers, as text, and those that are not finite by their names", () => {
    assert.equal(bodyOf({ doubleValue: 0.5 }), 0.5);
    assert.equal(bodyOf({ doubleValue: "1e-7" }), 1e-7);
    assert.equal(bodyOf({ doubleValue: "-Infinity" }), Number.NEGATIVE_INFINITY);
    assert.ok(Number.isNaN(bodyOf({ doubleValue: "NaN" })));
    assert.throws(() => bodyOf({ doubleValue: "much" }), OtlpError);
  });

  it("has enums by number or by name", () => {
    const ids = { traceId: TRACE_ID, spanId: SPAN_ID };
    const spans = decodeTraces(
      traces(
        { ...ids, kind: 3, status: { code: 2 } },
        { ...ids, kind: "SPAN_KIND_CLIENT", status: { code: "STATUS_CODE_ERROR" } },
        { ...ids, kind: 99 },
      ),
      "json",
    );
    assert.deepEqual(
      spans.map(({ kind, status }) => [kind, status]),
      [
        ["client", "error"],
        ["client", "error"],
        ["unspecified", "unset"],
      ],
    );
    assert.throws(() => decodeTraces(traces({ ...ids, kind: "CLIENT" }), "json"), OtlpError);
    const severities = ["SEVERITY_NUMBER_INFO", "SEVERITY_NUMBER_ERROR3", "SEVERITY_NUMBER_UNSPECIFIED", 24];
    assert.deepEqual(
      severities.map((severityNumber) => decodeLogs(logs({ severityNumber }), "json")[0]?.severityNumber),
      [9, 19, 0, 24],
    );
  });

  it("has bytes as base64, lists, maps and nothing", () => {
    assert.deepEqual(bodyOf({ bytesValue: "AAH/" }), new Uint8Array([0, 1, 255]));
    assert.deepEqual(bodyOf({ arrayValue: { values: [{ stringValue: "a" }, {}] } }), ["a", null]);
    const map = bodyOf({ kvlistValue: { values: [attribute("__proto__", "kept"), attribute("b", "c")] } });
    assert.deepEqual(Object.entries(map ?? {}), [
      ["__proto__", "kept"],
      ["b", "c"],
    ]);
    assert.equal(bodyOf({}), null);
    assert.equal(bodyOf(null), null);
    assert.equal(bodyOf({ stringValue: "" }), "");
  });

  it("says which field is wrong, and never what it held", () => {
    const wrong: readonly [unknown, RegExp][] = [
      [{ resourceSpans: {} }, /^resourceSpans: expected a list, got an object$/],
      [[], /^the request: expected an object, got a list$/],
      [{ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 5 }] }] }] }, /^name: expected a text, got a number$/],
      [
        { resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: "secret" }] }] }] },
        /^startTimeUnixNano: expected an integer, got a string$/,
      ],
      [
        { resourceSpans: [{ scopeSpans: [{ spans: [{ endTimeUnixNano: -1 }] }] }] },
        /^endTimeUnixNano: expected nanoseconds since 1970, got a number$/,
      ],
    ];
    for (const [request, message] of wrong) {
      assert.throws(() => decodeTraces(json(request), "json"), { name: "OtlpError", message });
    }
    assert.throws(
      () => decodeTraces(Buffer.from('{"secret'), "json"),
      (error: Error) => {
        assert.ok(error instanceof OtlpError);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });

  it("is nothing where nothing is sent", () => {
    for (const decode of [decodeTraces, decodeLogs, decodeMetrics]) {
      assert.deepEqual(decode(new Uint8Array(), "json"), []);
      assert.deepEqual(decode(Buffer.from("{}"), "json"), []);
    }
  });
});

describe("ids that are none", () => {
  it("cost a span, and no other", () => {
    const { reject, list } = createRejections();
    const good = { traceId: TRACE_ID, spanId: SPAN_ID };
    const spans = decodeTraces(
      traces(
        { ...good, name: "kept" },
        { ...good, traceId: "0".repeat(32) },
        { ...good, traceId: "abc" },
        { ...good, spanId: "" },
        { ...good, parentSpanId: "zzzzzzzzzzzzzzzz" },
        { ...good, name: "root", parentSpanId: "0".repeat(16), traceId: TRACE_ID.toUpperCase() },
      ),
      "json",
      reject,
    );
    assert.deepEqual(
      spans.map(({ name, traceId, parentSpanId }) => [name, traceId, parentSpanId]),
      [
        ["kept", TRACE_ID, ""],
        ["root", TRACE_ID, ""],
      ],
    );
    assert.deepEqual(
      list().map(({ count }) => count),
      [2, 1, 1],
    );
  });

  it("leave a log record and an exemplar without a trace, and a span without that link", () => {
    const [record] = decodeLogs(logs({ traceId: "abc", spanId: "0".repeat(16), body: {} }), "json");
    assert.deepEqual([record?.traceId, record?.spanId], ["", ""]);
    const links = [
      { traceId: TRACE_ID, spanId: "" },
      { traceId: TRACE_ID, spanId: SPAN_ID },
    ];
    const [span] = decodeTraces(traces({ traceId: TRACE_ID, spanId: SPAN_ID, links }), "json");
    assert.equal(span?.links.length, 1);
  });
});
