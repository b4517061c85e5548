import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GraphEdge, GraphNode } from "../../ui/src/graph/graph.ts";
import { layerGraph } from "../../ui/src/graph/layers.ts";
import { type Direction, NODE, placeGraph } from "../../ui/src/graph/layout.ts";

const node = (id: string): GraphNode => ({ id, title: id });
const edge = (from: string, to: string): GraphEdge => ({ from, to });
const nodesOf = (edges: readonly GraphEdge[]): GraphNode[] =>
  [...new Set(edges.flatMap(({ from, to }) => [from, to]))].map(node);

function overlaps(edges: readonly GraphEdge[], direction: Direction): string[] {
  const { nodes, width, height } = placeGraph(nodesOf(edges), edges, direction);
  const found: string[] = [];
  for (const { node: a, at } of nodes) {
    if (at.x < 0 || at.y < 0 || at.x + NODE.width > width || at.y + NODE.height > height)
      found.push(`${a.id} is outside`);
    for (const { node: b, at: other } of nodes)
      if (a.id < b.id && Math.abs(at.x - other.x) < NODE.width && Math.abs(at.y - other.y) < NODE.height)
        found.push(`${a.id} and ${b.id}`);
  }
  return found;
}

/** The same every time. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

describe("the layout of a graph", () => {
  it("puts what is called behind what calls it", () => {
    const { layerOf, isBackward } = layerGraph(4, [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 0, to: 2 },
      { from: 2, to: 3 },
    ]);
    assert.deepEqual(layerOf.slice(0, 4), [0, 1, 2, 3]);
    assert.deepEqual(isBackward, [false, false, false, false]);
  });

  it("turns around what closes a circle, and begins where nothing leads to", () => {
    const { layerOf, isBackward } = layerGraph(3, [
      { from: 2, to: 1 },
      { from: 1, to: 2 },
      { from: 0, to: 1 },
      { from: 1, to: 1 },
    ]);
    assert.deepEqual(layerOf.slice(0, 3), [0, 1, 2]);
    assert.deepEqual(isBackward, [true, false, false, true]);
  });

  it("leaves out arrows to what is not there, and draws the same arrow once", () => {
    const { edges } = placeGraph([node("a"), node("b")], [edge("a", "b"), edge("a", "b"), edge("a", "gone")], "right");
    assert.deepEqual(
      edges.map(({ edge: { to } }) => to),
      ["b"],
    );
  });

  it("draws nothing where there is nothing", () => {
    assert.deepEqual(placeGraph([], [], "right").nodes, []);
  });

  for (const direction of ["right", "down"] as const) {
    it(`lets no two nodes overlap: ${direction}`, () => {
      const random = randomNumbers(7);
      for (let round = 0; round < 40; round++) {
        const size = 2 + Math.floor(random.next().value * 30);
        const edges = Array.from({ length: size * 2 }, () =>
          edge(`n${Math.floor(random.next().value * size)}`, `n${Math.floor(random.next().value * size)}`),
        );
        assert.deepEqual(overlaps(edges, direction), []);
      }
    });
  }

  it("stands a graph of thousands of arrows", () => {
    const edges = Array.from({ length: 3000 }, (_, at) => edge(`a${at % 60}`, `b${(at * 7) % 140}`));
    const startedMs = performance.now();
    const placed = placeGraph(nodesOf(edges), edges, "right");
    assert.ok(placed.edges.every(({ path }) => !path.includes("NaN")));
    assert.ok(performance.now() - startedMs < 2000);
  });
});
