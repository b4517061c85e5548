import {
  boundAt,
  type Cell,
  cellsOf,
  GRID_SCALE,
  MIN_SCALE,
  rescale,
  type SparseHistogram,
} from "./exponential-buckets.ts";

/** OpenTelemetry's own limit for one histogram. Each bound is a series. */
const MAX_BOUNDS = 160;

/** Which bounds the buckets of one histogram have by now, and what they held last. */
export type BoundSet = {
  /** Ascending; a bound that was used once stays, so that its series goes on. */
  readonly bounds: readonly number[];
  /** How far apart bounds may be at least. */
  readonly scale: number;
  readonly cells: readonly Cell[];
};

export const NO_BOUNDS: BoundSet = { bounds: [], scale: GRID_SCALE, cells: [] };

export type BoundChange = {
  readonly next: BoundSet;
  readonly added: ReadonlySet<number>;
  /** Those that do not fit between the buckets any more. */
  readonly ended: readonly number[];
};

/** Cumulative counts at ascending bounds, none of which lies within a cell. */
export function cumulate(cells: readonly Cell[], bounds: readonly number[]): number[] {
  let [cell, count] = [0, 0];
  return bounds.map((bound) => {
    for (let one = cells[cell]; one !== undefined && one.upper <= bound; one = cells[cell]) {
      count += one.count;
      cell += 1;
    }
    return count;
  });
}

function withoutInner(bounds: readonly number[], cells: readonly Cell[]): number[] {
  let cell = 0;
  return bounds.filter((bound) => {
    while (cell < cells.length && (cells[cell] as Cell).upper <= bound) cell += 1;
    const inside = cells[cell];
    return inside === undefined || bound <= inside.lower;
  });
}

const isOnScale = (scale: number): ((bound: number) => boolean) => {
  if (scale === GRID_SCALE) return () => true;
  const step = 2 ** (GRID_SCALE - scale);
  return (bound) => {
    if (bound === 0) return true;
    const index = Math.round(Math.log2(Math.abs(bound)) * 2 ** GRID_SCALE);
    return index % step === 0 && boundAt(index) === Math.abs(bound);
  };
};

/**
 * Fits what came into the bounds that there are, adds what it needs, and makes them fewer where they become too many.
 */
export function fitBounds(before: BoundSet, histogram: SparseHistogram): BoundChange {
  for (let { scale } = before; ; scale -= 1) {
    const cells = cellsOf(rescale(histogram, scale));
    const kept = withoutInner(before.bounds.filter(isOnScale(scale)), cells);
    const all = new Set(kept);
    for (const { lower, upper } of cells) all.add(lower).add(upper);
    if (all.size > MAX_BOUNDS && scale > MIN_SCALE) continue;
    const known = new Set(before.bounds);
    return {
      next: { bounds: [...all].sort((a, b) => a - b), scale, cells },
      added: new Set([...all].filter((bound) => !known.has(bound))),
      ended: before.bounds.filter((bound) => !all.has(bound)),
    };
  }
}
