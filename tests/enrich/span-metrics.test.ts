import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { createSpanMetrics, SPAN_METRICS } from "../../src/enrich/span-metrics.ts";
import { spanOf } from "./span-of.ts";

function createMeasured() {
  let nowMs = 1_700_000_000_000;
  const metrics = createSpanMetrics({ clock: { nowMs: () => nowMs } });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { metrics, pass };
}

describe("metrics of spans", () => {
  it("are set up as in the collector of the stack", () => {
    const text = readFileSync(new URL("../../collector/config.yaml", import.meta.url), "utf8");
    const given = parse(text, { merge: true }).connectors.span_metrics;
    const seconds = (bucket: string): number => (bucket.endsWith("ms") ? 0.001 : 1) * Number.parseFloat(bucket);
    assert.deepEqual(given.histogram.explicit.buckets.map(seconds), [...SPAN_METRICS.bucketSeconds]);
    assert.deepEqual(
      given.dimensions.map(({ name }: { name: string }) => name),
      [...SPAN_METRICS.dimensions],
    );
    assert.equal(given.exemplars.max_per_data_point, SPAN_METRICS.exemplarsPerSeries);
    assert.equal(given.aggregation_cardinality_limit, SPAN_METRICS.seriesPerProgram);
    assert.equal(given.series_expiration, `${SPAN_METRICS.forgetAfterMs / 3_600_000}h`);
  });

  it("count and measure by name, kind, status and what it is about", () => {
    const { metrics } = createMeasured();
    for (const status of ["unset", "error", "error"] as const) {
      metrics.addSpan(
        spanOf({ name: "chat", kind: "client", status, attributes: { "gen_ai.request.model": "gpt-4o" } }),
      );
    }
    const [program] = metrics.collect();
    const [calls, durations] = program?.snapshots ?? [];
    assert.deepEqual(
      calls?.series.map(({ labels, value }) => [labels["status.code"], value]),
      [
        ["STATUS_CODE_UNSET", 1],
        ["STATUS_CODE_ERROR", 2],
      ],
    );
    assert.deepEqual(
      { ...calls?.series[0]?.labels },
      {
        "service.name": "crew",
        "span.name": "chat",
        "span.kind": "SPAN_KIND_CLIENT",
        "status.code": "STATUS_CODE_UNSET",
        "gen_ai.request.model": "gpt-4o",
      },
    );
    const { histogram, exemplars } = durations?.series[1] ?? {};
    // Exactly one second is in the bucket up to one second.
    assert.equal(histogram?.bucketCounts[7], 2);
    assert.deepEqual([histogram?.count, histogram?.sum, exemplars?.length], [2, 2, 2]);
    assert.deepEqual(metrics.collect()[0]?.snapshots[0]?.series[0]?.exemplars, []);
  });

  it("fold into one series what is too much, and forget what was silent for a day", () => {
    const { metrics, pass } = createMeasured();
    for (let i = 0; i < 10_010; i++) metrics.addSpan(spanOf({ name: `request ${i}` }));
    const series = metrics.collect()[0]?.snapshots[0]?.series ?? [];
    assert.equal(series.length, 10_001);
    assert.deepEqual([series.at(-1)?.labels, series.at(-1)?.value], [{ "otel.metric.overflow": "true" }, 10]);
    pass(86_400_001);
    assert.deepEqual(metrics.collect(), []);
  });

  const ofProgram = (service: string) => spanOf({ resource: { service, attributes: { "service.name": service } } });

  it("end with their program: one that was silent for an hour is gone", () => {
    const { metrics, pass } = createMeasured();
    metrics.addSpan(ofProgram("script"));
    metrics.addSpan(ofProgram("server"));
    pass(3_000_000);
    metrics.addSpan(ofProgram("server"));
    pass(3_000_000);
    assert.deepEqual(
      metrics.collect().map(({ resource }) => resource.service),
      ["server"],
    );
  });

  it("of a program that is at work go on however many others come", () => {
    const { metrics } = createMeasured();
    for (let i = 0; i < 1500; i++) {
      metrics.addSpan(ofProgram("server"));
      metrics.addSpan(ofProgram(`script ${i}`));
    }
    const server = metrics.collect().find(({ resource }) => resource.service === "server");
    assert.equal(server?.snapshots[0]?.series[0]?.value, 1500);
  });

  it("take a span that ends before it starts as one of no time", () => {
    const { metrics } = createMeasured();
    metrics.addSpan(spanOf({ startNs: 5n, endNs: 3n }));
    assert.equal(metrics.collect()[0]?.snapshots[1]?.series[0]?.histogram?.sum, 0);
  });
});
