import { createLabelSet, type Labels } from "./labels.ts";
import { matchesAll } from "./matcher.ts";
import { setStale } from "./samples.ts";
import type { NewSample, SelectedSeries, SeriesSource } from "./series.ts";

export type MemorySeries = SeriesSource & {
  /** Samples of a series must come in order of time; one at the time of the last replaces it. */
  readonly append: (sample: NewSample) => void;
};

type Growing = { readonly labels: Labels; timesMs: Float64Array; values: Float64Array; length: number };

const FIRST_CAPACITY = 16;

function firstNotBefore(timesMs: Float64Array, length: number, timeMs: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function grow(series: Growing): void {
  const capacity = Math.max(FIRST_CAPACITY, series.length * 2);
  const [timesMs, values] = [new Float64Array(capacity), new Float64Array(capacity)];
  timesMs.set(series.timesMs);
  values.set(series.values);
  series.timesMs = timesMs;
  series.values = values;
}

/** Series in memory: for unit tests of alert rules, and whoever has no store. */
export function createMemorySeries(): MemorySeries {
  const all = new Map<string, Growing>();
  return {
    append: ({ series, timeMs, value, stale }) => {
      let one = all.get(series.key);
      if (one === undefined) {
        one = { labels: series.labels, timesMs: new Float64Array(0), values: new Float64Array(0), length: 0 };
        all.set(series.key, one);
      }
      const last = one.length > 0 ? one.timesMs[one.length - 1] : undefined;
      if (last !== undefined && timeMs < last) throw new RangeError(`a sample at ${timeMs} ms after one at ${last} ms`);
      if (last !== timeMs) {
        if (one.length === one.timesMs.length) grow(one);
        one.length += 1;
      }
      one.timesMs[one.length - 1] = timeMs;
      if (stale === true) setStale(one.values, one.length - 1);
      else one.values[one.length - 1] = value;
    },
    select: (matchers, startMs, endMs) => {
      const selected: SelectedSeries[] = [];
      for (const { labels, timesMs, values, length } of all.values()) {
        if (!matchesAll(matchers, labels)) continue;
        const from = firstNotBefore(timesMs, length, startMs);
        const to = firstNotBefore(timesMs, length, endMs + 1);
        if (from < to)
          selected.push({ labels, timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) });
      }
      return selected;
    },
  };
}

/** A sample by its bare labels. */
export const sampleOf = (labels: Labels, timeMs: number, value: number): NewSample => ({
  series: createLabelSet(labels),
  timeMs,
  value,
});
