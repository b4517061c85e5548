/**
 * Neumaier's summation, as Prometheus adds: the sum and what it lost to rounding are kept apart. One object for many sums, so that the
 * loops that use it allocate nothing.
 */
export type CompensatedSum = { sum: number; lost: number };

export function add(to: CompensatedSum, value: number): void {
  const { sum } = to;
  const total = sum + value;
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) to.lost = 0;
  else if (Math.abs(sum) >= Math.abs(value)) to.lost += sum - total + value;
  else to.lost += value - total + sum;
  to.sum = total;
}

/**
 * The mean of values given one by one: their sum by their number, and from where that would overflow on, a running mean.
 * Reused: `begin` forgets.
 */
export type Mean = { readonly begin: () => void; readonly add: (value: number) => void; readonly value: () => number };

export function createMean(): Mean {
  const state: CompensatedSum = { sum: 0, lost: 0 };
  let count = 0;
  let isRunning = false;
  return {
    begin: () => {
      state.sum = 0;
      state.lost = 0;
      count = 0;
      isRunning = false;
    },
    add: (value) => {
      count += 1;
      if (count === 1) {
        state.sum = value;
        return;
      }
      if (!isRunning) {
        const { sum, lost } = state;
        add(state, value);
        if (Math.abs(state.sum) !== Number.POSITIVE_INFINITY) return;
        isRunning = true;
        state.sum = sum / (count - 1);
        state.lost = lost / (count - 1);
      }
      const weight = (count - 1) / count;
      state.sum *= weight;
      state.lost *= weight;
      add(state, value / count);
    },
    value: () => (isRunning ? state.sum + state.lost : state.sum / count + state.lost / count),
  };
}
