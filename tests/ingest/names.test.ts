import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { logLabelName, metricName, seriesLabelName, unitName } from "../../src/ingest/metric-names.ts";
import { valueText } from "../../src/ingest/value-text.ts";

/** As github.com/prometheus/otlptranslator v1.0.0 answers. */
const METRICS: readonly [kind: "gauge" | "sum" | "counter" | "histogram", name: string, unit: string, named: string][] =
  [
    ["counter", "agent_tool_calls_total", "{call}", "agent_tool_calls_total"],
    ["histogram", "gen_ai.client.token.usage", "{token}", "gen_ai_client_token_usage"],
    ["histogram", "gen_ai.client.operation.duration", "s", "gen_ai_client_operation_duration_seconds"],
    ["counter", "total.requests", "1", "requests_total"],
    ["gauge", "cpu.utilization", "1", "cpu_utilization_ratio"],
    ["gauge", "hit.ratio", "1", "hit_ratio"],
    ["sum", "queue", "1", "queue"],
    ["gauge", "load", "%", "load_percent"],
    ["gauge", "disk", "By", "disk_bytes"],
    ["gauge", "disk.bytes.used", "By", "disk_bytes_used"],
    ["gauge", "disk", "KiBy", "disk_kibibytes"],
    ["gauge", "speed", "m/s", "speed_meters_per_second"],
    ["gauge", "speed", "By/min", "speed_bytes_per_min"],
    ["counter", "calls", "{call}/s", "calls_per_second_total"],
    ["gauge", "cost", "usd", "cost_usd"],
    ["gauge", "cost", "$", "cost"],
    ["gauge", "x", "foo-", "x_foo_"],
    ["counter", "x", "foo-", "x_foo__total"],
    ["gauge", "1st.metric", "", "_1st_metric"],
    ["gauge", "ns:metric", "", "ns:metric"],
    ["gauge", "größe", "", "gr_e"],
    ["gauge", "a__b..c", "", "a_b_c"],
    ["gauge", "_private_", "", "private"],
    ["gauge", "x", " ms ", "x_milliseconds"],
    ["gauge", "x", "constructor", "x_constructor"],
  ];

describe("names of metrics", () => {
  for (const [kind, name, unit, named] of METRICS) {
    it(`make ${named} of the ${kind} ${name} in ${unit || "no unit"}`, () => {
      const point = { name, unit, kind: kind === "counter" ? "sum" : kind, monotonic: kind === "counter" } as const;
      assert.equal(metricName(point), named);
    });
  }

  it("leave nothing of a name without letters and digits", () => {
    for (const name of ["", "_", "__", "🦊", "-"]) {
      assert.equal(metricName({ name, unit: "", kind: "gauge", monotonic: false }), undefined, name);
    }
  });

  it("tell units as metadata has them", () => {
    const units = { s: "seconds", "By/s": "bytes_per_second", "{x}": "", "1": "", "1/s": "per_second", "a b": "a_b" };
    for (const [unit, named] of Object.entries(units)) assert.equal(unitName(unit), named, unit);
  });
});

describe("names of labels", () => {
  it("of series keep every underscore, and begin with key where they would not begin with a letter", () => {
    const names = {
      "http.method": "http_method",
      "a..b": "a__b",
      "1st": "key_1st",
      _own: "key_own",
      __reserved__: "__reserved__",
      "🦊": "key_",
      ключ: undefined,
      größe: "gr__e",
      __: undefined,
      "": undefined,
      _: "key_",
    };
    for (const [key, name] of Object.entries(names)) assert.equal(seriesLabelName(key), name, key);
  });

  it("of log lines have one underscore where something else stood", () => {
    const names = {
      "http.method": "http_method",
      "a..b": "a_b",
      "1st": "key_1st",
      _own: "_own",
      __reserved__: "__reserved__",
      __: undefined,
      "": undefined,
    };
    for (const [key, name] of Object.entries(names)) assert.equal(logLabelName(key), name, key);
  });
});

describe("values as text", () => {
  it("are as Go writes them", () => {
    assert.equal(valueText("x"), "x");
    assert.equal(valueText(true), "true");
    assert.equal(valueText(null), "");
    assert.equal(valueText(1e21), "1e+21");
    assert.equal(valueText(1e-7), "1e-7");
    assert.equal(valueText(-0), "-0");
    assert.equal(valueText(Number.NaN), "NaN");
    assert.equal(valueText(Number.POSITIVE_INFINITY), "Infinity");
    assert.equal(valueText("9223372036854775807"), "9223372036854775807");
    assert.equal(valueText(new Uint8Array([0, 1])), "AAE=");
    assert.equal(
      valueText({ b: [1, null, "<&>\u2028"], a: { x: false } }),
      '{"a":{"x":false},"b":[1,null,"<&>\\u2028"]}',
    );
    assert.equal(valueText([1, Number.NaN]), "", "JSON has no such number");
  });
});
