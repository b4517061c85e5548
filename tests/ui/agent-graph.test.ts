import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TraceSpan } from "../../src/backends/index.ts";
import { type GraphKind, mostTelling, readGraph, SHOWN_KINDS } from "../../ui/src/trace/graph-model.ts";
import { layOutTrace } from "../../ui/src/trace/layout.ts";
import { failed, span, traceOf, used } from "../explain/traces.ts";

function graph(kinds: readonly GraphKind[], ...spans: readonly TraceSpan[]) {
  const { participants, connections } = readGraph(layOutTrace(traceOf(...spans)), new Set(kinds));
  return {
    nodes: participants.map(({ id, rows, errors, costUsd }) => [id, rows.length, errors, costUsd]),
    edges: connections.map(
      ({ from, to, isHandoff, rows, errors, totalMs }) =>
        `${from} ${isHandoff ? "⇢" : "→"} ${to} ${rows.length}× ${errors} failed ${totalMs} ms`,
    ),
  };
}

describe("the graph of a trace", () => {
  it("has each agent, model and tool once, and what each edge took, cost and how often it failed", () => {
    const { nodes, edges } = graph(
      SHOWN_KINDS,
      span("a", undefined, "invoke_agent planner", { at: [0, 100] }),
      span("m1", "a", "chat gpt-4o", { at: [1, 11], attributes: used(10, 2, 0.5) }),
      span("m2", "a", "chat gpt-4o", { at: [12, 32], ...failed("no", "api") }),
      span("t", "a", "execute_tool find", { at: [33, 40] }),
      span("h", "t", "GET", { at: [34, 39] }),
    );
    assert.deepEqual(nodes, [
      ["agent:planner", 1, 0, 0.5],
      ["model:gpt-4o", 2, 1, 0.5],
      ["tool:find", 1, 0, undefined],
    ]);
    assert.deepEqual(edges, [
      "agent:planner → model:gpt-4o 2× 1 failed 30 ms",
      "agent:planner → tool:find 1× 0 failed 7 ms",
    ]);
  });

  it("counts what an agent that calls itself spent once", () => {
    const { participants, connections } = readGraph(
      layOutTrace(
        traceOf(
          span("r", undefined, "POST /ask", { at: [0, 100], kind: "server" }),
          span("a", "r", "invoke_agent a", { at: [1, 90] }),
          span("b", "a", "invoke_agent a", { at: [2, 50] }),
          span("c", "b", "invoke_agent a", { at: [3, 40] }),
          span("m", "c", "chat gpt-4o", { at: [4, 30], attributes: used(10, 2, 0.5) }),
          span("d", "r", "invoke_agent a", { at: [91, 99] }),
          span("n", "d", "chat gpt-4o", { at: [92, 95], attributes: used(10, 2, 0.25) }),
        ),
      ),
      new Set(SHOWN_KINDS),
    );
    const costs = [...participants, ...connections].map(({ id, rows, costUsd, inputTokens }) => [
      id.split("\n")[0]?.includes("start") ? "start" : rows.length,
      costUsd,
      inputTokens,
    ]);
    assert.deepEqual(costs, [
      ["start", 0.75, 20],
      [4, 0.75, 20],
      [2, 0.75, 20],
      ["start", 0.75, 20],
      [2, 0.5, 10],
      [2, 0.75, 20],
    ]);
  });

  it("leaves out whom nobody could tell apart any more, and keeps those who failed", () => {
    const calls = Array.from({ length: 50 }, (_, at) =>
      span(`a${at}`, "r", `invoke_agent a${at}`, { at: [at, at + 1], ...(at === 40 && failed("no", "api")) }),
    );
    const graph = readGraph(
      layOutTrace(traceOf(span("r", undefined, "invoke_agent r", { at: [0, 100] }), ...calls)),
      new Set(SHOWN_KINDS),
    );
    const few = mostTelling(graph, 2);
    assert.deepEqual(
      [few.participants.map(({ name }) => name), few.connections.length, mostTelling(graph, 51) === graph],
      [["r", "a40"], 1, true],
    );
  });

  it("begins with the program where that calls more than one, or is asked by a request", () => {
    const { edges } = graph(
      SHOWN_KINDS,
      span("r", undefined, "POST /ask", { at: [0, 100], kind: "server" }),
      span("a", "r", "invoke_agent a", { at: [1, 50] }),
      span("b", "r", "invoke_agent b", { at: [51, 90] }),
    );
    assert.deepEqual(edges, ["start:shop → agent:a 1× 0 failed 49 ms", "start:shop → agent:b 1× 0 failed 39 ms"]);
  });

  it("draws a handoff from who handed over to who took over, with the time and cost of that run", () => {
    const handoff = {
      "agent_observatory.handoff.from_agent": "triage",
      "agent_observatory.handoff.to_agent": "billing",
    };
    const { edges } = graph(
      SHOWN_KINDS,
      span("w", undefined, "invoke_workflow desk", {
        at: [0, 100],
        attributes: { "gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "desk" },
      }),
      span("a", "w", "invoke_agent triage", { at: [1, 20] }),
      span("x", "a", "execute_tool transfer_to_billing", { at: [10, 12], attributes: handoff }),
      span("b", "w", "invoke_agent billing", { at: [21, 61], attributes: used(1, 1, 0) }),
    );
    assert.deepEqual(edges, [
      "workflow:desk → agent:triage 1× 0 failed 19 ms",
      "agent:triage ⇢ agent:billing 1× 0 failed 40 ms",
    ]);
  });

  it("keeps a handoff that nobody took", () => {
    const { edges } = graph(
      SHOWN_KINDS,
      span("a", undefined, "invoke_agent triage", { at: [0, 20] }),
      span("x", "a", "execute_tool transfer", {
        at: [10, 12],
        attributes: { "agent_observatory.handoff.to_agent": "nobody", "gen_ai.agent.name": "triage" },
      }),
    );
    assert.deepEqual(edges, ["agent:triage ⇢ agent:nobody 1× 0 failed 2 ms"]);
  });

  it("counts a call once that two saw, and an agent that calls itself twice", () => {
    const { nodes, edges } = graph(
      SHOWN_KINDS,
      span("t", undefined, "execute_tool find", { at: [0, 20], scope: { name: "wrapper", version: "" } }),
      span("c", "t", "execute_tool find", {
        at: [1, 19],
        attributes: { "mcp.method.name": "tools/call" },
        scope: { name: "mcp", version: "" },
      }),
      span("a", "c", "invoke_agent a", { at: [2, 18] }),
      span("a2", "a", "invoke_agent a", { at: [3, 17] }),
    );
    assert.deepEqual(nodes, [
      ["agent:a", 2, 0, undefined],
      ["tool:find", 1, 0, undefined],
    ]);
    assert.deepEqual(edges, ["tool:find → agent:a 1× 0 failed 16 ms", "agent:a → agent:a 1× 0 failed 14 ms"]);
  });

  it("passes over kinds that are not shown", () => {
    const { edges } = graph(
      ["start", "agent"],
      span("a", undefined, "invoke_agent a", { at: [0, 20] }),
      span("t", "a", "execute_tool ask_b", { at: [1, 19] }),
      span("b", "t", "invoke_agent b", { at: [2, 18] }),
    );
    assert.deepEqual(edges, ["agent:a → agent:b 1× 0 failed 16 ms"]);
  });
});
