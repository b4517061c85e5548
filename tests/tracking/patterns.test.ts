import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ErrorPatternMatch } from "../../src/tracking/index.ts";
import { createTestTracker } from "./tracking.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a pattern of errors", () => {
  it("is matched by so many errors in its window, and once in it", async () => {
    const tracker = createTestTracker();
    const matches: ErrorPatternMatch[] = [];
    tracker.onPattern({ name: "tools", categories: ["tool"], threshold: 3, windowMs: 10_000 }, (match) => {
      matches.push(match);
    });
    for (let index = 0; index < 2; index++) tracker.fail({ traceId: "a".repeat(32), spanId: "b".repeat(16) });
    tracker.fail({ category: "timeout", type: "TimeoutError" });
    tracker.move(10_000);
    tracker.fail();
    await turn();
    assert.equal(matches.length, 0, "the first two are too old, the third is another");
    const beganMs = tracker.nowMs();
    tracker.move(1000);
    tracker.fail({ message: "no other plan" });
    tracker.fail();
    tracker.fail();
    await turn();
    assert.equal(matches.length, 1);
    assert.deepEqual(
      { ...matches[0], groups: matches[0]?.groups.map(({ message, count }) => [message, count]) },
      {
        pattern: "tools",
        count: 3,
        windowMs: 10_000,
        firstSeenMs: beganMs,
        lastSeenMs: beganMs + 1000,
        groups: [
          ["no plan", 2],
          ["no other plan", 1],
        ],
        traceIds: [],
      },
    );
    assert.equal(tracker.counted("error_pattern_matches_total", { pattern: "tools" }), 1);
    assert.equal(tracker.logs.at(-1)?.eventName, "agent_observatory.error_pattern");

    tracker.move(9999);
    tracker.fail();
    await turn();
    assert.equal(matches.length, 1, "the window since the match is not over");
    tracker.move(1);
    for (let index = 0; index < 2; index++) tracker.fail();
    await turn();
    assert.equal(matches.length, 2);
    assert.equal(matches[1]?.count, 3);
  });

  it("can be about who saw them", async () => {
    const tracker = createTestTracker();
    const matches: ErrorPatternMatch[] = [];
    tracker.onPattern(
      { name: "model", sources: ["llm"], categories: ["api"], threshold: 2, windowMs: 1000 },
      (match) => {
        matches.push(match);
      },
    );
    tracker.fail({ category: "api", source: "program" });
    tracker.fail({ category: "api", source: "llm", message: "no room" });
    tracker.fail({ category: "timeout", source: "llm" });
    await turn();
    assert.equal(matches.length, 0);
    tracker.fail({ category: "api", source: "llm", message: "no room left" });
    await turn();
    assert.deepEqual(
      matches.map(({ count }) => count),
      [2],
    );
  });

  it("can be about types, and about both", async () => {
    const tracker = createTestTracker();
    const names: string[] = [];
    const watch = (name: string, options: object): void => {
      tracker.onPattern({ name, threshold: 1, windowMs: 1000, ...options }, () => names.push(name));
    };
    watch("type", { types: ["PlanError"] });
    watch("both", { types: ["PlanError"], categories: ["timeout"] });
    watch("any", {});
    tracker.fail();
    await turn();
    assert.deepEqual(names, ["type", "any"]);
  });

  it("is not watched any more once that is stopped", async () => {
    const tracker = createTestTracker();
    let calls = 0;
    const stop = tracker.onPattern({ name: "any", threshold: 1, windowMs: 1 }, () => (calls += 1));
    tracker.fail();
    stop();
    tracker.move(10);
    tracker.fail();
    await turn();
    assert.equal(calls, 1);
  });

  it("survives callbacks that throw, reject, or fail in turn", async () => {
    const tracker = createTestTracker();
    tracker.onPattern({ name: "throws", threshold: 1, windowMs: 1000 }, () => {
      throw new Error("callback broke");
    });
    tracker.onPattern({ name: "rejects", threshold: 1, windowMs: 1000 }, () => Promise.reject(new Error("later")));
    tracker.onPattern({ name: "again", threshold: 1, windowMs: 1000 }, () => tracker.fail({ message: "in callback" }));
    tracker.fail();
    await turn();
    await turn();
    assert.equal(tracker.said.length, 2);
    assert.match(tracker.said.join(""), /throws failed: callback broke[\s\S]*rejects failed: later/);
    assert.equal(tracker.summary().count, 2);
  });

  it("takes options as they are given, and no more patterns than a hundred", async () => {
    const tracker = createTestTracker();
    let calls = 0;
    const odd = { name: "odd", threshold: Number.NaN, windowMs: -5 };
    tracker.onPattern(odd, () => (calls += 1));
    tracker.fail();
    await turn();
    assert.equal(calls, 1, "a threshold of one");
    for (let index = 0; index < 200; index++) {
      tracker.onPattern({ name: `p${index}`, threshold: 1, windowMs: 1 }, () => (calls += 1));
    }
    tracker.move(10);
    tracker.fail();
    await turn();
    assert.equal(calls, 1 + 100);
    assert.match(tracker.said.join(""), /only 100/);
  });

  it("is counted exactly under load", async () => {
    const tracker = createTestTracker();
    const counts: number[] = [];
    tracker.onPattern({ name: "load", threshold: 500, windowMs: 1000 }, ({ count }) => counts.push(count));
    for (let index = 0; index < 10_000; index++) {
      tracker.move(1);
      tracker.fail({ source: index % 2 === 0 ? "tool" : "llm", message: `m ${index}` });
    }
    await turn();
    assert.deepEqual(counts, [500, ...Array.from({ length: 9 }, () => 1000)]);
  });
});
