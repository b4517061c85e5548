import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { watchEventLoop } from "../../src/runtime/event-loop.ts";

/** A watch over this process's own loop, with a clock that a test moves. */
function watch(measuresDelay: boolean) {
  const time = { nowMs: 1_000_000 };
  const loop = watchEventLoop({ clock: { nowMs: () => time.nowMs }, measuresDelay });
  return { time, loop, [Symbol.dispose]: loop.stop };
}
const until = (holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => void (holds() ? resolve() : setTimeout(look, 10));
    look();
  });
function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe("the event loop", () => {
  it("is as late as it was blocked, of which the time between two looks of the timer is no part", async () => {
    using watched = watch(true);
    await until(() => watched.loop.read().delaySeconds !== undefined);
    block(300);
    await until(() => (watched.loop.read().delaySeconds?.max ?? 0) > 0.2);
    const { delaySeconds, utilization } = watched.loop.read();
    assert.ok(
      delaySeconds !== undefined && delaySeconds.p50 <= delaySeconds.p99 && delaySeconds.p99 <= delaySeconds.max,
    );
    assert.ok(delaySeconds.max < 30);
    assert.ok(utilization > 0 && utilization <= 1);
  });

  it("tells all who look within ten seconds the same, and then begins anew", async () => {
    using watched = watch(true);
    const { loop, time } = watched;
    await until(() => loop.read().delaySeconds !== undefined);
    block(300);
    await until(() => (loop.read().delaySeconds?.max ?? 0) > 0.2);
    time.nowMs += 10_000;
    const whole = loop.read();
    assert.ok((whole.delaySeconds?.max ?? 0) > 0.2);
    time.nowMs += 9_999;
    assert.equal(loop.read(), whole, "another who looks a little later");
    time.nowMs += 1;
    const next = loop.read();
    assert.notEqual(next, whole);
    assert.notEqual(next.delaySeconds?.max, whole.delaySeconds?.max, "what was before is not told again");
  });

  it("is told of without a delay where none is measured", async () => {
    using watched = watch(false);
    block(20);
    await new Promise((resolve) => setImmediate(resolve));
    const { delaySeconds, utilization } = watched.loop.read();
    assert.equal(delaySeconds, undefined);
    assert.ok(utilization > 0 && utilization <= 1);
  });

  it("keeps no process", () => {
    const before = process.getActiveResourcesInfo();
    using _watched = watch(true);
    assert.deepEqual(process.getActiveResourcesInfo(), before);
  });
});
