import type { Samples } from "../../signals/index.ts";
import { add, type CompensatedSum } from "../compensated-sum.ts";
import type { RangeFunction } from "../range-function.ts";

type Line = { readonly slope: number; readonly intercept: number };

/** The line of least squares through the samples; its intercept at `originMs`, its slope per second. */
function createRegression({ timesMs, values }: Samples): (from: number, to: number, originMs: number) => Line {
  const sums = Array.from({ length: 4 }, (): CompensatedSum => ({ sum: 0, lost: 0 }));
  const [sumX, sumY, sumXY, sumXX] = sums as [CompensatedSum, CompensatedSum, CompensatedSum, CompensatedSum];
  return (from, to, originMs) => {
    for (const one of sums) {
      one.sum = 0;
      one.lost = 0;
    }
    const first = values[from] as number;
    let isConstant = true;
    for (let index = from; index < to; index += 1) {
      const y = values[index] as number;
      const x = ((timesMs[index] as number) - originMs) / 1000;
      if (index > from && y !== first) isConstant = false;
      add(sumX, x);
      add(sumY, y);
      add(sumXY, x * y);
      add(sumXX, x * x);
    }
    if (isConstant) {
      const isInfinite = Math.abs(first) === Number.POSITIVE_INFINITY;
      return isInfinite ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: first };
    }
    const [x, y, xy, xx] = sums.map(({ sum, lost }) => sum + lost) as [number, number, number, number];
    const count = to - from;
    const slope = (xy - (x * y) / count) / (xx - (x * x) / count);
    return { slope, intercept: y / count - (slope * x) / count };
  };
}

export const REGRESSION_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  deriv: {
    leastSamples: 2,
    open: (samples) => {
      const regression = createRegression(samples);
      // From a near origin, so that large times cost no precision.
      return (from, to) => regression(from, to, samples.timesMs[from] as number).slope;
    },
  },
  predict_linear: {
    leastSamples: 2,
    open: (samples, [durations]) => {
      const regression = createRegression(samples);
      return (from, to, { step, timeMs }) => {
        const { slope, intercept } = regression(from, to, timeMs);
        return slope * (durations?.[step] ?? Number.NaN) + intercept;
      };
    },
  },
};
