import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSeriesTranslator, type MetricPoint } from "../../src/ingest/index.ts";
import type { NewSample } from "../../src/signals/index.ts";
import { gauge, histogram, resource, samplesText, sum, T0 } from "./points.ts";

const PROMOTED = ["service.name", "service.namespace", "service.version", "deployment.environment.name"];
const MINUTE = 60_000;

const start = () => createSeriesTranslator({ promotedResourceAttributes: PROMOTED });
const translate = (points: readonly MetricPoint[]) => start().translate(points, T0);
const reasons = (points: readonly MetricPoint[]) => translate(points).rejected.map(({ reason }) => reason);
const ME = 'instance="1", job="shop"';

describe("labels of series", () => {
  it("are the point's attributes, the promoted ones of its resource, job and instance", () => {
    const from = resource({
      "service.namespace": "eu",
      "service.name": "shop",
      "service.instance.id": "7",
      "service.version": "1.2",
      "host.name": "h",
    });
    assert.deepEqual(
      samplesText(translate([gauge(1, { name: "a.b", resource: from, attributes: { "x.y": 5, none: "" } })])),
      [
        'a_b{instance="7", job="eu/shop", service_name="shop", service_namespace="eu", service_version="1.2", x_y="5"} 0 1',
        'target_info{host_name="h", instance="7", job="eu/shop", service_version="1.2"} 0 1',
      ],
    );
  });

  it("that become the same are joined, and the resource's yield to the point's but for job and instance", () => {
    const from = resource({ "service.name": "shop" });
    const attributes = { "a.b": "dot", a_b: "line", "a-b": "dash", service_name: "mine", job: "mine", __name__: "no" };
    assert.deepEqual(samplesText(translate([gauge(1, { resource: from, attributes })])), [
      'm{a_b="dash;dot;line", job="shop", service_name="mine"} 0 1',
    ]);
  });

  it("of a metric or an attribute that has no name left are not made", () => {
    assert.deepEqual(reasons([gauge(1, { name: "🦊" }), gauge(1, { attributes: { __: "x" } }), gauge(1)]), [
      "the metric's name has no letter and no digit",
      "an attribute's key has no letter and no digit",
    ]);
  });

  it("are made once for a series, however its attributes are ordered", () => {
    const translator = start();
    const [first] = translator.translate([gauge(1, { attributes: { a: "1", b: "2" } })], T0).samples;
    const [second] = translator.translate([gauge(2, { attributes: { b: "2", a: "1" }, timeMs: T0 + 1 })], T0).samples;
    assert.ok(first !== undefined && first.series === second?.series);
  });
});

describe("target_info", () => {
  it("needs something to tell, and a service to tell it of", () => {
    const names = (attributes: Record<string, string>) =>
      samplesText(translate([gauge(1, { resource: resource(attributes) })])).filter((text) =>
        text.startsWith("target_info"),
      );
    assert.deepEqual(names({ "service.name": "shop", "service.instance.id": "1" }), []);
    assert.deepEqual(names({ "host.name": "h" }), []);
    assert.deepEqual(names({ "service.name": "shop", "host.name": "h" }), [
      'target_info{host_name="h", job="shop"} 0 1',
    ]);
  });

  it("stands at the first and the last time of a resource's points, and often enough between", () => {
    const from = resource({ "service.name": "s", a: "b" });
    const times = [T0 - 6 * MINUTE, T0 - 3 * MINUTE, T0].map((timeMs) => gauge(1, { resource: from, timeMs }));
    const info = translate(times).samples.filter(({ series }) => series.labels["__name__"] === "target_info");
    assert.deepEqual(
      info.map(({ timeMs }) => (timeMs - T0) / MINUTE),
      [-6, -3.5, -1, 0],
    );
  });

  it("does not fill the time since 1970 because of one point", () => {
    const from = resource({ "service.name": "s", a: "b" });
    const points = [gauge(1, { resource: from }), gauge(1, { resource: from, timeMs: 1 })];
    assert.ok(translate(points).samples.length < 30);
    // The first point of all says where time begins.
    assert.ok(translate(points.reverse()).samples.length < 600);
  });
});

describe("samples of histograms", () => {
  it("are sum, count and cumulative buckets", () => {
    assert.deepEqual(samplesText(translate([histogram([0.5, 1e21], [1, 2, 3], { unit: "s", sum: 9.5 })])), [
      `m_seconds_sum{${ME}, service_name="shop"} 0 9.5`,
      `m_seconds_count{${ME}, service_name="shop"} 0 6`,
      `m_seconds_bucket{${ME}, le="0.5", service_name="shop"} 0 1`,
      `m_seconds_bucket{${ME}, le="1000000000000000000000", service_name="shop"} 0 3`,
      `m_seconds_bucket{${ME}, le="+Inf", service_name="shop"} 0 6`,
    ]);
  });

  it("leave the sum out where there is none, as with negative values", () => {
    const { samples } = translate([histogram([], [4], { sum: undefined })]);
    assert.deepEqual(
      samples.map(({ series, value }) => [series.labels["__name__"], series.labels["le"], value]),
      [
        ["m_count", undefined, 4],
        ["m_bucket", "+Inf", 4],
      ],
    );
  });

  it("are refused where they are more than any program has", () => {
    assert.deepEqual(reasons([histogram(new Array(10_001).fill(1), new Array(10_002).fill(1))]), [
      "the data point has more than 10000 buckets",
    ]);
  });
});

describe("summaries, and points without a value", () => {
  it("are quantiles, sum and count", () => {
    const { name, description, unit, resource: from, scope, attributes, startNs, timeNs, exemplars } = gauge(0);
    const common = { name, description, unit, resource: from, scope, attributes, startNs, timeNs, exemplars };
    const quantiles = [{ quantile: 0.99, value: 7 }];
    const texts = samplesText(
      translate([{ kind: "summary", ...common, noRecordedValue: false, count: 2, sum: 5, quantiles }]),
    );
    assert.deepEqual(texts, [
      `m_sum{${ME}, service_name="shop"} 0 5`,
      `m_count{${ME}, service_name="shop"} 0 2`,
      `m{${ME}, quantile="0.99", service_name="shop"} 0 7`,
    ]);
  });

  it("end their series", () => {
    const translator = start();
    translator.translate([sum(5, { startMs: T0 - 10 })], T0);
    const [sample] = translator.translate([sum(0, { noRecordedValue: true, timeMs: T0 + 1 })], T0).samples;
    assert.deepEqual([sample?.stale, sample?.timeMs], [true, T0 + 1]);
  });
});

describe("the start of a series", () => {
  const timesAndValues = (samples: readonly NewSample[]) => samples.map(({ timeMs, value }) => [timeMs - T0, value]);

  it("is a 0 before its first sample, once", () => {
    const translator = start();
    const at = (value: number, timeMs: number) =>
      timesAndValues(translator.translate([sum(value, { startMs: T0 - 500, timeMs })], T0).samples);
    assert.deepEqual(at(1, T0), [
      [-500, 0],
      [0, 1],
    ]);
    assert.deepEqual(at(3, T0 + 10), [[10, 3]]);
  });

  it("is a 0 again when it is counted anew, and for every series of a histogram", () => {
    const translator = start();
    translator.translate([histogram([1], [1, 0], { startMs: T0 - 500 })], T0);
    const { samples } = translator.translate([histogram([1], [1, 0], { startMs: T0 + 5, timeMs: T0 + 10 })], T0);
    assert.deepEqual(timesAndValues(samples), [
      [5, 0],
      [10, 1],
      [5, 0],
      [10, 1],
      [5, 0],
      [10, 1],
      [5, 0],
      [10, 1],
    ]);
  });

  it("is not written where it is not known, too long ago, not before the sample, or within what is stored", () => {
    const first = (startMs: number) => timesAndValues(translate([sum(1, { startMs })]).samples).length;
    assert.equal(first(0), 1);
    assert.equal(first(T0 - 61 * MINUTE), 1);
    assert.equal(first(T0 - 59 * MINUTE), 2);
    assert.equal(first(T0), 1);
    const translator = start();
    translator.translate([sum(1)], T0);
    assert.equal(translator.translate([sum(2, { startMs: T0 - 1, timeMs: T0 + 5 })], T0).samples.length, 1);
  });
});

describe("the order of samples", () => {
  it("is kept: what comes twice is taken once, and another value at the same time is refused", () => {
    const translator = start();
    translator.translate([sum(1)], T0);
    assert.deepEqual(translator.translate([sum(1)], T0), {
      samples: [],
      exemplars: [],
      metadata: [{ metric: "m_total", type: "counter", help: "", unit: "" }],
      rejected: [],
    });
    const { rejected, samples } = translator.translate([sum(2)], T0);
    assert.deepEqual(
      [samples.length, rejected],
      [0, [{ count: 1, reason: "the series has another value at this time" }]],
    );
  });

  it("may be broken within the window, and not beyond", () => {
    const translator = start();
    translator.translate([gauge(1)], T0);
    const late = (timeMs: number) => translator.translate([gauge(2, { timeMs })], T0);
    assert.equal(late(T0 - 29 * MINUTE).samples.length, 1);
    assert.equal(late(T0 - 31 * MINUTE).samples.length, 0);
    assert.deepEqual(late(T0 - 31 * MINUTE).rejected, [
      { count: 1, reason: "the sample is too old, or out of order by more than the window" },
    ]);
    const other = translator.translate([gauge(2, { name: "new", timeMs: T0 - 59 * MINUTE })], T0);
    assert.equal(other.samples.length, 1, "a series without samples may begin up to an hour ago");
  });

  it("does not lead into the future", () => {
    assert.deepEqual(
      reasons([gauge(1, { timeMs: T0 + 9 * MINUTE }), gauge(1, { timeMs: T0 + 11 * MINUTE }), gauge(1, { timeMs: 0 })]),
      ["the sample's time is more than 10 minutes in the future", "the data point has no time"],
    );
  });
});

describe("metadata", () => {
  it("tells type, unit and description of the family, the same object each time", () => {
    const translator = start();
    const points = [
      sum(1, { name: "calls", unit: "{call}", description: "Calls." }),
      sum(1, { name: "level", monotonic: false }),
      gauge(1, { name: "heap", unit: "By" }),
      histogram([], [1], { name: "took", unit: "s" }),
      gauge(1, { name: "heap", unit: "By", attributes: { a: "b" } }),
    ];
    const { metadata } = translator.translate(points, T0);
    assert.deepEqual(metadata, [
      { metric: "calls_total", type: "counter", help: "Calls.", unit: "" },
      { metric: "level", type: "gauge", help: "", unit: "" },
      { metric: "heap_bytes", type: "gauge", help: "", unit: "bytes" },
      { metric: "took_seconds", type: "histogram", help: "", unit: "seconds" },
    ]);
    assert.equal(translator.translate(points, T0).metadata[0], metadata[0]);
  });
});

describe("exemplars", () => {
  const exemplar = (value: number, timeMs: number, attributes: Record<string, string> = {}) => ({
    timeNs: BigInt(timeMs) * 1_000_000n,
    value,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    attributes,
  });

  it("lie in the bucket of their value, with trace and span", () => {
    const exemplars = [exemplar(0.1, T0), exemplar(0.5, T0 + 1), exemplar(7, T0 + 2)];
    const made = translate([histogram([0.5, 1], [2, 0, 1], { exemplars })]).exemplars;
    assert.deepEqual(
      made.map(({ series, value, labels }) => [series.labels["le"], value, { ...labels }]),
      [
        ["0.5", 0.1, { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" }],
        ["0.5", 0.5, { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" }],
        ["+Inf", 7, { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" }],
      ],
    );
  });

  it("have attributes up to 128 characters in all, and none beyond", () => {
    const fits = exemplar(1, T0, { "some.key": "🦊".repeat(57) });
    const beyond = exemplar(2, T0 + 1, { "some.key": "🦊".repeat(58) });
    const [first, second] = translate([sum(1, { exemplars: [fits, beyond] })]).exemplars;
    assert.equal(first?.labels["some.key"], "🦊".repeat(57));
    assert.deepEqual(Object.keys(second?.labels ?? {}), ["trace_id", "span_id"]);
  });

  it("are taken once, however often they are sent, and not of gauges", () => {
    const translator = start();
    const send = (timeMs: number) =>
      translator.translate([sum(timeMs - T0, { timeMs, exemplars: [exemplar(1, T0), exemplar(2, T0 - 5)] })], T0)
        .exemplars.length;
    assert.deepEqual([send(T0), send(T0 + 1), send(T0 + 2)], [2, 0, 0]);
    assert.equal(translate([gauge(1, { exemplars: [exemplar(1, T0)] })]).exemplars.length, 0);
  });
});

describe("a million series", () => {
  it("are taken without being remembered all", () => {
    const translator = createSeriesTranslator({ promotedResourceAttributes: [], maxSeries: 1000 });
    let taken = 0;
    for (let batch = 0; batch < 100; batch += 1) {
      const points = Array.from({ length: 1000 }, (_, index) =>
        gauge(1, { attributes: { id: batch * 1000 + index }, timeMs: T0 + batch }),
      );
      taken += translator.translate(points, T0).samples.length;
    }
    assert.equal(taken, 100_000);
    const again = translator.translate([gauge(1, { attributes: { id: 0 }, timeMs: T0 })], T0);
    assert.equal(again.samples.length, 1, "the first is not remembered any more");
    assert.equal(
      translator.translate([gauge(1, { attributes: { id: 99_999 }, timeMs: T0 + 99 })], T0).samples.length,
      0,
    );
  });
});
