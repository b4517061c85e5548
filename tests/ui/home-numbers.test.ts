import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { quantileLine, quantileOf } from "../../ui/src/measures/quantile.ts";
import { agentsOf, glanceOf, toolsOf } from "../../ui/src/views/home/numbers.ts";

const row = <Of extends object>(labels: { agent?: string; tool?: string; status?: string; le?: string }, of: Of) => ({
  id: JSON.stringify(labels),
  labels: { agent: "", tool: "", status: "", le: "", ...labels },
  of,
});
const COUNTS = [
  row({ agent: "desk", status: "ok" }, { runs: 6 }),
  row({ agent: "desk", status: "error" }, { runs: 2 }),
  row({ agent: "desk", status: "waiting" }, { runs: 2 }),
  row({ agent: "idle", status: "ok" }, { runs: 0 }),
  row({ agent: "desk" }, { cost: 0.5 }),
  row({ agent: "none" }, { cost: 0.25 }),
  row({ status: "ok" }, { llm: 9 }),
  row({ status: "error" }, { llm: 1 }),
  row({ tool: "find", status: "ok" }, { tools: 3 }),
  row({ tool: "find", status: "error" }, { tools: 1 }),
];
const DURATIONS = [
  row({ agent: "desk", le: "1" }, { runs: 8 }),
  row({ agent: "desk", le: "2" }, { runs: 10 }),
  row({ agent: "desk", le: "+Inf" }, { runs: 10 }),
  row({ tool: "find", le: "1" }, { tools: 0 }),
  row({ tool: "find", le: "+Inf" }, { tools: 0 }),
];

describe("Home's numbers", () => {
  it("are sums and shares of what was counted", () => {
    deepEqual(glanceOf(COUNTS, DURATIONS), {
      runs: 10,
      failedRuns: 2,
      failedShare: 0.2,
      p95: 1.75,
      agents: 1,
      toolCalls: 4,
      toolSuccess: 0.75,
      spent: 0.75,
      llmCalls: 10,
      llmFailedShare: 0.1,
    });
  });

  it("of nothing are 0, and shares of nothing are none", () => {
    deepEqual(glanceOf([], []), { runs: 0, failedRuns: 0, agents: 0, toolCalls: 0, spent: 0, llmCalls: 0 });
  });

  it("of each agent and tool are its own", () => {
    deepEqual(
      agentsOf(COUNTS, DURATIONS).map(({ id, of }) => [id, of]),
      [
        ["desk", { runs: 10, failedShare: 0.2, p95: 1.75, cost: 0.5 }],
        ["idle", { runs: 0 }],
        ["none", { cost: 0.25 }],
      ],
    );
    deepEqual(
      toolsOf(COUNTS, DURATIONS).map(({ id, of }) => [id, of]),
      [["find", { calls: 4, success: 0.75 }]],
    );
  });
});

describe("quantiles", () => {
  it("add up buckets of one bound, in whatever order they come", () => {
    const buckets = [
      { bound: "+Inf", count: 4 },
      { bound: "2", count: 2 },
      { bound: "1", count: 1 },
      { bound: "2", count: 2 },
    ];
    equal(quantileOf(0.5, buckets), 1 + 1 / 3);
    equal(quantileOf(0.5, []), undefined);
    equal(quantileOf(0.5, [{ bound: "no number", count: 1 }]), undefined);
  });

  it("over time are of each moment, and none of a moment at which nothing was observed", () => {
    const line = (le: string, ...values: number[]) => ({
      labels: { le },
      points: values.map((value, index) => ({ timeMs: index, value })),
    });
    const points = quantileLine(0.5, [line("+Inf", 2, 0, 4), line("1", 2, 0, 2)]);
    ok(points.every(({ timeMs }) => timeMs !== 1));
    deepEqual(
      points.map(({ timeMs }) => timeMs),
      [0, 2],
    );
    equal(points[0]?.value, 0.5);
  });
});
