import { createLabels, type Labels, METRIC_NAME } from "../../signals/index.ts";
import type { Call, Expr } from "../ast.ts";
import { type Column, createColumn, isEmpty, mergeColumns, presenceOf } from "../columns.ts";
import type { Evaluation } from "../evaluation.ts";
import { type Grid, timeAt } from "../grid.ts";
import { NO_LABELS, withoutMetadata } from "../label-sets.ts";
import { readTimeSeconds, samplesAt } from "../samples-at.ts";
import { mapValues } from "./maths.ts";
import { presentOverRanges } from "./over-ranges.ts";

/** scalar(): the value of the only series, NaN where there is none or more than one. */
export function scalarOf(vector: Expr, grid: Grid, evaluation: Evaluation): Float64Array {
  const values = new Float64Array(grid.count).fill(Number.NaN);
  const seen = new Uint8Array(grid.count);
  for (const column of evaluation.vector(vector, grid)) {
    for (let step = 0; step < grid.count; step += 1) {
      if (column.present[step] !== 1) continue;
      values[step] = seen[step] === 1 ? Number.NaN : (column.values[step] as number);
      seen[step] = 1;
    }
    evaluation.budget.work(grid.count);
  }
  return values;
}

function vectorOf({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [scalar] = args;
  if (scalar === undefined) throw new TypeError("vector without a scalar");
  const column = createColumn(NO_LABELS, false, grid.count, evaluation.budget);
  column.values.set(evaluation.scalar(scalar, grid));
  column.present.fill(1);
  return [column];
}

/** timestamp(): of a selector the times of its samples, of anything else the time of evaluation. */
function timestamp({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector] = args;
  if (vector === undefined) throw new TypeError("timestamp without a vector");
  if (vector.kind !== "vector") {
    const columns = evaluation.vector(vector, grid);
    return mapValues(columns, grid, evaluation, (_, step) => timeAt(grid, step) / 1000);
  }
  const columns = samplesAt(vector, grid, evaluation, readTimeSeconds);
  return mergeColumns(
    columns.map((column) => ({
      ...column,
      labels: evaluation.delayedNameRemoval ? column.labels : withoutMetadata(column.labels),
      dropName: true,
    })),
  );
}

/** The labels that a series would need to be selected, as far as the selector says; one that is asked for twice is left out. */
function labelsOfAbsent(expr: Expr): Labels {
  const selector = expr.kind === "matrix" ? expr.selector : expr;
  if (selector.kind !== "vector") return NO_LABELS;
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === "=" && !seen.has(name)) {
      labels.set(name, value);
      seen.add(name);
    } else labels.delete(name);
  }
  return createLabels(labels);
}

/** 1 where there is nothing. */
function absentWhere(present: Uint8Array, expr: Expr, dropName: boolean, grid: Grid, { budget }: Evaluation): Column[] {
  const column = createColumn(labelsOfAbsent(expr), dropName, grid.count, budget);
  for (let step = 0; step < grid.count; step += 1) {
    if (present[step] === 1) continue;
    column.present[step] = 1;
    column.values[step] = 1;
  }
  return isEmpty(column) ? [] : [column];
}

function absent({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector] = args;
  if (vector === undefined) throw new TypeError("absent without a vector");
  return absentWhere(presenceOf(evaluation.vector(vector, grid), grid.count), vector, false, grid, evaluation);
}

function absentOverTime(call: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [range] = call.args;
  if (range === undefined) throw new TypeError("absent_over_time without a range vector");
  return absentWhere(presentOverRanges(call, grid, evaluation), range, true, grid, evaluation);
}

/** sort and sort_desc: the order of an instant query's result; NaN last. */
function sort({ args, name, start }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector] = args;
  if (vector === undefined) throw new TypeError(`${name} without a vector`);
  const columns = evaluation.vector(vector, grid);
  if (grid.count !== 1) {
    evaluation.notes.warn("sort is ineffective for range queries since results are always ordered by labels", start);
    return [...columns];
  }
  const sign = name === "sort" ? 1 : -1;
  return columns.toSorted((one, other) => {
    const [left, right] = [one.values[0] as number, other.values[0] as number];
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return sign * (left < right ? -1 : left > right ? 1 : 0);
  });
}

export const VALUE_FUNCTIONS = {
  vector: vectorOf,
  timestamp,
  absent,
  absent_over_time: absentOverTime,
  sort,
  sort_desc: sort,
};
