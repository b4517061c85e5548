import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import type { LogItem } from "../../src/telemetry/logs.ts";
import { createRunAnnouncer, type Run } from "../../src/telemetry/runs/run-announcer.ts";

function announcing() {
  const said: string[] = [];
  const logs: LogItem[] = [];
  const announcer = createRunAnnouncer({
    clock: { nowMs: () => Date.now() },
    emitLog: (log) => {
      logs.push(log);
      said.push(`${log.spanContext?.spanId} ${log.attributes[ATTR.runState]}`);
    },
    scope: "test",
  });
  return { announcer, said, logs };
}

const run = (spanId: string): Run => ({
  name: "invoke_agent watcher",
  startMs: Date.now(),
  spanContext: { traceId: "t", spanId, traceFlags: 1 },
  parentSpanId: "p",
  attributes: { [ATTR.agentName]: "watcher", [ATTR.inputMessages]: "[]" },
});

describe("a run in progress", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 }));
  afterEach(() => mock.timers.reset());

  it("tells of itself after half a second, again every half minute, and when it ends", () => {
    const { announcer, said, logs } = announcing();
    announcer.started(run("a"));
    mock.timers.tick(499);
    assert.deepEqual(said, []);
    mock.timers.tick(1);
    assert.deepEqual(said, ["a running"]);
    for (let halfMinutes = 0; halfMinutes < 2; halfMinutes += 1) mock.timers.tick(30_000);
    assert.deepEqual(said, ["a running", "a running", "a running"]);
    announcer.ended("a", "ended");
    mock.timers.tick(600_000);
    assert.deepEqual(said.slice(3), ["a ended"]);
    assert.deepEqual(logs[0]?.attributes, {
      [ATTR.runState]: "running",
      [ATTR.runName]: "invoke_agent watcher",
      [ATTR.runStartMs]: 1_000_000,
      [ATTR.runParentSpanId]: "p",
      [ATTR.agentName]: "watcher",
    });
  });

  it("says nothing at all where it is over by then", () => {
    const { announcer, said } = announcing();
    for (let at = 0; at < 5000; at += 1) {
      announcer.started(run(`s${at}`));
      announcer.ended(`s${at}`, "ended");
    }
    mock.timers.tick(600_000);
    assert.deepEqual(said, []);
  });

  it("is one of a thousand at most that tell of themselves", () => {
    const { announcer, said } = announcing();
    for (let at = 0; at < 5000; at += 1) announcer.started(run(`s${at}`));
    mock.timers.tick(1000);
    assert.equal(said.length, 1000);
    mock.timers.tick(30_000);
    assert.equal(said.length, 2000);
    for (let at = 0; at < 5000; at += 1) announcer.ended(`s${at}`, "unfinished");
    assert.equal(said.length, 3000);
  });
});
