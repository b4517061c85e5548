import { formatFloat } from "../gotext/index.ts";
import { ACCUMULATORS } from "./accumulators.ts";
import type { Aggregate } from "./ast.ts";
import { type Column, createColumn, isEmpty } from "./columns.ts";
import { countValues } from "./count-values.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import { type Group, groupColumns } from "./grouping.ts";
import { isOddQuantile, ODD_QUANTILE, quantileOf } from "./quantile.ts";
import { selectExtremes } from "./topk.ts";

const dropsName = ({ columns }: Group): boolean => columns.some(({ dropName }) => dropName);

function accumulate(expr: Aggregate, groups: readonly Group[], grid: Grid, { budget }: Evaluation): Column[] {
  const create = ACCUMULATORS[expr.operator as keyof typeof ACCUMULATORS];
  return groups.flatMap((group) => {
    const held = budget.held();
    const result = createColumn(group.labels, dropsName(group), grid.count, budget);
    const { values, present } = result;
    const { add, finish } = create(values);
    for (const column of group.columns) {
      for (let step = 0; step < grid.count; step += 1) {
        if (column.present[step] !== 1) continue;
        add(step, column.values[step] as number, present[step] !== 1);
        present[step] = 1;
      }
      budget.work(grid.count);
    }
    for (let step = 0; step < grid.count; step += 1) if (present[step] === 1) finish(step);
    if (!isEmpty(result)) return [result];
    budget.settle(held, 0);
    return [];
  });
}

/** Puts the values of a group at a step into `into`, and answers how many there are. */
function gather({ columns }: Group, step: number, into: Float64Array): number {
  let length = 0;
  for (const { present, values } of columns) {
    if (present[step] !== 1) continue;
    into[length] = values[step] as number;
    length += 1;
  }
  return length;
}

function quantiles(
  expr: Aggregate,
  groups: readonly Group[],
  quantile: Float64Array,
  grid: Grid,
  { budget, notes }: Evaluation,
): Column[] {
  const least = quantile.reduce((one, other) => Math.min(one, other));
  const most = quantile.reduce((one, other) => Math.max(one, other));
  for (const one of new Set([least, most])) {
    if (isOddQuantile(one))
      notes.warn(`${ODD_QUANTILE} ${formatFloat(one, "g", -1)}`, expr.parameter?.start ?? expr.start);
  }
  return groups.map((group) => {
    const result = createColumn(group.labels, dropsName(group), grid.count, budget);
    const gathered = new Float64Array(group.columns.length);
    for (let step = 0; step < grid.count; step += 1) {
      const length = gather(group, step, gathered);
      budget.work(group.columns.length);
      if (length === 0) continue;
      result.present[step] = 1;
      result.values[step] = quantileOf(quantile[step] as number, gathered, length);
    }
    return result;
  });
}

export function evaluateAggregate(expr: Aggregate, grid: Grid, evaluation: Evaluation): Column[] {
  const { operator, parameter } = expr;
  if (operator === "count_values") return countValues(expr, evaluation.vector(expr.expr, grid), grid, evaluation);
  const parameters = parameter === undefined ? undefined : evaluation.scalar(parameter, grid);
  const groups = groupColumns(expr, evaluation.vector(expr.expr, grid));
  if (parameters === undefined) return accumulate(expr, groups, grid, evaluation);
  if (operator === "quantile") return quantiles(expr, groups, parameters, grid, evaluation);
  return selectExtremes(operator === "topk", groups, parameters, grid, evaluation);
}
