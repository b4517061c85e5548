/** The first half of a layered drawing: which node stands in which layer, and in which order there. Pure. */

export type Arrow = { readonly from: number; readonly to: number };
export type Layered = {
  /** Nodes in their layers, in order. What is `count` or more stands for an arrow that passes through the layer. */
  readonly layers: readonly (readonly number[])[];
  readonly layerOf: readonly number[];
  /** Of each arrow: the nodes that it passes through, from its `from` on. Arrows against the direction are turned around. */
  readonly routes: readonly (readonly number[])[];
  readonly isBackward: readonly boolean[];
};

const SWEEPS = 8;

/** Arrows that close a circle, found by walking from the nodes that nothing leads to. */
function findBackward(count: number, arrows: readonly Arrow[]): boolean[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  const incoming = new Array<number>(count).fill(0);
  arrows.forEach(({ from, to }, index) => {
    if (from === to) return;
    out[from]?.push(index);
    incoming[to] = (incoming[to] ?? 0) + 1;
  });
  const backward = arrows.map(({ from, to }) => from === to);
  const state = new Uint8Array(count);
  const starts = [...Array(count).keys()].sort((a, b) => Number(incoming[a] !== 0) - Number(incoming[b] !== 0));
  for (const start of starts) {
    if (state[start] !== 0) continue;
    state[start] = 1;
    const open: { node: number; next: number }[] = [{ node: start, next: 0 }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const at = out[top.node]?.[top.next++];
      if (at === undefined) {
        state[top.node] = 2;
        open.pop();
        continue;
      }
      const { to } = arrows[at] as Arrow;
      if (state[to] === 1) backward[at] = true;
      else if (state[to] === 0) {
        state[to] = 1;
        open.push({ node: to, next: 0 });
      }
    }
  }
  return backward;
}

/** As far from the beginning as the longest way to it. */
function longestWays(count: number, arrows: readonly Arrow[]): number[] {
  const layer = new Array<number>(count).fill(0);
  const waiting = new Array<number>(count).fill(0);
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of arrows) {
    out[from]?.push(to);
    waiting[to] = (waiting[to] ?? 0) + 1;
  }
  const open = [...Array(count).keys()].filter((node) => waiting[node] === 0);
  for (let node = open.shift(); node !== undefined; node = open.shift()) {
    for (const to of out[node] ?? []) {
      layer[to] = Math.max(layer[to] ?? 0, (layer[node] ?? 0) + 1);
      waiting[to] = (waiting[to] ?? 1) - 1;
      if (waiting[to] === 0) open.push(to);
    }
  }
  return layer;
}

/** Puts each node of a layer at the mean place of its neighbours in the other one. */
function orderBy(
  layer: number[],
  neighbours: ReadonlyMap<number, readonly number[]>,
  placeOf: ReadonlyMap<number, number>,
) {
  const wanted = new Map(
    layer.map((node, place) => {
      const places = (neighbours.get(node) ?? []).map((one) => placeOf.get(one) ?? 0);
      return [node, places.length === 0 ? place : places.reduce((sum, one) => sum + one, 0) / places.length];
    }),
  );
  layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
}

const places = (layer: readonly number[]): ReadonlyMap<number, number> =>
  new Map(layer.map((node, place) => [node, place]));

/** `count` nodes, numbered from 0. */
export function layerGraph(count: number, arrows: readonly Arrow[]): Layered {
  const isBackward = findBackward(count, arrows);
  const forward = arrows.map(({ from, to }, at) => (isBackward[at] ? { from: to, to: from } : { from, to }));
  const layerOf = longestWays(
    count,
    forward.filter(({ from, to }) => from !== to),
  );
  let next = count;
  const before = new Map<number, number[]>();
  const after = new Map<number, number[]>();
  const note = (map: Map<number, number[]>, key: number, value: number): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [value]);
    else known.push(value);
  };
  const routes = forward.map(({ from, to }, at) => {
    const route = [from];
    if (from === to) return route;
    // What leads back is drawn around the others.
    if (isBackward[at]) return [from, to];
    for (let layer = (layerOf[from] ?? 0) + 1; layer < (layerOf[to] ?? 0); layer++) {
      layerOf[next] = layer;
      route.push(next++);
    }
    route.push(to);
    for (let at = 1; at < route.length; at++) {
      note(after, route[at - 1] as number, route[at] as number);
      note(before, route[at] as number, route[at - 1] as number);
    }
    return route;
  });
  const layers: number[][] = [];
  layerOf.forEach((layer, node) => {
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(node);
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    const order = down ? layers.keys() : [...layers.keys()].reverse();
    for (const at of order) {
      const other = layers[down ? at - 1 : at + 1];
      const layer = layers[at];
      if (other !== undefined && layer !== undefined) orderBy(layer, down ? before : after, places(other));
    }
  }
  return { layers, layerOf, routes, isBackward };
}
