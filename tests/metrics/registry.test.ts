import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../src/metrics/index.ts";

const metrics = (labelValueLimit = 100) =>
  createMetrics({
    clock: { nowMs: () => 1_000 },
    labelValueLimit,
    cleanLabel: (value) => value.replace("secret", "***"),
  });

const CALL = { agent: "a", provider: "openai", model: "m", operation: "chat", status: "ok" };

describe("the registry", () => {
  it("shows in its snapshot what prom-client keeps: values, buckets, sums and exemplars", () => {
    const registry = metrics();
    const exemplar = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    registry.add("llm_requests_total", CALL, 3, exemplar);
    for (const seconds of [7, 0.03, 1.5, 2000])
      registry.observe("llm_request_duration_seconds", CALL, seconds, exemplar);
    const [counter, histogram] = registry.snapshot();
    assert.equal(counter?.series[0]?.value, 3);
    assert.equal(counter?.series[0]?.startMs, 1_000);
    assert.equal(counter?.series[0]?.exemplars[0]?.traceId, exemplar.traceId);
    const series = histogram?.series[0];
    assert.equal(series?.histogram?.count, 4);
    assert.equal(series?.histogram?.sum, 2008.53);
    assert.deepEqual(series?.histogram?.bucketCounts, [0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1]);
  });

  it("sets one gauge under whatever names stand for the same", async () => {
    const registry = metrics(2);
    const set = (agent: string, value: number) => registry.set("agent_queue_depth", { agent }, value);
    for (let round = 0; round < 3; round += 1) {
      set("a secret", round);
      set("a ***", 10 + round);
      registry.add("agent_queue_depth", { agent: "a secret" }, 0.5);
    }
    // Two values there are: what comes now is one of the others.
    for (const [at, agent] of ["x", "y", "z", "x"].entries()) set(agent, at);
    const shown = registry
      .snapshot()
      .find(({ definition }) => definition.name === "agent_queue_depth")
      ?.series.map(({ labels, value }) => [labels["agent"], value]);
    assert.deepEqual(shown, [
      ["a ***", 12.5],
      ["other", 3],
    ]);
    const { body } = await registry.text();
    assert.match(body, /^agent_queue_depth\{agent="a \*\*\*"\} 12\.5$/m);
    assert.match(body, /^agent_queue_depth\{agent="other"\} 3$/m);
  });

  it("adds to a series that is there exactly as prom-client would", async () => {
    const once = metrics();
    const often = metrics();
    const exemplars = [undefined, { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }];
    const seconds = [0.03, 0.01, 7, 5000, 1.5, 0, 2.56, 1.28, 0.08];
    for (let round = 0; round < 8; round += 1) {
      for (const value of seconds) often.observe("llm_request_duration_seconds", CALL, value, exemplars[round % 2]);
      often.add("llm_requests_total", CALL, round, exemplars[1]);
      often.add("llm_requests_active", { provider: "openai", model: "m" }, round % 3 === 0 ? -1 : 1);
      often.add("llm_requests_total", CALL, -1);
      often.set("agent_queue_depth", { agent: "a" }, round);
      often.add("agent_queue_depth", { agent: "a" }, 0.5);
    }
    // Each in a registry where nothing was recorded before, summed by hand.
    const buckets = seconds.map((value) => {
      const fresh = metrics();
      fresh.observe("llm_request_duration_seconds", CALL, value, exemplars[1]);
      return fresh.snapshot()[0]?.series[0]?.histogram?.bucketCounts ?? [];
    });
    const series = (name: string) => often.snapshot().find(({ definition }) => definition.name === name)?.series[0];
    const { histogram, exemplars: kept } = series("llm_request_duration_seconds") ?? {};
    assert.deepEqual(
      histogram?.bucketCounts,
      buckets[0]?.map((_, at) => 8 * buckets.reduce((sum, counts) => sum + (counts[at] ?? 0), 0)),
    );
    assert.equal(histogram?.count, 72);
    assert.ok(Math.abs((histogram?.sum ?? 0) - 8 * seconds.reduce((sum, value) => sum + value, 0)) < 1e-6);
    assert.ok((kept?.length ?? 0) >= 5 && kept?.every(({ timeMs }) => timeMs > 0));
    assert.equal(series("llm_requests_total")?.value, 28);
    assert.equal(series("llm_requests_total")?.exemplars[0]?.value, 7);
    assert.equal(series("llm_requests_active")?.value, 2);
    assert.equal(series("agent_queue_depth")?.value, 7.5);
    once.add("llm_requests_total", CALL, 28);
    const line = (text: string) => /^llm_requests_total\{[^}]*\} \d+/m.exec(text)?.[0];
    assert.equal(line((await often.text()).body), line((await once.text()).body));
  });

  it("hands exemplars out by value, as Prometheus needs them to find their buckets", () => {
    const registry = metrics();
    for (const seconds of [7, 0.03, 1.5, 0.4]) {
      registry.observe("llm_request_duration_seconds", CALL, seconds, {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
      });
    }
    assert.deepEqual(
      registry.snapshot()[0]?.series[0]?.exemplars.map(({ value }) => value),
      [0.03, 0.4, 1.5, 7],
    );
  });

  it("folds the label values beyond the limit and counts each recording that was folded", () => {
    const registry = metrics(2);
    for (const agent of ["a", "b", "c", "d", "c", "a"]) registry.add("agent_requests_total", { agent, status: "ok" });
    const [requests, folded] = registry.snapshot();
    assert.deepEqual(Object.fromEntries(requests?.series.map(({ labels, value }) => [labels.agent, value]) ?? []), {
      a: 2,
      b: 1,
      other: 3,
    });
    assert.deepEqual(folded?.series[0]?.labels, { metric: "agent_requests_total", label: "agent" });
    assert.equal(folded?.series[0]?.value, 3);
  });

  it("cleans label values before anybody sees them", async () => {
    const registry = metrics();
    registry.set("agent_queue_depth", { agent: "agent of secret" }, 4);
    assert.match((await registry.text()).body, /agent_queue_depth\{agent="agent of \*\*\*"\} 4/);
  });

  it("cleans label values before it cuts them, so that no half of a secret is left", () => {
    const registry = metrics();
    registry.set("agent_queue_depth", { agent: `${"a".repeat(125)}secret` }, 1);
    const agent = registry.snapshot()[0]?.series[0]?.labels["agent"];
    assert.equal(agent, `${"a".repeat(125)}***`);
  });

  it("takes no value that is not a number", () => {
    const registry = metrics();
    registry.add("llm_requests_total", CALL, Number.NaN);
    registry.add("llm_requests_total", CALL, -1);
    registry.observe("llm_request_duration_seconds", CALL, Number.POSITIVE_INFINITY);
    registry.set("agent_queue_depth", { agent: "a" }, Number.NaN);
    assert.deepEqual(
      registry.snapshot().flatMap(({ series }) => series.map(({ value, histogram }) => value ?? histogram?.count)),
      [],
    );
  });
});
