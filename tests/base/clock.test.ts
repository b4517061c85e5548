import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createClock } from "../../src/base/index.ts";

const START = 1_700_000_000_000;
const HOUR = 3_600_000;

function createMachine() {
  const machine = { steadyMs: 5, wallMs: START + 5 };
  const clock = createClock(
    START,
    () => machine.steadyMs,
    () => machine.wallMs,
  );
  return { machine, clock };
}

describe("the clock", () => {
  it("runs evenly while the machine's clock is moved by less than a second", () => {
    const { machine, clock } = createMachine();
    machine.steadyMs += 100.25;
    machine.wallMs += 999;
    assert.equal(clock.nowMs(), START + 105.25);
  });

  it("is right again after the machine slept, and goes on from there", () => {
    const { machine, clock } = createMachine();
    machine.wallMs += 8 * HOUR;
    assert.equal(clock.nowMs(), START + 8 * HOUR + 5);
    machine.steadyMs += 20;
    machine.wallMs += 20;
    assert.equal(clock.nowMs(), START + 8 * HOUR + 25);
  });

  it("never runs backwards", () => {
    const { machine, clock } = createMachine();
    machine.wallMs -= HOUR;
    machine.steadyMs += 10;
    assert.equal(clock.nowMs(), START + 15);
  });
});
