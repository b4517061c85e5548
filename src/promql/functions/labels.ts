import { compilePattern, expandReplacement, type Pattern, PatternError } from "../../re2/index.ts";
import { METRIC_NAME } from "../../signals/index.ts";
import type { Call, Expr } from "../ast.ts";
import { type Column, mergeColumns } from "../columns.ts";
import { PromqlError } from "../error.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Grid } from "../grid.ts";
import { isLabelName, withLabel } from "../label-sets.ts";

export const textOf = (expr: Expr | undefined): string => (expr?.kind === "string" ? expr.value : "");

function relabel(column: Column, name: string, value: string): Column {
  const labels = withLabel(column.labels, name, value);
  // A name that was given on purpose stays.
  return { ...column, labels, dropName: name === METRIC_NAME ? false : column.dropName };
}

function checkName(name: string, what: string): void {
  if (!isLabelName(name)) throw new PromqlError("execution", `invalid ${what}: ${name}`);
}

function labelReplace({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector, ...texts] = args;
  const [target = "", replacement = "", source = "", regex = ""] = texts.map(textOf);
  if (vector === undefined) throw new TypeError("label_replace without a vector");
  let pattern: Pattern;
  try {
    pattern = compilePattern(regex, { whole: true });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new PromqlError("execution", `invalid regular expression in label_replace(): ${regex}`);
  }
  checkName(target, "destination label name in label_replace()");
  const columns = evaluation.vector(vector, grid).map((column) => {
    const match = pattern.find(column.labels[source] ?? "");
    return match === undefined ? column : relabel(column, target, expandReplacement(replacement, match, pattern));
  });
  return mergeColumns(columns);
}

function labelJoin({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [vector, ...texts] = args;
  const [target = "", separator = "", ...sources] = texts.map(textOf);
  if (vector === undefined) throw new TypeError("label_join without a vector");
  for (const source of sources) checkName(source, "source label name in label_join()");
  checkName(target, "destination label name in label_join()");
  const columns = evaluation
    .vector(vector, grid)
    .map((column) => relabel(column, target, sources.map((name) => column.labels[name] ?? "").join(separator)));
  return mergeColumns(columns);
}

export const LABEL_FUNCTIONS = { label_replace: labelReplace, label_join: labelJoin };
