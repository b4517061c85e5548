import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCostSummaries } from "../../src/cost/index.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function start(startMs = 1000 * 24 * HOUR_MS) {
  let nowMs = startMs;
  const costs = createCostSummaries({ nowMs: () => nowMs });
  return {
    costs,
    wait: (ms: number) => {
      nowMs += ms;
    },
    spend: (usd: number | undefined, whose: Record<string, string> = {}) =>
      costs.record({ usd, isPriced: usd !== undefined, calls: 1, inputTokens: 10, outputTokens: 5, ...whose }),
  };
}

describe("a summary of costs", () => {
  it("sums up by agent, model, provider, session and user, the costliest first", () => {
    const { costs, spend } = start();
    spend(1, { agent: "a", model: "m1", provider: "p", session: "s1", user: "u" });
    spend(2, { agent: "b", model: "m1", provider: "p", session: "s2", user: "u" });
    spend(0.5, { agent: "a", model: "m2", provider: "p" });
    spend(undefined, { agent: "a", model: "m3", provider: "p" });
    const keys = (by: "agent" | "model" | "session" | "user" | "provider") =>
      costs.summary(by).groups.map(({ key, usd }) => [key, usd]);
    assert.deepEqual(keys("agent"), [
      ["b", 2],
      ["a", 1.5],
    ]);
    assert.deepEqual(keys("model"), [
      ["m1", 3],
      ["m2", 0.5],
      ["m3", 0],
    ]);
    assert.deepEqual(keys("session"), [
      ["s2", 2],
      ["s1", 1],
      [undefined, 0.5],
    ]);
    assert.deepEqual(keys("user"), [
      ["u", 3],
      [undefined, 0.5],
    ]);
    assert.deepEqual(keys("provider"), [["p", 3.5]]);
    const { total } = costs.summary("agent");
    assert.deepEqual(total, { usd: 3.5, calls: 4, inputTokens: 40, outputTokens: 20, unpricedCalls: 1 });
  });

  it("keeps a thousand groups, and sums up the rest as one", () => {
    const { costs, spend } = start();
    for (let n = 0; n < 1500; n += 1) spend(1, { session: `s${n}` });
    const { groups, other, total } = costs.summary("session");
    assert.deepEqual([groups.length, other?.usd, total.usd], [1000, 500, 1500]);
  });

  it("projects the hour and the day by the last quarter of an hour", () => {
    const { costs, spend, wait } = start();
    // A dollar a minute for half an hour, from midnight.
    for (let n = 0; n < 30; n += 1) {
      spend(1);
      wait(MINUTE_MS);
    }
    const { usdPerHour, hour, day } = costs.summary("agent");
    assert.ok(Math.abs(usdPerHour - 60) < 0.001, String(usdPerHour));
    assert.equal(hour.spentUsd, 30);
    assert.ok(Math.abs(hour.projectedUsd - 60) < 0.001, String(hour.projectedUsd));
    assert.ok(Math.abs(day.projectedUsd - (30 + 23.5 * 60)) < 0.01, String(day.projectedUsd));
  });

  it("follows when nothing is spent any more, and begins with the next hour and day", () => {
    const { costs, spend, wait } = start();
    spend(10);
    wait(17 * MINUTE_MS);
    const quiet = costs.summary("agent");
    assert.deepEqual([quiet.usdPerHour, quiet.hour], [0, { spentUsd: 10, projectedUsd: 10 }]);
    wait(HOUR_MS);
    assert.deepEqual(costs.summary("agent").hour, { spentUsd: 0, projectedUsd: 0 });
    assert.equal(costs.summary("agent").day.spentUsd, 10);
    wait(24 * HOUR_MS);
    assert.equal(costs.summary("agent").day.spentUsd, 0);
    assert.equal(costs.summary("agent").total.usd, 10);
  });

  it("makes no fortune of the first second", () => {
    const { costs, spend, wait } = start();
    spend(1);
    wait(100);
    assert.equal(costs.summary("agent").usdPerHour, 60);
  });
});
