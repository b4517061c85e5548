import { NS_PER_MS, secondsOf } from "./quantities.ts";
import type { RangeExpr } from "./syntax.ts";

/** Makes one number of the values in a window, which come in order of time. `timeNs` counts from any fixed moment. */
export type Accumulator = {
  readonly add: (timeNs: number, value: number) => void;
  readonly result: () => number;
};

/** Whether windows are known by a sum alone, to which lines can be added and from which they can be taken. */
export const isCounting = ({ operation, unwrap }: RangeExpr): boolean =>
  unwrap === undefined || operation === "absent_over_time";

/** What the sum of a window of such an operation means. */
export function createCounted({ operation, rangeNs }: RangeExpr): (sum: number) => number {
  const seconds = secondsOf(rangeNs);
  return operation === "rate" || operation === "bytes_rate" ? (sum) => sum / seconds : (sum) => sum;
}

export function createAccumulator({ operation, rangeNs, parameter }: RangeExpr): Accumulator {
  switch (operation) {
    case "rate":
    case "sum_over_time": {
      const seconds = operation === "rate" ? secondsOf(rangeNs) : 1;
      let sum = 0;
      const add = (_timeNs: number, value: number): void => {
        sum += value;
      };
      return { add, result: () => sum / seconds };
    }
    case "avg_over_time":
      return createMean();
    case "max_over_time":
      return createChosen((value, chosen) => value > chosen);
    case "min_over_time":
      return createChosen((value, chosen) => value < chosen);
    case "stdvar_over_time":
      return createVariance((variance) => variance);
    case "stddev_over_time":
      return createVariance(Math.sqrt);
    case "first_over_time": {
      let first: number | undefined;
      const add = (_timeNs: number, value: number): void => {
        first ??= value;
      };
      return { add, result: () => first ?? Number.NaN };
    }
    case "last_over_time": {
      let last = Number.NaN;
      const add = (_timeNs: number, value: number): void => {
        last = value;
      };
      return { add, result: () => last };
    }
    case "quantile_over_time": {
      const values: number[] = [];
      return { add: (_timeNs, value) => void values.push(value), result: () => quantile(parameter, values) };
    }
    case "rate_counter": {
      const [times, values]: [number[], number[]] = [[], []];
      const add = (timeNs: number, value: number): void => {
        times.push(timeNs);
        values.push(value);
      };
      return { add, result: () => counterRate(times, values, rangeNs) };
    }
    default:
      throw new RangeError(`"${operation}" has no values to add up`);
  }
}

function createMean(): Accumulator {
  let [mean, count] = [0, 0];
  return {
    add: (_timeNs, value) => {
      count += 1;
      const isInfinite = Math.abs(mean) === Infinity;
      // An infinite mean stays as it is, unless what comes is infinite the other way, or no number.
      if (isInfinite && (Number.isFinite(value) || (Math.abs(value) === Infinity && mean > 0 === value > 0))) return;
      mean += value / count - mean / count;
    },
    result: () => mean,
  };
}

function createChosen(isBetter: (value: number, chosen: number) => boolean): Accumulator {
  let chosen = Number.NaN;
  return {
    add: (_timeNs, value) => {
      if (isBetter(value, chosen) || Number.isNaN(chosen)) chosen = value;
    },
    result: () => chosen,
  };
}

/** Welford's algorithm. */
function createVariance(finish: (variance: number) => number): Accumulator {
  let [squares, count, mean] = [0, 0, 0];
  return {
    add: (_timeNs, value) => {
      count += 1;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    },
    result: () => finish(squares / count),
  };
}

function quantile(q: number, values: number[]): number {
  if (values.length === 0) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const sorted = values.toSorted((a, b) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : a - b));
  const rank = q * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight;
}

/**
 * The per-second rate of a counter. Loki takes Prometheus' extrapolation, but gives it times in nanoseconds and the range in
 * milliseconds as if they were the same; so that the answers are Loki's, so does this.
 */
function counterRate(times: readonly number[], values: readonly number[], rangeNs: number): number {
  const count = values.length;
  if (count < 2) return 0;
  const [first, last] = [values[0] as number, values[count - 1] as number];
  let increase = last - first;
  let previous = 0;
  for (const value of values) {
    if (value < previous) increase += previous;
    previous = value;
  }
  const sampled = ((times[count - 1] as number) - (times[0] as number)) / 1000;
  const meanGap = sampled / (count - 1);
  let toStart = Math.trunc(rangeNs / NS_PER_MS) / 1000;
  if (increase > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / increase));
  const threshold = meanGap * 1.1;
  let extrapolated = sampled + (toStart < threshold ? toStart : meanGap / 2);
  // The end of the range is taken to be the last value.
  if (!(0 < threshold)) extrapolated += meanGap / 2;
  return (increase * (extrapolated / sampled)) / secondsOf(rangeNs);
}
