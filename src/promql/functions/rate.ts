import type { Kernel, RangeFunction } from "../range-function.ts";

// A gap this much longer than the average is taken as the begin or end of the series.
const EXTRAPOLATION_LIMIT = 1.1;

/** Where a counter fell, so that windows without a fall need not be walked through. */
function fallsOf(values: Float64Array): number[] {
  const falls: number[] = [];
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] as number) < (values[index - 1] as number)) falls.push(index);
  }
  return falls;
}

/** What resets took away from a counter between two indexes; asked with ascending `from`. */
function createResets(values: Float64Array): (from: number, to: number, onto: number) => number {
  const falls = fallsOf(values);
  let next = 0;
  return (from, to, onto) => {
    while (next < falls.length && (falls[next] as number) <= from) next += 1;
    let result = onto;
    for (let one = next; one < falls.length && (falls[one] as number) < to; one += 1) {
      result += values[(falls[one] as number) - 1] as number;
    }
    return result;
  };
}

/** rate, increase, delta: the difference over the window, stretched to where the series likely began and ended in it. */
const extrapolated = (isCounter: boolean, isRate: boolean): RangeFunction => ({
  leastSamples: 2,
  ...(isCounter ? { isForCounters: true } : {}),
  open: ({ timesMs, values }) => {
    const withResets = isCounter ? createResets(values) : undefined;
    const kernel: Kernel = (from, to, { startMs, endMs }) => {
      const [firstMs, lastMs] = [timesMs[from] as number, timesMs[to - 1] as number];
      const first = values[from] as number;
      let result = (values[to - 1] as number) - first;
      if (withResets !== undefined) result = withResets(from, to, result);
      let toStart = (firstMs - startMs) / 1000;
      let toEnd = (endMs - lastMs) / 1000;
      const sampled = (lastMs - firstMs) / 1000;
      const average = sampled / (to - from - 1);
      if (toStart >= average * EXTRAPOLATION_LIMIT) toStart = average / 2;
      // A counter is not stretched to before it was zero.
      if (isCounter && result > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / result));
      if (toEnd >= average * EXTRAPOLATION_LIMIT) toEnd = average / 2;
      let factor = (sampled + toStart + toEnd) / sampled;
      if (isRate) factor /= (endMs - startMs) / 1000;
      return result * factor;
    };
    return kernel;
  },
});

/** irate, idelta: between the last two samples. */
const instant = (isRate: boolean): RangeFunction => ({
  leastSamples: 2,
  open:
    ({ timesMs, values }) =>
    (_from, to) => {
      const [last, before] = [values[to - 1] as number, values[to - 2] as number];
      if (!isRate) return last - before;
      const seconds = ((timesMs[to - 1] as number) - (timesMs[to - 2] as number)) / 1000;
      return (last < before ? last : last - before) / seconds;
    },
});

const counting = (differs: (value: number, before: number) => boolean): RangeFunction => ({
  open:
    ({ values }) =>
    (from, to) => {
      let count = 0;
      for (let index = from + 1; index < to; index += 1) {
        if (differs(values[index] as number, values[index - 1] as number)) count += 1;
      }
      return count;
    },
});

export const RATE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: extrapolated(true, true),
  increase: extrapolated(true, false),
  delta: extrapolated(false, false),
  irate: instant(true),
  idelta: instant(false),
  resets: counting((value, before) => value < before),
  changes: counting((value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
};
