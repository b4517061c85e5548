/**
 * Exponential histograms as classic buckets. Bounds lie on one grid for all series and for all time, 2^(k/4), so that
 * the buckets of two exports, or of two programs, can be added. docs/otlp.md says how exact quantiles are then.
 */
import type { ExponentialBuckets, ExponentialHistogramPoint } from "./metric-point.ts";

/**
 * Four bounds to a doubling. Finer input is merged, coarser input keeps its own bounds, which are on the grid as well.
 */
export const GRID_SCALE = 2;
const STEPS = 2 ** GRID_SCALE;
/** Beyond these, 2^(k/4) is no number. */
const LAST_INDEX = 1024 * STEPS - 1;
const FIRST_INDEX = -1074 * STEPS;
/** What the protocol allows. */
export const MIN_SCALE = -10;
export const MAX_SCALE = 20;

/** Counts by the index of the bucket's lower bound on the grid; without empty buckets. */
export type SparseBuckets = ReadonlyMap<number, number>;

export type SparseHistogram = {
  /** At most `GRID_SCALE`: how far apart the bounds are. */
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: SparseBuckets;
  readonly negative: SparseBuckets;
};

/**
 * 2^(0/4) to 2^(3/4), as whole numbers of ten millionths: a power may differ in its last bit from one runtime to the
 * next, and a bound is part of a series' name.
 */
const FRACTIONS = [10_000_000, 11_892_071, 14_142_136, 16_817_928] as const;
const FRACTION_UNIT = 10_000_000;

export function boundAt(index: number): number {
  const step = ((index % STEPS) + STEPS) % STEPS;
  return ((FRACTIONS[step] as number) / FRACTION_UNIT) * 2 ** ((index - step) / STEPS);
}

/** The bucket that holds bucket `index` (at `from`), when there are fewer, at `to`. */
const coarser = (index: number, from: number, to: number): number => Math.floor(index / 2 ** (from - to));

const onGrid = (index: number, scale: number): number =>
  Math.min(LAST_INDEX, Math.max(FIRST_INDEX, index * 2 ** (GRID_SCALE - scale)));

function addBuckets(into: Map<number, number>, { offset, counts }: ExponentialBuckets, from: number, to: number): void {
  for (let position = 0; position < counts.length; position += 1) {
    const count = counts[position] as number;
    if (count === 0) continue;
    const index = onGrid(coarser(offset + position, from, to), to);
    into.set(index, (into.get(index) ?? 0) + count);
  }
}

export function sparseHistogram(point: ExponentialHistogramPoint): SparseHistogram {
  const scale = Math.min(point.scale, GRID_SCALE);
  const [positive, negative] = [new Map<number, number>(), new Map<number, number>()];
  addBuckets(positive, point.positive, point.scale, scale);
  addBuckets(negative, point.negative, point.scale, scale);
  return { scale, zeroCount: point.zeroCount, positive, negative };
}

function rescaleBuckets(buckets: SparseBuckets, scale: number): Map<number, number> {
  const into = new Map<number, number>();
  for (const [index, count] of buckets) {
    const merged = onGrid(coarser(index, GRID_SCALE, scale), scale);
    into.set(merged, (into.get(merged) ?? 0) + count);
  }
  return into;
}

/** With fewer buckets; the same where it has no more than these. */
export function rescale(histogram: SparseHistogram, scale: number): SparseHistogram {
  if (scale >= histogram.scale) return histogram;
  return {
    scale,
    zeroCount: histogram.zeroCount,
    positive: rescaleBuckets(histogram.positive, scale),
    negative: rescaleBuckets(histogram.negative, scale),
  };
}

function sumOfBuckets(a: SparseBuckets, b: SparseBuckets): Map<number, number> {
  const sum = new Map(a);
  for (const [index, count] of b) sum.set(index, (sum.get(index) ?? 0) + count);
  return sum;
}

export function addHistograms(a: SparseHistogram, b: SparseHistogram): SparseHistogram {
  const scale = Math.min(a.scale, b.scale);
  const [left, right] = [rescale(a, scale), rescale(b, scale)];
  return {
    scale,
    zeroCount: left.zeroCount + right.zeroCount,
    positive: sumOfBuckets(left.positive, right.positive),
    negative: sumOfBuckets(left.negative, right.negative),
  };
}

/** Values above `lower` up to `upper`. What is zero, or near it, counts as up to 0. */
export type Cell = { readonly lower: number; readonly upper: number; readonly count: number };

/** In order of their bounds. */
export function cellsOf({ scale, zeroCount, positive, negative }: SparseHistogram): Cell[] {
  const width = 2 ** (GRID_SCALE - scale);
  const boundAfter = (index: number): number => boundAt(Math.min(LAST_INDEX, index + width));
  const descending = [...negative].sort((a, b) => b[0] - a[0]);
  const ascending = [...positive].sort((a, b) => a[0] - b[0]);
  return [
    ...descending.map(([index, count]) => ({ lower: -boundAfter(index), upper: -boundAt(index), count })),
    ...(zeroCount > 0 ? [{ lower: 0, upper: 0, count: zeroCount }] : []),
    ...ascending.map(([index, count]) => ({ lower: boundAt(index), upper: boundAfter(index), count })),
  ];
}
