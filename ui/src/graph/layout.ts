import { edgeId, type GraphEdge, type GraphNode } from "./graph.ts";
import { layerGraph } from "./layers.ts";

export type Direction = "right" | "down";
export type Size = { readonly width: number; readonly height: number };
export type Spot = { readonly x: number; readonly y: number };

export type PlacedNode = { readonly node: GraphNode /** Its upper left corner. */; readonly at: Spot };
export type PlacedEdge = {
  readonly id: string;
  readonly edge: GraphEdge;
  /** Of an SVG path, from the rim of one node to that of the other. */
  readonly path: string;
  /** Where its words are written: their middle. */
  readonly label: Spot;
};
export type PlacedGraph = Size & { readonly nodes: readonly PlacedNode[]; readonly edges: readonly PlacedEdge[] };

export const NODE: Size = { width: 184, height: 76 };
/** Room between layers, for arrows with their words, and between the nodes of one. */
const BETWEEN_LAYERS: Readonly<Record<Direction, number>> = { right: 116, down: 72 };
const BETWEEN_NODES = 22;
const MARGIN = 16;
/** What an arrow takes that passes through a layer. */
const LANE = 18;
const SETTLING = 12;
/** How far an arrow that leads back swings out. */
const SWING = 34;
const BESIDE = 18;

/** Moves nodes of a layer towards where they want to be, without changing their order or letting them overlap. */
function settle(wanted: readonly number[], sizes: readonly number[]): number[] {
  const gap = (at: number): number => ((sizes[at - 1] ?? 0) + (sizes[at] ?? 0)) / 2 + BETWEEN_NODES;
  const low = [...wanted];
  for (let at = 1; at < low.length; at++) low[at] = Math.max(low[at] as number, (low[at - 1] as number) + gap(at));
  const high = [...wanted];
  for (let at = high.length - 2; at >= 0; at--)
    high[at] = Math.min(high[at] as number, (high[at + 1] as number) - gap(at + 1));
  // Between the two both hold: each keeps the distances, so their mean does.
  return low.map((one, at) => (one + (high[at] as number)) / 2);
}

function crossPlaces(
  layers: readonly (readonly number[])[],
  routes: readonly (readonly number[])[],
  sizeOf: (node: number) => number,
) {
  const neighbours = new Map<number, number[]>();
  const note = (a: number, b: number): void => {
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
  };
  for (const route of routes)
    for (let at = 1; at < route.length; at++) {
      note(route[at - 1] as number, route[at] as number);
      note(route[at] as number, route[at - 1] as number);
    }
  const middle = new Map<number, number>();
  for (const layer of layers) {
    let at = 0;
    for (const node of layer) {
      middle.set(node, at + sizeOf(node) / 2);
      at += sizeOf(node) + BETWEEN_NODES;
    }
    for (const node of layer) middle.set(node, (middle.get(node) as number) - at / 2);
  }
  for (let round = 0; round < SETTLING; round++) {
    for (const layer of round % 2 === 0 ? layers : layers.toReversed()) {
      const wanted = layer.map((node) => {
        const near = (neighbours.get(node) ?? []).map((one) => middle.get(one) as number);
        return near.length === 0 ? (middle.get(node) as number) : near.reduce((sum, one) => sum + one, 0) / near.length;
      });
      const settled = settle(wanted, layer.map(sizeOf));
      layer.forEach((node, at) => {
        middle.set(node, settled[at] as number);
      });
    }
  }
  return middle;
}

/** About what the words of an arrow take. */
const LABEL: Size = { width: 80, height: 15 };
/** Where on an arrow they may stand, the best first. */
const ALONG = [0.74, 0.6, 0.88, 0.45, 0.3, 0.67, 0.52, 0.2];

/** The first spot that is not taken by other words, else the one with most room; notes it. */
function freeSpot(spots: readonly Spot[], taken: Spot[], lines: number): Spot {
  // In sizes of the words: less than one, and they overlap.
  const roomAt = ({ x, y }: Spot): number =>
    Math.min(
      1,
      ...taken.map((other) =>
        Math.max(Math.abs(other.x - x) / LABEL.width, Math.abs(other.y - y) / (LABEL.height * lines)),
      ),
    );
  const rooms = spots.map(roomAt);
  const found = spots[rooms.indexOf(Math.max(...rooms))] ?? { x: 0, y: 0 };
  taken.push(found);
  return found;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Lays out a graph in layers, from left to right or from above down. Arrows to or from nodes that are not there are left out. */
export function placeGraph(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  direction: Direction,
): PlacedGraph {
  const indexOf = new Map(nodes.map(({ id }, index) => [id, index]));
  const drawn = [...new Map(edges.map((edge) => [edgeId(edge), edge])).values()].filter(
    ({ from, to }) => indexOf.has(from) && indexOf.has(to),
  );
  const arrows = drawn.map(({ from, to }) => ({ from: indexOf.get(from) as number, to: indexOf.get(to) as number }));
  const { layers, layerOf, routes, isBackward } = layerGraph(nodes.length, arrows);
  const isRight = direction === "right";
  const [along, across] = isRight ? [NODE.width, NODE.height] : [NODE.height, NODE.width];
  const middle = crossPlaces(layers, routes, (node) => (node < nodes.length ? across : LANE));
  const least = Math.min(0, ...[...middle].map(([node, at]) => at - (node < nodes.length ? across : LANE) / 2));
  const most = Math.max(0, ...[...middle].map(([node, at]) => at + (node < nodes.length ? across : LANE) / 2));
  const swing = isBackward.some(Boolean) ? SWING : 0;
  const spot = (main: number, cross: number): Spot =>
    isRight ? { x: round(main), y: round(cross) } : { x: round(cross), y: round(main) };
  const mainOf = (node: number): number => MARGIN + (layerOf[node] ?? 0) * (along + BETWEEN_LAYERS[direction]);
  const crossOf = (node: number): number => MARGIN + swing + (middle.get(node) ?? 0) - least;
  const write = ({ x, y }: Spot): string => `${x} ${y}`;

  const outgoing = Map.groupBy(drawn, ({ from }) => from);
  const incoming = Map.groupBy(drawn, ({ to }) => to);
  const labels: Spot[] = [];
  const nodesBetween = (from: number, to: number): readonly number[] =>
    layers.slice(from, to + 1).flatMap((layer) => layer.filter((node) => node < nodes.length));

  const placeEdge = (edge: GraphEdge, at: number): PlacedEdge => {
    const route = routes[at] as readonly number[];
    const [first, last] = [route[0] as number, route.at(-1) as number];
    const id = edgeId(edge);
    if (first !== last && isBackward[at] && (layerOf[last] ?? 0) - (layerOf[first] ?? 0) === 1) {
      // Beside the arrow that leads there.
      const [start, end] = [mainOf(last), mainOf(first) + along];
      const half = (start - end) / 2;
      const [from, to] = [crossOf(last) + BESIDE, crossOf(first) + BESIDE];
      const path = `M ${write(spot(start, from))} C ${write(spot(start - half, from))} ${write(spot(end + half, to))} ${write(spot(end, to))}`;
      return { id, edge, path, label: spot((start + end) / 2, (from + to) / 2 + BESIDE / 2) };
    }
    if (first === last || isBackward[at]) {
      // Around whatever is between.
      const [from, to] = [last, first];
      const passed = first === last ? [first] : nodesBetween(layerOf[first] ?? 0, layerOf[last] ?? 0);
      const side = Math.min(...passed.map((node) => crossOf(node) - across / 2)) - SWING;
      const start = mainOf(from) + along * (first === last ? 0.7 : 0.4);
      const end = mainOf(to) + along * (first === last ? 0.3 : 0.6);
      const near = spot(start, crossOf(from) - across / 2);
      const far = spot(end, crossOf(to) - across / 2);
      const path = `M ${write(near)} C ${write(spot(start, side))} ${write(spot(end, side))} ${write(far)}`;
      return { id, edge, path, label: spot((start + end) / 2, side + SWING * 0.3) };
    }
    const points = route.map((node, index) => ({
      enter: index === 0 ? mainOf(node) + along : mainOf(node),
      leave: index === route.length - 1 ? mainOf(node) : mainOf(node) + along,
      cross: crossOf(node),
    }));
    let path = "";
    points.forEach((point, index) => {
      const before = points[index - 1];
      if (before === undefined) {
        path = `M ${write(spot(point.leave, point.cross))}`;
        return;
      }
      const half = (point.enter - before.leave) / 2;
      path += ` C ${write(spot(before.leave + half, before.cross))} ${write(spot(point.enter - half, point.cross))} ${write(spot(point.enter, point.cross))}`;
      if (point.leave !== point.enter) path += ` L ${write(spot(point.leave, point.cross))}`;
    });
    const [from, to] = [points.at(-2), points.at(-1)];
    if (from === undefined || to === undefined) return { id, edge, path, label: spot(0, 0) };
    const on = (t: number): Spot =>
      spot(
        from.leave + (to.enter - from.leave) * (1.5 * t * (1 - t) + t ** 3),
        from.cross + (to.cross - from.cross) * (3 * t ** 2 - 2 * t ** 3),
      );
    // Where an arrow is one of several, its words stand at its own end of them.
    const isFan = (outgoing.get(edge.from)?.length ?? 0) >= (incoming.get(edge.to)?.length ?? 0);
    const label = freeSpot((isFan ? ALONG : ALONG.map((t) => 1 - t)).map(on), labels, edge.stats?.length ?? 0);
    return { id, edge, path, label };
  };

  const mainSize = 2 * MARGIN + layers.length * along + Math.max(0, layers.length - 1) * BETWEEN_LAYERS[direction];
  const crossSize = 2 * MARGIN + swing + most - least;
  return {
    width: Math.ceil(isRight ? mainSize : crossSize),
    height: Math.ceil(isRight ? crossSize : mainSize),
    nodes: nodes.map((node, index) => ({
      node,
      at: spot(mainOf(index), crossOf(index) - across / 2),
    })),
    edges: drawn.map(placeEdge),
  };
}
