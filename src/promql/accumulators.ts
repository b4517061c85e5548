/** How values of one group become one value at every step; `values` holds the result, and what it takes on the way. */
export type Accumulator = {
  readonly add: (step: number, value: number, isFirst: boolean) => void;
  readonly finish: (step: number) => void;
};

type CreateAccumulator = (values: Float64Array) => Accumulator;

const done = (): void => {};

/** Adds with compensation into parallel arrays. */
function addTo(sums: Float64Array, lost: Float64Array, step: number, value: number): void {
  const sum = sums[step] as number;
  const total = sum + value;
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) lost[step] = 0;
  else if (Math.abs(sum) >= Math.abs(value)) lost[step] = (lost[step] as number) + (sum - total + value);
  else lost[step] = (lost[step] as number) + (value - total + sum);
  sums[step] = total;
}

const sum: CreateAccumulator = (values) => {
  const lost = new Float64Array(values.length);
  return {
    add: (step, value, isFirst) => {
      if (isFirst) values[step] = value;
      else addTo(values, lost, step, value);
    },
    finish: (step) => {
      values[step] = (values[step] as number) + (lost[step] as number);
    },
  };
};

/** The sum by the count; where the sum would overflow, a running mean from there on. */
const avg: CreateAccumulator = (values) => {
  const [lost, counts, running] = [
    new Float64Array(values.length),
    new Float64Array(values.length),
    new Uint8Array(values.length),
  ];
  return {
    add: (step, value, isFirst) => {
      const count = (counts[step] as number) + 1;
      counts[step] = count;
      if (isFirst) {
        values[step] = value;
        return;
      }
      if (running[step] !== 1) {
        const [before, lostBefore] = [values[step] as number, lost[step] as number];
        addTo(values, lost, step, value);
        if (Math.abs(values[step] as number) !== Number.POSITIVE_INFINITY) return;
        running[step] = 1;
        values[step] = before / (count - 1);
        lost[step] = lostBefore / (count - 1);
      }
      const weight = (count - 1) / count;
      values[step] = (values[step] as number) * weight;
      lost[step] = (lost[step] as number) * weight;
      addTo(values, lost, step, value / count);
    },
    finish: (step) => {
      const [value, rest, count] = [values[step] as number, lost[step] as number, counts[step] as number];
      values[step] = running[step] === 1 ? value + rest : value / count + rest / count;
    },
  };
};

const count: CreateAccumulator = (values) => ({
  add: (step) => {
    values[step] = (values[step] as number) + 1;
  },
  finish: done,
});

const group: CreateAccumulator = (values) => ({
  add: (step) => {
    values[step] = 1;
  },
  finish: done,
});

const extreme =
  (isBetter: (value: number, than: number) => boolean): CreateAccumulator =>
  (values) => ({
    add: (step, value, isFirst) => {
      const best = values[step] as number;
      if (isFirst || Number.isNaN(best) || isBetter(value, best)) values[step] = value;
    },
    finish: done,
  });

const variance =
  (resultOf: (variance: number) => number): CreateAccumulator =>
  (values) => {
    const [means, counts] = [new Float64Array(values.length), new Float64Array(values.length)];
    return {
      add: (step, value, isFirst) => {
        const seen = (counts[step] as number) + 1;
        counts[step] = seen;
        if (isFirst) {
          means[step] = value;
          values[step] = Number.isFinite(value) ? 0 : Number.NaN;
          return;
        }
        const difference = value - (means[step] as number);
        const mean = (means[step] as number) + difference / seen;
        means[step] = mean;
        values[step] = (values[step] as number) + difference * (value - mean);
      },
      finish: (step) => {
        values[step] = resultOf((values[step] as number) / (counts[step] as number));
      },
    };
  };

export const ACCUMULATORS = {
  sum,
  avg,
  count,
  group,
  min: extreme((value, than) => value < than),
  max: extreme((value, than) => value > than),
  stdvar: variance((value) => value),
  stddev: variance(Math.sqrt),
} as const;
