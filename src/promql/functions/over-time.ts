import { formatFloat } from "../../gotext/index.ts";
import { add, type CompensatedSum, createMean } from "../compensated-sum.ts";
import { isOddQuantile, ODD_QUANTILE, quantileOf } from "../quantile.ts";
import type { RangeFunction } from "../range-function.ts";

const sum: RangeFunction = {
  open: ({ values }) => {
    const state: CompensatedSum = { sum: 0, lost: 0 };
    return (from, to) => {
      state.sum = 0;
      state.lost = 0;
      for (let index = from; index < to; index += 1) add(state, values[index] as number);
      return state.sum + state.lost;
    };
  },
};

const avg: RangeFunction = {
  open: ({ values }) => {
    const mean = createMean();
    return (from, to) => {
      mean.begin();
      for (let index = from; index < to; index += 1) mean.add(values[index] as number);
      return mean.value();
    };
  },
};

const extreme = (isBetter: (value: number, than: number) => boolean): RangeFunction => ({
  open:
    ({ values }) =>
    (from, to) => {
      let best = values[from] as number;
      for (let index = from + 1; index < to; index += 1) {
        const value = values[index] as number;
        if (Number.isNaN(best) || isBetter(value, best)) best = value;
      }
      return best;
    },
});

/** Welford's variance, its mean and its squares both with compensation. */
const variance = (resultOf: (variance: number) => number): RangeFunction => ({
  open: ({ values }) => {
    const [mean, squares]: CompensatedSum[] = [
      { sum: 0, lost: 0 },
      { sum: 0, lost: 0 },
    ];
    if (mean === undefined || squares === undefined) throw new TypeError("two sums");
    return (from, to) => {
      mean.sum = mean.lost = squares.sum = squares.lost = 0;
      for (let index = from; index < to; index += 1) {
        const value = values[index] as number;
        const difference = value - (mean.sum + mean.lost);
        add(mean, difference / (index - from + 1));
        add(squares, difference * (value - (mean.sum + mean.lost)));
      }
      return resultOf((squares.sum + squares.lost) / (to - from));
    };
  },
});

const quantile: RangeFunction = {
  oddity: (parameter) => (isOddQuantile(parameter) ? `${ODD_QUANTILE} ${formatFloat(parameter, "g", -1)}` : undefined),
  open: ({ values }, [quantiles]) => {
    const scratch = new Float64Array(values.length);
    return (from, to, { step }) => {
      scratch.set(values.subarray(from, to));
      return quantileOf(quantiles?.[step] ?? Number.NaN, scratch, to - from);
    };
  },
};

export const OVER_TIME_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  sum_over_time: sum,
  avg_over_time: avg,
  min_over_time: extreme((value, than) => value < than),
  max_over_time: extreme((value, than) => value > than),
  stdvar_over_time: variance((value) => value),
  stddev_over_time: variance(Math.sqrt),
  quantile_over_time: quantile,
  count_over_time: { open: () => (from, to) => to - from },
  present_over_time: { open: () => () => 1 },
  first_over_time: {
    keepsName: true,
    open:
      ({ values }) =>
      (from) =>
        values[from] as number,
  },
  last_over_time: {
    keepsName: true,
    open:
      ({ values }) =>
      (_from, to) =>
        values[to - 1] as number,
  },
};
