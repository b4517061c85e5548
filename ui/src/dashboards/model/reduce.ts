import type { Cell } from "./frame.ts";

/** What many values come to, under Grafana's ids. NaN and infinities count as values where Grafana counts them. */

const numbersIn = (values: readonly Cell[]): number[] =>
  values.filter((value): value is number => typeof value === "number" && !Number.isNaN(value));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);
const mean = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : sum(numbers) / numbers.length;
const variance = (numbers: readonly number[]): number | undefined => {
  const middle = mean(numbers);
  return middle === undefined ? undefined : sum(numbers.map((value) => (value - middle) ** 2)) / numbers.length;
};
const least = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.min(a, b));
const most = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.max(a, b));
const quantile = (numbers: readonly number[], part: number): number | undefined => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))];
};
const median = (numbers: readonly number[]): number | undefined => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : mean(sorted.slice(middle - 1, middle + 1));
};
const difference = (numbers: readonly number[]): number | undefined => {
  const [first, last] = [numbers[0], numbers.at(-1)];
  return first === undefined || last === undefined ? undefined : last - first;
};
/** What a counter has counted, with its resets. */
const delta = (numbers: readonly number[]): number =>
  numbers.slice(1).reduce((total, value, index) => {
    const before = numbers[index] ?? 0;
    return total + (value >= before ? value - before : value);
  }, 0);

type Reducer = { readonly name: string; readonly of: (values: readonly Cell[]) => Cell };
const number =
  (of: (numbers: readonly number[]) => Cell) =>
  (values: readonly Cell[]): Cell =>
    of(numbersIn(values));

const REDUCERS: Readonly<Record<string, Reducer>> = {
  lastNotNull: {
    name: "Last *",
    of: (values) => values.findLast((value) => value !== undefined && !Number.isNaN(value)),
  },
  last: { name: "Last", of: (values) => values.at(-1) },
  firstNotNull: {
    name: "First *",
    of: (values) => values.find((value) => value !== undefined && !Number.isNaN(value)),
  },
  first: { name: "First", of: (values) => values[0] },
  min: { name: "Min", of: number(least) },
  max: { name: "Max", of: number(most) },
  mean: { name: "Mean", of: number(mean) },
  median: { name: "Median", of: number(median) },
  variance: { name: "Variance", of: number(variance) },
  stdDev: { name: "StdDev", of: number((numbers) => Math.sqrt(variance(numbers) ?? Number.NaN)) },
  sum: { name: "Total", of: number((numbers) => (numbers.length === 0 ? undefined : sum(numbers))) },
  count: { name: "Count", of: (values) => values.length },
  range: {
    name: "Range",
    of: number((numbers) => (numbers.length === 0 ? undefined : (most(numbers) ?? 0) - (least(numbers) ?? 0))),
  },
  diff: { name: "Difference", of: number(difference) },
  diffperc: {
    name: "Difference percent",
    of: number((numbers) => (difference(numbers) ?? Number.NaN) / (numbers[0] ?? Number.NaN)),
  },
  delta: { name: "Delta", of: number(delta) },
  changeCount: {
    name: "Change count",
    of: (values) => values.filter((value, at) => at > 0 && value !== values[at - 1]).length,
  },
  distinctCount: { name: "Distinct Count", of: (values) => new Set(values).size },
  allIsZero: { name: "All Zeros", of: (values) => values.every((value) => value === 0) },
  allIsNull: { name: "All Nulls", of: (values) => values.every((value) => value === undefined) },
  allValues: { name: "All values", of: (values) => values.join(", ") },
  uniqueValues: { name: "All unique values", of: (values) => [...new Set(values)].join(", ") },
};

/** Undefined where there is no such reducer. */
export function reducerOf(id: string): Reducer | undefined {
  const [, percent] = /^p(\d{1,2})$/.exec(id) ?? [];
  if (percent !== undefined)
    return { name: `${percent}th %`, of: number((numbers) => quantile(numbers, Number(percent) / 100)) };
  return Object.hasOwn(REDUCERS, id) ? REDUCERS[id] : undefined;
}

export const reduced = (values: readonly Cell[], id: string): Cell => reducerOf(id)?.of(values);
