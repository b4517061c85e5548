/** Which rows of a long list are drawn. Rows have the height that was measured, and an estimate until then. */

export type RowLayout = {
  readonly totalHeight: number;
  readonly topOf: (index: number) => number;
  /** The first row that reaches below `top`. */
  readonly indexAt: (top: number) => number;
};

export function layOut(keys: readonly string[], heights: ReadonlyMap<string, number>, estimate: number): RowLayout {
  const tops = new Float64Array(keys.length + 1);
  for (let index = 0; index < keys.length; index++) {
    tops[index + 1] = (tops[index] ?? 0) + (heights.get(keys[index] ?? "") ?? estimate);
  }
  const at = (index: number): number => tops[Math.max(0, Math.min(keys.length, index))] ?? 0;
  return {
    totalHeight: at(keys.length),
    topOf: at,
    indexAt: (top) => {
      let [low, high] = [0, Math.max(0, keys.length - 1)];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (at(middle + 1) > top) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

/** Some rows more than are seen, so that scrolling shows no gaps. */
const OVERSCAN = 8;

export function rowsBetween(layout: RowLayout, count: number, top: number, height: number): readonly [number, number] {
  if (count === 0) return [0, 0];
  return [Math.max(0, layout.indexAt(top) - OVERSCAN), Math.min(count, layout.indexAt(top + height) + 1 + OVERSCAN)];
}
