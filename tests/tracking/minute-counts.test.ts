import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMinuteCounts } from "../../src/tracking/minute-counts.ts";

const MINUTE_MS = 60_000;
const START_MS = 30_000_000 * MINUTE_MS;

describe("counts by the minute", () => {
  it("are those of the window, and never older", () => {
    const counts = createMinuteCounts();
    for (let minute = 0; minute < 200; minute++) counts.add(START_MS + minute * MINUTE_MS);
    const nowMs = START_MS + 199 * MINUTE_MS;
    assert.equal(counts.within(60 * MINUTE_MS, nowMs), 61, "the minute that begins now counts as one more");
    assert.equal(counts.within(10 * MINUTE_MS, nowMs + MINUTE_MS / 2), 11);
    assert.equal(counts.within(60 * MINUTE_MS, nowMs + 30 * MINUTE_MS), 31);
    assert.equal(counts.within(60 * MINUTE_MS, nowMs + 500 * MINUTE_MS), 0);
  });

  it("stay near the truth for events at random times", () => {
    const counts = createMinuteCounts();
    const times: number[] = [];
    let timeMs = START_MS;
    // A generator of Lehmer's: the same numbers each time.
    for (let index = 0, seed = 42; index < 5000; index++) {
      seed = (seed * 48_271) % 2_147_483_647;
      timeMs += (seed / 2_147_483_647) * 2000;
      times.push(timeMs);
      counts.add(timeMs);
    }
    for (const windowMs of [MINUTE_MS, 5 * MINUTE_MS, 17.5 * MINUTE_MS, 60 * MINUTE_MS]) {
      const truth = times.filter((one) => one > timeMs - windowMs).length;
      assert.ok(Math.abs(counts.within(windowMs, timeMs) - truth) <= 12, `${counts.within(windowMs, timeMs)} ${truth}`);
    }
  });

  it("do not fail where time stands still or runs back a little", () => {
    const counts = createMinuteCounts();
    counts.add(START_MS + 5);
    counts.add(START_MS - 5);
    assert.equal(counts.thisMinute(START_MS), 2);
  });
});
