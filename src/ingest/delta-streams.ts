/**
 * Points of delta temporality become cumulative: what a stream sent is added up in memory, as Prometheus does with its
 * feature otlp-deltatocumulative. A stream that was silent for five minutes begins anew, with its own start.
 */
import { addHistograms, type SparseHistogram } from "./exponential-buckets.ts";
import type { ExponentialHistogramPoint, HistogramPoint, SumPoint } from "./metric-point.ts";

const SILENT_MS = 300_000;

/** An exponential histogram whose buckets have been read already. */
export type SparsePoint = ExponentialHistogramPoint & { readonly sparse: SparseHistogram };

export type DeltaPoint = SumPoint | HistogramPoint | SparsePoint;

export const DELTA_OUT_OF_ORDER = "the delta is not later than the one before it";
export const DELTA_OLDER_START = "the delta began before its series did: do several processes send the same series?";

type Stream = { total: DeltaPoint; seenMs: number };

export type DeltaStreams = {
  /** The stream's total with this point, or why the point does not belong to it. */
  readonly add: (key: string, point: DeltaPoint, nowMs: number) => DeltaPoint | string;
};

const sumOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;

const sameBounds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((bound, index) => bound === b[index]);

/** The total so far with a point that is later; undefined where the two cannot be added. */
function addPoints(total: DeltaPoint, point: DeltaPoint): DeltaPoint | undefined {
  const { startNs } = total;
  if (total.kind === "sum" && point.kind === "sum") return { ...point, startNs, value: total.value + point.value };
  if (total.kind === "histogram" && point.kind === "histogram") {
    if (!sameBounds(total.bounds, point.bounds)) return undefined;
    const counts = total.counts.map((count, index) => count + (point.counts[index] ?? 0));
    return { ...point, startNs, count: total.count + point.count, sum: sumOf(total.sum, point.sum), counts };
  }
  if (total.kind === "exponentialHistogram" && point.kind === "exponentialHistogram") {
    const sparse = addHistograms(total.sparse, point.sparse);
    return { ...point, startNs, count: total.count + point.count, sum: sumOf(total.sum, point.sum), sparse };
  }
  return undefined;
}

/** Of more streams than `limit`, those that were silent longest begin anew. */
export function createDeltaStreams(limit: number): DeltaStreams {
  // In order of when they were heard last: the first is the one that has been silent longest.
  const streams = new Map<string, Stream>();
  const forget = (nowMs: number): void => {
    for (const [key, { seenMs }] of streams) {
      if (streams.size <= limit && nowMs - seenMs <= SILENT_MS) return;
      streams.delete(key);
    }
  };
  return {
    add: (key, point, nowMs) => {
      forget(nowMs);
      const stream = streams.get(key);
      // A stream that has no value now begins with its first one; one in progress goes on with what it has.
      if (stream === undefined && point.noRecordedValue) return point;
      if (stream === undefined) {
        streams.set(key, { total: point, seenMs: nowMs });
        return point;
      }
      streams.delete(key);
      streams.set(key, stream);
      stream.seenMs = nowMs;
      if (point.startNs < stream.total.startNs) return DELTA_OLDER_START;
      if (point.timeNs <= stream.total.timeNs) return DELTA_OUT_OF_ORDER;
      const total = addPoints(stream.total, point) ?? point;
      stream.total = total.noRecordedValue ? { ...total, noRecordedValue: false } : total;
      return stream.total;
    },
  };
}
