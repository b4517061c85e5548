import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../src/metrics/index.ts";
import { createRecentValues } from "../../src/metrics/recent-values.ts";

const COUNTED = { agent: "a", status: "ok" };

describe("recent values", () => {
  it("are the last 2048, however many there were", () => {
    const recent = createRecentValues();
    for (let at = 0; at < 100_000; at += 1) recent.add(at, COUNTED, at);
    const sorted = recent.sorted(0, {});
    assert.equal(sorted.length, 2048);
    assert.deepEqual([sorted[0], sorted.at(-1)], [97_952, 99_999]);
    assert.equal(recent.sorted(99_990, { agent: "a" }).length, 10);
    assert.equal(recent.sorted(0, { agent: "b" }).length, 0);
  });

  it("have the quantiles that the whole window has", () => {
    let nowMs = 0;
    const metrics = createMetrics({ clock: { nowMs: () => nowMs }, labelValueLimit: 10, cleanLabel: (value) => value });
    const values: number[] = [];
    for (let at = 0; at < 2000; at += 1) {
      const value = ((at * 7919) % 2003) / 100;
      values.push(value);
      nowMs = at;
      metrics.observe("agent_request_duration_seconds", COUNTED, value);
    }
    values.sort((a, b) => a - b);
    const summary = metrics.summary("agent_request_duration_seconds", {}, {});
    assert.equal(summary.p50, values[999]);
    assert.equal(summary.p95, values[1899]);
    assert.equal(summary.p99, values[1979]);
    nowMs = 2000 + 15 * 60_000;
    assert.equal(metrics.summary("agent_request_duration_seconds", {}, {}).count, 0, "what is older is not recent");
  });
});

describe("the guard of labels", () => {
  it("holds the series of a metric also where each label has few values", () => {
    const metrics = createMetrics({ clock: { nowMs: () => 0 }, labelValueLimit: 200, cleanLabel: (value) => value });
    for (let a = 0; a < 150; a += 1) {
      for (let b = 0; b < 150; b += 1) metrics.add("routing_decisions_total", { router: `r${a}`, route: `x${b}` });
    }
    const snapshots = metrics.snapshot();
    const series = snapshots.find(({ definition }) => definition.name === "routing_decisions_total")?.series ?? [];
    assert.equal(series.length, 10_001);
    assert.equal(
      series.reduce((sum, { value = 0 }) => sum + value, 0),
      22_500,
    );
    const folded = snapshots.find(
      ({ definition }) => definition.name === "agent_observatory_label_values_folded_total",
    );
    assert.deepEqual(folded?.series[0]?.labels, { metric: "routing_decisions_total", label: "all" });
    assert.equal(folded?.series[0]?.value, 12_500);
  });

  it("guards what a program says for outcomes and reasons, and leaves ours their place", () => {
    const metrics = createMetrics({
      clock: { nowMs: () => 0 },
      labelValueLimit: 2,
      cleanLabel: (value) => value.replace("secret", "***"),
    });
    metrics.add("human_review_requests_total", { agent: "a", reason: "a secret" });
    for (let at = 0; at < 100; at += 1) metrics.add("agent_requests_total", { agent: "a", status: `own-${at}` });
    const [requests, reviews] = metrics.snapshot();
    assert.equal(reviews?.series[0]?.labels["reason"], "a ***");
    assert.equal(requests?.series.length, 21);
  });
});
