import type { Call } from "../ast.ts";
import { type Column, createColumn, mergeColumns } from "../columns.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Grid } from "../grid.ts";
import { withoutMetadata } from "../label-sets.ts";

/** A vector whose values are made of those of another, each by itself. The metric name goes. */
export function mapValues(
  columns: readonly Column[],
  grid: Grid,
  { budget, delayedNameRemoval }: Evaluation,
  map: (value: number, step: number) => number,
): Column[] {
  const results = columns.map((column) => {
    const labels = delayedNameRemoval ? column.labels : withoutMetadata(column.labels);
    const result = createColumn(labels, true, grid.count, budget);
    result.present.set(column.present);
    for (let step = 0; step < grid.count; step += 1) {
      if (column.present[step] === 1) result.values[step] = map(column.values[step] as number, step);
    }
    budget.work(grid.count);
    return result;
  });
  return mergeColumns(results);
}

export const SIMPLE_FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  sqrt: Math.sqrt,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  rad: (value) => (value * Math.PI) / 180,
  deg: (value) => (value * 180) / Math.PI,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
};

/** C's fmax and fmin where infinity meets NaN: infinity wins. */
const greater = (one: number, other: number): number =>
  one === Number.POSITIVE_INFINITY || other === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(one, other);
const lesser = (one: number, other: number): number => -greater(-one, -other);

/** clamp, clamp_min, clamp_max. Where the bounds are the wrong way around there is no value. */
function clamp(call: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector, ...bounds] = call.args;
  if (vector === undefined) throw new TypeError(`${call.name} without a vector`);
  const limits = bounds.map((bound) => evaluation.scalar(bound, grid));
  const least = call.name === "clamp_max" ? undefined : limits[0];
  const most = call.name === "clamp_min" ? undefined : limits.at(-1);
  const leastAt = (step: number): number => least?.[step] ?? Number.NEGATIVE_INFINITY;
  const mostAt = (step: number): number => most?.[step] ?? Number.POSITIVE_INFINITY;
  const columns = evaluation
    .vector(vector, grid)
    .map((column) => ({ ...column, present: column.present.map((one, at) => (mostAt(at) < leastAt(at) ? 0 : one)) }));
  return mapValues(columns, grid, evaluation, (value, at) => greater(leastAt(at), lesser(mostAt(at), value)));
}

function round(call: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector, to] = call.args;
  if (vector === undefined) throw new TypeError("round without a vector");
  const nearest = to === undefined ? undefined : evaluation.scalar(to, grid);
  return mapValues(evaluation.vector(vector, grid), grid, evaluation, (value, step) => {
    // By the inverse, as Prometheus does: dividing by 0.1 is less exact than multiplying by 10.
    const inverse = 1 / (nearest?.[step] ?? 1);
    return Math.floor(value * inverse + 0.5) / inverse;
  });
}

export const BOUND_FUNCTIONS: Readonly<Record<string, (call: Call, grid: Grid, evaluation: Evaluation) => Column[]>> = {
  clamp,
  clamp_min: clamp,
  clamp_max: clamp,
  round,
};
