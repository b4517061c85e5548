/** Quantiles of histograms, by the function that answers for Prometheus in the embedded process. Pure. */
import { quantileOfBuckets } from "../../../src/promql/functions/buckets.ts";
import type { Line } from "./answer.ts";

/** `bound` is the label `le`. Several with one bound are added up. */
export type Bucket = { readonly bound: string; readonly count: number };

const boundOf = (le: string): number => (le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le));

/** Undefined where nothing was observed, as there is none then. */
export function quantileOf(q: number, buckets: readonly Bucket[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { bound, count } of buckets) {
    const le = boundOf(bound);
    if (!Number.isNaN(le)) counts.set(le, (counts.get(le) ?? 0) + count);
  }
  const sorted = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  if (sorted.length === 0) return undefined;
  const { value } = quantileOfBuckets(q, {
    bounds: Float64Array.from(sorted, ([bound]) => bound),
    counts: Float64Array.from(sorted, ([, count]) => count),
    length: sorted.length,
  });
  return Number.isFinite(value) ? value : undefined;
}

/** A quantile as it develops, of lines of buckets over time. */
export function quantileLine(q: number, lines: readonly Line[]): Line["points"] {
  const byTime = new Map<number, Bucket[]>();
  for (const { labels, points } of lines) {
    for (const { timeMs, value } of points) {
      const buckets = byTime.get(timeMs) ?? [];
      buckets.push({ bound: labels["le"] ?? "", count: value });
      byTime.set(timeMs, buckets);
    }
  }
  return [...byTime]
    .sort(([one], [other]) => one - other)
    .flatMap(([timeMs, buckets]) => {
      const value = quantileOf(q, buckets);
      return value === undefined ? [] : [{ timeMs, value }];
    });
}
