import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import { agentGraph } from "../../grafana/source/agent-graph.ts";
import type { Values } from "../../src/backends/index.ts";
import { tableFrame } from "../../ui/src/dashboards/model/answer-frames.ts";
import { readDashboard } from "../../ui/src/dashboards/model/dashboard.ts";
import { drawPanel } from "../../ui/src/dashboards/model/draw-panel.ts";
import { NO_CONFIG } from "../../ui/src/dashboards/model/field-config.ts";
import { type Cell, displayNameOf, type Frame, field } from "../../ui/src/dashboards/model/frame.ts";
import { configured } from "../../ui/src/dashboards/model/matchers.ts";
import { reduced } from "../../ui/src/dashboards/model/reduce.ts";
import { transform } from "../../ui/src/dashboards/model/transformations.ts";
import { drawNodeGraph, type Sample, type Transformation } from "../dashboards/node-graph.ts";

const table = (refId: string, columns: Readonly<Record<string, readonly Cell[]>>): Frame => ({
  refId,
  kind: "table",
  fields: Object.entries(columns).map(([name, values]) =>
    field(
      name,
      name === "Time" ? "time" : typeof values.find((one) => one !== undefined) === "number" ? "number" : "string",
      values,
    ),
  ),
});
const columnsOf = (frames: readonly Frame[]): Record<string, readonly Cell[]>[] =>
  frames.map((frame) => Object.fromEntries(frame.fields.map((one) => [displayNameOf(one, frame, frames), one.values])));
const apply = (
  frames: readonly Frame[],
  ...list: { id: string; options?: object; filter?: { id: string; options: unknown } }[]
) =>
  columnsOf(
    transform(
      frames,
      list.map((one) => ({ id: one.id, options: (one.options ?? {}) as Record<string, unknown>, filter: one.filter })),
    ).frames,
  );

const RUNS = table("A", { Time: [9, 9], agent: ["a", "b"], "Value #A": [1, 2] });
const FAILED = table("B", { Time: [9], agent: ["b"], "Value #B": [0.5] });

describe("transformations", () => {
  it("merge rows that agree in all that every table has", () => {
    deepEqual(apply([RUNS, FAILED], { id: "merge" }), [
      { Time: [9, 9], agent: ["a", "b"], "Value #A": [1, 2], "Value #B": [undefined, 0.5] },
    ]);
  });
  it("merge leaves tables without an answer out", () => {
    deepEqual(apply([RUNS, { refId: "C", kind: "table", fields: [] }], { id: "merge" }), columnsOf([RUNS]));
  });
  it("merge keeps rows that contradict each other", () => {
    const other = table("B", { Time: [9], agent: ["a"], "Value #A": [7] });
    deepEqual(apply([RUNS, other], { id: "merge" })[0]?.["Value #A"], [1, 2, 7]);
  });
  it("organize orders, leaves out and names", () => {
    const options = {
      excludeByName: { Time: true },
      indexByName: { "Value #A": 0, agent: 1 },
      renameByName: { agent: "Agent", "Value #A": "Runs" },
    };
    deepEqual(Object.entries(apply([RUNS], { id: "organize", options })[0] ?? {}), [
      ["Runs", [1, 2]],
      ["Agent", ["a", "b"]],
    ]);
  });
  it("calculateField computes from columns and from constants", () => {
    const sum = { mode: "reduceRow", reduce: { reducer: "sum" }, alias: "all", timeSeries: false };
    equal(apply([RUNS], { id: "calculateField", options: sum })[0]?.["all"]?.[1], 2);
    const rest = {
      mode: "binary",
      alias: "rest",
      timeSeries: false,
      binary: { left: { fixed: "10" }, operator: "-", right: { matcher: { id: "byName", options: "Value #A" } } },
    };
    deepEqual(apply([RUNS], { id: "calculateField", options: rest })[0]?.["rest"], [9, 8]);
    const old = {
      mode: "binary",
      alias: "half",
      timeSeries: false,
      binary: { left: "Value #A", operator: "/", right: "2" },
    };
    deepEqual(apply([RUNS], { id: "calculateField", options: old })[0]?.["half"], [0.5, 1]);
  });
  it("joinByField joins all rows, or those that all have", () => {
    deepEqual(
      apply([RUNS, FAILED], { id: "joinByField", options: { byField: "agent", mode: "outer" } })[0]?.["Value #B"],
      [undefined, 0.5],
    );
    deepEqual(
      apply([RUNS, FAILED], { id: "joinByField", options: { byField: "agent", mode: "inner" } })[0]?.["agent"],
      ["b"],
    );
  });
  it("filter by query, by name and by value", () => {
    equal(apply([RUNS, FAILED], { id: "filterByRefId", options: { include: "B" } }).length, 1);
    deepEqual(
      Object.keys(apply([RUNS], { id: "filterFieldsByName", options: { include: { pattern: "/Value.*/" } } })[0] ?? {}),
      ["Value #A"],
    );
    const options = {
      type: "include",
      match: "any",
      filters: [{ fieldName: "Value #A", config: { id: "greater", options: { value: 1 } } }],
    };
    deepEqual(apply([RUNS], { id: "filterByValue", options })[0]?.["agent"], ["b"]);
  });
  it("reduce, group, sort and limit rows", () => {
    deepEqual(apply([RUNS], { id: "reduce", options: { reducers: ["max", "lastNotNull"] } }), [
      { Field: ["Value #A"], Max: [2], "Last *": [2] },
    ]);
    deepEqual(apply([RUNS], { id: "sortBy", options: { sort: [{ field: "Value #A", desc: true }] } })[0]?.["agent"], [
      "b",
      "a",
    ]);
    deepEqual(apply([RUNS], { id: "limit", options: { limitField: 1 } })[0]?.["agent"], ["a"]);
    const twice = table("A", { agent: ["a", "a", "b"], runs: [1, 2, 4] });
    const fields = { agent: { operation: "groupby" }, runs: { operation: "aggregate", aggregations: ["sum"] } };
    deepEqual(apply([twice], { id: "groupBy", options: { fields } }), [{ agent: ["a", "b"], "runs (sum)": [3, 4] }]);
  });
  it("rename by a pattern", () => {
    deepEqual(
      Object.keys(
        apply([RUNS], { id: "renameByRegex", options: { regex: "Value #(.*)", renamePattern: "$1!" } })[0] ?? {},
      ),
      ["Time", "agent", "A!"],
    );
  });
  it("mean the queries that their filter names", () => {
    const options = { mode: "reduceRow", reduce: { reducer: "sum" }, alias: "n", timeSeries: false };
    const result = apply([RUNS, FAILED], {
      id: "calculateField",
      options,
      filter: { id: "byRefId", options: "/^(?:B)$/" },
    });
    deepEqual(
      result.map((columns) => "n" in columns),
      [true, false],
    );
  });
  it("that nobody knows are said, and change nothing", () => {
    const { frames, unknown } = transform([RUNS], [{ id: "spellOut", options: {} }]);
    deepEqual([frames, unknown], [[RUNS], ["spellOut"]]);
  });
});

describe("what values come to", () => {
  it("leaves out what is no number where Grafana does", () => {
    const values = [3, Number.NaN, undefined, 1];
    deepEqual(
      ["lastNotNull", "last", "firstNotNull", "min", "max", "sum", "mean", "count", "diff", "range"].map((id) =>
        reduced(values, id),
      ),
      [1, 1, 3, 1, 3, 4, 2, 4, -2, 2],
    );
    equal(reduced([undefined], "sum"), undefined);
    equal(reduced([5, 7, 2, 3], "delta"), 5);
    equal(reduced([1, 2, 3, 4], "p95"), 4);
    equal(reduced([1, 2, 3, 4], "median"), 2.5);
  });
});

describe("overrides", () => {
  const property = (unit: string) => [
    { id: "unit", value: unit },
    { id: "custom.cellOptions", value: { type: "color-text" } },
  ];
  const unitOf = (matcher: { id: string; options: unknown }): (string | undefined)[] =>
    (configured([RUNS], NO_CONFIG, [{ matcher, properties: property("s") }])[0]?.fields ?? []).map(
      ({ config }) => config.unit,
    );
  it("mean fields by name, pattern, type and query", () => {
    deepEqual(unitOf({ id: "byName", options: "agent" }), [undefined, "s", undefined]);
    deepEqual(unitOf({ id: "byRegexp", options: "/value/i" }), [undefined, undefined, "s"]);
    deepEqual(unitOf({ id: "byType", options: "time" }), ["s", undefined, undefined]);
    deepEqual(unitOf({ id: "byFrameRefID", options: "A" }), ["s", "s", "s"]);
    deepEqual(unitOf({ id: "byValue", options: { reducer: "max", op: "gte", value: 2 } }), [undefined, undefined, "s"]);
    deepEqual(unitOf({ id: "somethingElse", options: "" }), [undefined, undefined, undefined]);
  });
});

describe("the graph of agents", () => {
  const built = agentGraph({ title: "Graph", description: "" }).build();
  const [panel] = readDashboard({
    title: "t",
    panels: [JSON.parse(JSON.stringify({ ...built, gridPos: { x: 0, y: 0, w: 12, h: 8 } }))],
  }).panels;
  if (panel === undefined) throw new Error("Expected a panel");
  const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
    nodes: [
      { labels: { id: "agent:desk", title: "desk", subtitle: "agent" }, value: 19 },
      { labels: { id: "tool:find", title: "find", subtitle: "tool" }, value: 8 },
    ],
    failed: [
      { labels: { id: "agent:desk" }, value: 0.25 },
      { labels: { id: "tool:find" }, value: 0 },
    ],
    edges: [{ labels: { id: "agent:desk > tool:find", source: "agent:desk", target: "tool:find" }, value: 8 }],
  };
  it("is the one that the boards' own tests draw", () => {
    const expected = drawNodeGraph(
      new Map(Object.entries(SAMPLES)),
      built.transformations as unknown as Transformation[],
    );
    const frames = Object.entries(SAMPLES).map(([refId, samples]) => {
      const values: Values = {
        type: "vector",
        series: samples.map(({ labels, value }) => ({ labels, points: [{ timeMs: 1000, value }], histograms: [] })),
      };
      return tableFrame(values, { refId, expr: "" }, 3);
    });
    const { drawn } = drawPanel(panel, frames);
    if (drawn.kind !== "graph") throw new Error(`Expected a graph, got ${drawn.kind}`);
    const { nodes, edges, numbers } = drawn.graph;
    for (const [id, node] of expected.nodes) {
      deepEqual(numbers.get(id), { mainstat: node.mainstat, secondarystat: node.secondarystat, ...node.arcs });
    }
    deepEqual(
      nodes.map(({ id, title, subtitle, stats }) => [id, title, subtitle, stats]),
      [
        ["agent:desk", "desk", "agent", ["19.0 calls", "25.0 % failed"]],
        ["tool:find", "find", "tool", ["8.0 calls", "0.0 % failed"]],
      ],
    );
    deepEqual(
      edges.map(({ from, to }) => [from, to]),
      [...expected.edges.values()].map(({ source, target }) => [source, target]),
    );
  });
});
