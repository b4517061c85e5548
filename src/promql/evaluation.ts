import type { Matcher, SelectedSeries } from "../signals/index.ts";
import type { Annotations } from "./annotations.ts";
import type { Expr } from "./ast.ts";
import type { Budget } from "./budget.ts";
import type { Column } from "./columns.ts";
import type { Grid } from "./grid.ts";

export type ScalarValue = { readonly kind: "scalar"; readonly values: Float64Array };
export type VectorValue = { readonly kind: "vector"; readonly columns: readonly Column[] };
export type Value = ScalarValue | VectorValue;

/** One query being evaluated: what every operator and function has at hand. */
export type Evaluation = {
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  readonly delayedNameRemoval: boolean;
  readonly budget: Budget;
  readonly notes: Annotations;
  /** Series with their samples in the time, both ends included; asked of the source once for the same selection. */
  readonly select: (matchers: readonly Matcher[], startMs: number, endMs: number) => readonly SelectedSeries[];
  readonly scalar: (expr: Expr, grid: Grid) => Float64Array;
  readonly vector: (expr: Expr, grid: Grid) => readonly Column[];
};
