/** Of each metric the last so many recordings are kept: 48 kB where a metric is that busy. */
const MAX_VALUES = 2048;
const FIRST_VALUES = 32;

/** What was recorded of one metric lately. */
export type RecentValues = {
  readonly add: (value: number, labels: Labels, timeMs: number) => void;
  /** Those not older than `sinceMs` whose labels have all that `wanted` has, in ascending order. */
  readonly sorted: (sinceMs: number, wanted: Labels) => Float64Array;
};
type Labels = Readonly<Record<string, string>>;

/** A ring of recordings with their series, so that a question may be about some of them. */
export function createRecentValues(): RecentValues {
  let values = new Float64Array(FIRST_VALUES);
  let times = new Float64Array(FIRST_VALUES);
  const series: Labels[] = [];
  let next = 0;
  const grow = (): void => {
    const larger = (given: Float64Array) => {
      const copy = new Float64Array(given.length * 2);
      copy.set(given);
      return copy;
    };
    values = larger(values);
    times = larger(times);
  };
  return {
    add: (value, labels, timeMs) => {
      if (next === values.length) {
        if (values.length < MAX_VALUES) grow();
        else next = 0;
      }
      values[next] = value;
      times[next] = timeMs;
      series[next] = labels;
      next += 1;
    },
    sorted: (sinceMs, wanted) => {
      const entries = Object.entries(wanted);
      const fits = new Map<Labels, boolean>();
      const isWanted = (labels: Labels): boolean => {
        let fit = fits.get(labels);
        if (fit === undefined) {
          fit = entries.every(([name, value]) => labels[name] === value);
          fits.set(labels, fit);
        }
        return fit;
      };
      const found = new Float64Array(series.length);
      let count = 0;
      for (const [at, labels] of series.entries()) {
        if ((times[at] ?? 0) < sinceMs || !isWanted(labels)) continue;
        found[count] = values[at] ?? 0;
        count += 1;
      }
      return found.subarray(0, count).sort();
    },
  };
}
