import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSampling, type SamplingOptions } from "../../src/logging/sampling.ts";

function setUp(options: Partial<SamplingOptions>) {
  const clock = { timeMs: 0, nowMs: () => clock.timeMs };
  const leftOut: Record<string, number> = {};
  const sampling = createSampling({
    rates: {},
    burst: undefined,
    clock,
    onLeftOut: (level, reason) => {
      leftOut[`${level} ${reason}`] = (leftOut[`${level} ${reason}`] ?? 0) + 1;
    },
    ...options,
  });
  return { clock, leftOut, sampling };
}

describe("sampling of log lines", () => {
  it("writes all where nothing is set", () => {
    const { sampling } = setUp({});
    for (let i = 0; i < 1000; i++) assert.equal(sampling.decide("debug", "x", undefined), 0);
  });

  it("writes the share of a level, evenly, and tells how many were left out before each", () => {
    const { sampling, leftOut } = setUp({ rates: { debug: 0.1 } });
    const decisions = Array.from({ length: 1000 }, () => sampling.decide("debug", "x", undefined));
    const written = decisions.filter((decision) => decision !== undefined);
    assert.equal(written.length, 100);
    assert.equal(decisions[0], 0, "the first is written");
    assert.deepEqual([...new Set(written.slice(1))], [9]);
    assert.deepEqual(leftOut, { "debug rate": 900 });
    assert.equal(sampling.decide("info", "x", undefined), 0);
  });

  it("keeps or leaves out all lines of a trace together", () => {
    const { sampling } = setUp({ rates: { info: 0.25 } });
    let kept = 0;
    for (let i = 0; i < 400; i++) {
      const traceId = `00000000000000000000000${(((i * 2_654_435_761) >>> 0) + 0x1_0000_0000).toString(16)}`.slice(-32);
      const decisions = Array.from({ length: 5 }, () => sampling.decide("info", "x", traceId) !== undefined);
      assert.equal(new Set(decisions).size, 1);
      if (decisions[0] === true) kept += 1;
    }
    assert.ok(kept > 70 && kept < 130, String(kept));
  });

  it("writes no line of a rate of 0", () => {
    const { sampling } = setUp({ rates: { silly: 0 } });
    for (let i = 0; i < 100; i++) assert.equal(sampling.decide("silly", "x", undefined), undefined);
  });

  it("writes so many lines with one message in a second, whatever values are in it", () => {
    const { sampling, clock, leftOut } = setUp({ burst: 3 });
    const decide = (i: number) => sampling.decide("info", `order ${i} of 3f2b9c1d-77aa-4c00 done`, undefined);
    assert.equal(Array.from({ length: 50 }, (_, i) => decide(i)).filter((one) => one !== undefined).length, 3);
    assert.equal(sampling.decide("info", "another message", undefined), 0);
    assert.equal(sampling.decide("warn", "order 1 of 3f2b9c1d-77aa-4c00 done", undefined), 0, "another level");
    clock.timeMs += 1000;
    assert.equal(decide(51), 47);
    assert.equal(decide(52), 0);
    assert.deepEqual(leftOut, { "info burst": 47 });
  });

  it("never leaves out an error", () => {
    const { sampling } = setUp({ rates: { error: 0 }, burst: 1 });
    for (let i = 0; i < 100; i++) assert.equal(sampling.decide("error", "x", undefined), 0);
  });

  it("does not grow with the messages of a program", () => {
    const { sampling } = setUp({ burst: 1 });
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 200_000; i++)
      sampling.decide("info", `${String.fromCharCode(97 + (i % 26))}${i.toString(26)}zz`, undefined);
    assert.ok(process.memoryUsage().heapUsed - before < 50_000_000);
  });
});
