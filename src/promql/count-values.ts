import { formatFloat, quote } from "../gotext/index.ts";
import { labelsKey } from "../signals/index.ts";
import type { Aggregate } from "./ast.ts";
import { type Column, createColumn } from "./columns.ts";
import { PromqlError } from "./error.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import { groupLabels } from "./grouping.ts";
import { isLabelName, withLabel } from "./label-sets.ts";

/** How many of each group have the same value: a column for every value, with the value as a label. */
export function countValues(
  expr: Aggregate,
  columns: readonly Column[],
  { count }: Grid,
  { budget }: Evaluation,
): Column[] {
  const label = expr.parameter?.kind === "string" ? expr.parameter.value : "";
  if (!isLabelName(label)) throw new PromqlError("execution", `invalid label name ${quote(label)}`);
  const grouped = expr.without ? expr : { ...expr, grouping: [...expr.grouping, label] };
  const results = new Map<string, Column>();
  for (const column of columns) {
    const known = new Map<number, Column>();
    for (let step = 0; step < count; step += 1) {
      if (column.present[step] !== 1) continue;
      const value = column.values[step] as number;
      let result = known.get(value);
      if (result === undefined) {
        const labels = groupLabels(grouped, withLabel(column.labels, label, formatFloat(value, "f", -1)));
        const key = labelsKey(labels);
        result = results.get(key) ?? createColumn(labels, false, count, budget);
        results.set(key, result);
        known.set(value, result);
      }
      result.present[step] = 1;
      result.values[step] = (result.values[step] as number) + 1;
    }
    budget.work(count);
  }
  return [...results.values()];
}
