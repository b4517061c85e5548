import { evaluateAggregate } from "./aggregate.ts";
import type { Call, Expr, Unary } from "./ast.ts";
import { evaluateBinary } from "./binary.ts";
import { type Column, createColumn, mergeColumns } from "./columns.ts";
import type { Evaluation, Value } from "./evaluation.ts";
import { scalarFunction, vectorFunction } from "./functions/index.ts";
import type { Grid } from "./grid.ts";
import { withoutMetadata } from "./label-sets.ts";
import { isStepInvariant } from "./prepare.ts";
import { readValue, samplesAt } from "./samples-at.ts";

function evaluateCall(call: Call, grid: Grid, evaluation: Evaluation): Value {
  const scalar = scalarFunction(call.name);
  if (scalar !== undefined) return { kind: "scalar", values: scalar(call, grid, evaluation) };
  const vector = vectorFunction(call.name);
  if (vector === undefined) throw new TypeError(`function ${call.name} is not implemented`);
  return { kind: "vector", columns: vector(call, grid, evaluation) };
}

function evaluateUnary({ operator, expr }: Unary, grid: Grid, evaluation: Evaluation): Value {
  const value = evaluateExpr(expr, grid, evaluation);
  if (operator === "+") return value;
  if (value.kind === "scalar") return { kind: "scalar", values: value.values.map((one) => -one) };
  const columns = value.columns.map((column) => ({
    labels: evaluation.delayedNameRemoval ? column.labels : withoutMetadata(column.labels),
    dropName: true,
    values: column.values.map((one) => -one),
    present: column.present,
  }));
  return { kind: "vector", columns: mergeColumns(columns) };
}

function evaluateOnce(expr: Expr, grid: Grid, evaluation: Evaluation): Value {
  switch (expr.kind) {
    case "number":
      return { kind: "scalar", values: new Float64Array(grid.count).fill(expr.value) };
    case "vector":
      return { kind: "vector", columns: samplesAt(expr, grid, evaluation, readValue) };
    case "paren":
      return evaluateExpr(expr.expr, grid, evaluation);
    case "unary":
      return evaluateUnary(expr, grid, evaluation);
    case "binary":
      return evaluateBinary(expr, grid, evaluation);
    case "aggregate":
      return { kind: "vector", columns: evaluateAggregate(expr, grid, evaluation) };
    case "call":
      return evaluateCall(expr, grid, evaluation);
    default:
      throw new TypeError(`a ${expr.kind} has no value at a step`);
  }
}

/** The same value at every step. */
function spread(value: Value, { count }: Grid, { budget }: Evaluation): Value {
  if (value.kind === "scalar") {
    return { kind: "scalar", values: new Float64Array(count).fill(value.values[0] ?? Number.NaN) };
  }
  const columns = value.columns.map((one): Column => {
    const column = createColumn(one.labels, one.dropName, count, budget);
    column.values.fill(one.values[0] ?? Number.NaN);
    column.present.fill(one.present[0] ?? 0);
    return column;
  });
  return { kind: "vector", columns };
}

/** The value of a prepared expression at every step of the grid, which has at least one. */
export function evaluateExpr(expr: Expr, grid: Grid, evaluation: Evaluation): Value {
  const { budget } = evaluation;
  const before = budget.held();
  budget.work(0);
  const value =
    grid.count > 1 && expr.kind !== "number" && isStepInvariant(expr)
      ? spread(evaluateOnce(expr, { ...grid, count: 1 }, evaluation), grid, evaluation)
      : evaluateOnce(expr, grid, evaluation);
  // What was needed on the way is free again.
  if (value.kind === "vector") budget.settle(before, value.columns.length * grid.count);
  return value;
}
