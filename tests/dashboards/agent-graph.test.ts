import assert from "node:assert/strict";
import { test } from "node:test";
import { agentGraph } from "../../grafana/source/agent-graph.ts";
import { interpolate } from "../../grafana/source/panel-queries.ts";
import { queryInstant } from "../../src/promql/index.ts";
import { createDatabase, MINUTE_MS } from "../promql/database.ts";
import { drawNodeGraph, type Graph, type Sample, type Transformation } from "./node-graph.ts";

type Series = Parameters<typeof createDatabase>[0];

const panel = agentGraph({ title: "Graph", description: "A graph." }).build() as unknown as {
  readonly targets: readonly { readonly refId: string; readonly expr: string }[];
  readonly transformations: readonly Transformation[];
  readonly options: { readonly nodes: { readonly arcs: readonly { readonly field: string }[] } };
};
const ALL = { environment: ".*", job: ".*", agent: ".*", __range: "1h" };

function draw(series: Series, values: Readonly<Record<string, string>> = ALL): Graph {
  const database = createDatabase(series);
  const answers = panel.targets.map(({ refId, expr }): [string, Sample[]] => {
    const result = queryInstant(database, interpolate(expr, values), 10 * MINUTE_MS);
    return [refId, result.type === "vector" ? result.samples.map(({ labels, value }) => ({ labels, value })) : []];
  });
  return drawNodeGraph(new Map(answers), panel.transformations);
}

/** A counter that grew to this in ten minutes. */
const grown = (to: number): number[] => Array.from({ length: 11 }, (_, minute) => (to * minute) / 10);
const runs = (agent: string, status: string, count: number) =>
  ["agent_requests_total", { job: "shop", agent, status }, grown(count)] as const;
const calls = (agent: string, tool: string, status: string, count: number) =>
  ["agent_tool_calls_total", { job: "shop", agent, tool, status }, grown(count)] as const;
const requests = (agent: string, model: string, status: string, count: number) =>
  [
    "llm_requests_total",
    { job: "shop", agent, provider: "openai", model, operation: "chat", status },
    grown(count),
  ] as const;

const SHOP: Series = [
  runs("writer", "ok", 6),
  runs("writer", "error", 2),
  calls("writer", "search", "ok", 9),
  calls("writer", "search", "error", 1),
  calls("reader", "search", "ok", 5),
  requests("writer", "gpt-5", "ok", 10),
  requests("none", "gpt-5", "ok", 4),
];

test("an agent, a tool and a model are nodes with what they did and the share that failed", () => {
  const { nodes } = draw(SHOP);
  assert.deepEqual(nodes.get("agent:writer"), {
    title: "writer",
    subtitle: "agent",
    mainstat: 8,
    secondarystat: 25,
    arcs: { arc__failed: 0.25, arc__ok: 0.75 },
  });
  assert.deepEqual([nodes.get("tool:search")?.mainstat, nodes.get("tool:search")?.arcs["arc__failed"]], [15, 1 / 15]);
  assert.deepEqual([nodes.get("model:gpt-5")?.mainstat, nodes.get("model:gpt-5")?.secondarystat], [14, 0]);
});

test("who called what is an edge with the calls", () => {
  const { edges } = draw(SHOP);
  assert.deepEqual(Object.fromEntries([...edges].map(([id, { mainstat }]) => [id, mainstat])), {
    "agent:writer > tool:search": 10,
    "agent:reader > tool:search": 5,
    "agent:writer > model:gpt-5": 10,
    "agent:none > model:gpt-5": 4,
  });
});

test("who hands over to whom is an edge, and both are nodes", () => {
  const handoff = ["agent_handoffs_total", { job: "shop", agent: "triage", to: "writer" }, grown(3)] as const;
  const { nodes, edges } = draw([...SHOP, runs("triage", "ok", 3), handoff]);
  assert.equal(edges.get("agent:triage > agent:writer")?.mainstat, 3);
  const early = draw([runs("triage", "ok", 3), handoff]);
  assert.equal(early.nodes.get("agent:writer")?.mainstat, 0, "asked, and not ended yet");
  assert.equal(nodes.get("agent:writer")?.mainstat, 8);
});

test("an agent that has not ended a run yet is a node, and so is no agent at all", () => {
  const { nodes } = draw(SHOP);
  assert.equal(nodes.get("agent:reader")?.mainstat, 0);
  assert.equal(nodes.get("agent:none")?.title, "outside any agent");
});

test("a tool and a model of the same name stay two", () => {
  const { nodes } = draw([calls("a", "sonar", "ok", 1), requests("a", "sonar", "ok", 1)]);
  assert.deepEqual([...nodes.keys()].sort(), ["agent:a", "model:sonar", "tool:sonar"]);
});

test("what did nothing in the time range is left out, with its edges", () => {
  const idle = [
    "agent_tool_calls_total",
    { job: "shop", agent: "writer", tool: "idle", status: "ok" },
    grown(0),
  ] as const;
  const { nodes, edges } = draw([...SHOP, idle]);
  assert.ok(!nodes.has("tool:idle"));
  assert.ok([...edges.values()].every(({ target }) => target !== "tool:idle"));
});

test("agents alone are a graph without edges, and nothing is one without nodes", () => {
  assert.deepEqual([...draw([runs("writer", "ok", 1)]).nodes.keys()], ["agent:writer"]);
  assert.deepEqual([draw([]).nodes.size, draw([]).edges.size], [0, 0]);
});

test("one agent is shown with what it calls", () => {
  const { nodes } = draw(SHOP, { ...ALL, agent: "reader" });
  assert.deepEqual([...nodes.keys()].sort(), ["agent:reader", "tool:search"]);
});

test("the rim adds up to 1 at every node", () => {
  for (const [id, { arcs }] of draw(SHOP).nodes) {
    assert.deepEqual(Object.keys(arcs).sort(), panel.options.nodes.arcs.map(({ field }) => field).sort(), id);
    assert.equal(
      Object.values(arcs).reduce<number>((sum, arc) => sum + Number(arc), 0),
      1,
      id,
    );
  }
});
