import type { Call } from "../ast.ts";
import type { Column } from "../columns.ts";
import type { Evaluation } from "../evaluation.ts";
import { type Grid, timeAt } from "../grid.ts";
import type { RangeFunction } from "../range-function.ts";
import { CALENDAR_FUNCTIONS } from "./calendar.ts";
import { HISTOGRAM_FUNCTIONS } from "./histogram.ts";
import { LABEL_FUNCTIONS } from "./labels.ts";
import { BOUND_FUNCTIONS, mapValues, SIMPLE_FUNCTIONS } from "./maths.ts";
import { overRanges } from "./over-ranges.ts";
import { OVER_TIME_FUNCTIONS } from "./over-time.ts";
import { RATE_FUNCTIONS } from "./rate.ts";
import { REGRESSION_FUNCTIONS } from "./regression.ts";
import { scalarOf, VALUE_FUNCTIONS } from "./values.ts";

type VectorFunction = (call: Call, grid: Grid, evaluation: Evaluation) => Column[];
type ScalarFunction = (call: Call, grid: Grid, evaluation: Evaluation) => Float64Array;

const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  ...RATE_FUNCTIONS,
  ...OVER_TIME_FUNCTIONS,
  ...REGRESSION_FUNCTIONS,
};

const mapped =
  (map: (value: number) => number): VectorFunction =>
  ({ name, args: [vector] }, grid, evaluation) => {
    if (vector === undefined) throw new TypeError(`${name} without a vector`);
    return mapValues(evaluation.vector(vector, grid), grid, evaluation, map);
  };

const VECTOR_FUNCTIONS: ReadonlyMap<string, VectorFunction> = new Map<string, VectorFunction>([
  ...Object.entries(SIMPLE_FUNCTIONS).map(([name, map]) => [name, mapped(map)] as const),
  ...Object.entries(RANGE_FUNCTIONS).map(([name, one]): [string, VectorFunction] => [
    name,
    (call, grid, evaluation) => overRanges(one, call, grid, evaluation),
  ]),
  ...Object.entries(BOUND_FUNCTIONS),
  ...Object.entries(CALENDAR_FUNCTIONS),
  ...Object.entries(HISTOGRAM_FUNCTIONS),
  ...Object.entries(LABEL_FUNCTIONS),
  ...Object.entries(VALUE_FUNCTIONS),
]);

const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map<string, ScalarFunction>([
  ["pi", (_, { count }) => new Float64Array(count).fill(Math.PI)],
  ["time", (_, grid) => Float64Array.from({ length: grid.count }, (_, step) => timeAt(grid, step) / 1000)],
  [
    "scalar",
    ({ args: [vector] }, grid, evaluation) => {
      if (vector === undefined) throw new TypeError("scalar without a vector");
      return scalarOf(vector, grid, evaluation);
    },
  ],
]);

export const vectorFunction = (name: string): VectorFunction | undefined => VECTOR_FUNCTIONS.get(name);
export const scalarFunction = (name: string): ScalarFunction | undefined => SCALAR_FUNCTIONS.get(name);
