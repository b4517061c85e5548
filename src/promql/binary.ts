import { type Binary, isComparison, isSetOperator } from "./ast.ts";
import { typeOf } from "./check.ts";
import { type Column, createColumn, mergeColumns } from "./columns.ts";
import { elementOf } from "./element.ts";
import type { Evaluation, Value } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import { withoutMetadata } from "./label-sets.ts";
import { matchVectors } from "./matching.ts";
import { combineSets } from "./sets.ts";

function betweenScalars(expr: Binary, grid: Grid, evaluation: Evaluation): Float64Array {
  const { value } = elementOf(expr.operator, true);
  const [left, right] = [evaluation.scalar(expr.left, grid), evaluation.scalar(expr.right, grid)];
  return left.map((one, step) => value(one, right[step] as number));
}

function withScalar(expr: Binary, vectorIsLeft: boolean, grid: Grid, evaluation: Evaluation): Column[] {
  const { operator, returnBool } = expr;
  const element = elementOf(operator, returnBool);
  const columns = evaluation.vector(vectorIsLeft ? expr.left : expr.right, grid);
  const scalars = evaluation.scalar(vectorIsLeft ? expr.right : expr.left, grid);
  const drops = element.changesMetric || returnBool;
  // A comparison that filters answers with the vector's value, on whichever side it stands.
  const keepsVector = isComparison(operator) && !returnBool;
  const results = columns.map((column) => {
    const labels = drops && !evaluation.delayedNameRemoval ? withoutMetadata(column.labels) : column.labels;
    const result = createColumn(labels, column.dropName || drops, grid.count, evaluation.budget);
    for (let step = 0; step < grid.count; step += 1) {
      if (column.present[step] !== 1) continue;
      const [one, scalar] = [column.values[step] as number, scalars[step] as number];
      const [left, right] = vectorIsLeft ? [one, scalar] : [scalar, one];
      if (!element.keeps(left, right)) continue;
      result.present[step] = 1;
      result.values[step] = keepsVector ? one : element.value(left, right);
    }
    evaluation.budget.work(grid.count);
    return result;
  });
  return mergeColumns(results);
}

export function evaluateBinary(expr: Binary, grid: Grid, evaluation: Evaluation): Value {
  const [left, right] = [typeOf(expr.left), typeOf(expr.right)];
  if (left === "scalar" && right === "scalar") {
    return { kind: "scalar", values: betweenScalars(expr, grid, evaluation) };
  }
  if (left === "scalar" || right === "scalar") {
    return { kind: "vector", columns: withScalar(expr, right === "scalar", grid, evaluation) };
  }
  const sides = [evaluation.vector(expr.left, grid), evaluation.vector(expr.right, grid)] as const;
  const columns = isSetOperator(expr.operator)
    ? combineSets(expr.operator, expr.matching, sides, grid)
    : matchVectors(expr, sides, grid, evaluation);
  return { kind: "vector", columns: mergeColumns(columns) };
}
