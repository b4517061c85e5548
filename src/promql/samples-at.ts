import { isStale, type SelectedSeries } from "../signals/index.ts";
import type { VectorSelector } from "./ast.ts";
import { type Column, createColumn, isEmpty } from "./columns.ts";
import { firstAfter } from "./cursor.ts";
import type { Evaluation } from "./evaluation.ts";
import { type Grid, lastTimeOf, timeAt } from "./grid.ts";

/** Reads of a sample what a column is to hold: its value, or its time. */
type Read = (series: SelectedSeries, index: number) => number;

export const readValue: Read = ({ values }, index) => values[index] as number;
export const readTimeSeconds: Read = ({ timesMs }, index) => (timesMs[index] as number) / 1000;

/** What a selector selects at every step: of each series the last sample that is not too old and not the mark of its end. */
export function samplesAt(selector: VectorSelector, grid: Grid, evaluation: Evaluation, read: Read): Column[] {
  const { lookbackMs, budget } = evaluation;
  const fixedMs = typeof selector.at === "number" ? selector.at : undefined;
  const firstMs = (fixedMs ?? grid.startMs) - selector.offsetMs;
  const lastMs = (fixedMs ?? lastTimeOf(grid)) - selector.offsetMs;
  const columns: Column[] = [];
  for (const series of evaluation.select(selector.matchers, firstMs - lookbackMs + 1, lastMs)) {
    const { timesMs, values } = series;
    const held = budget.held();
    const column = createColumn(series.labels, false, grid.count, budget);
    let next = 0;
    for (let step = 0; step < grid.count; step += 1) {
      const timeMs = (fixedMs ?? timeAt(grid, step)) - selector.offsetMs;
      next = firstAfter(timesMs, next, timeMs);
      const index = next - 1;
      if (index < 0 || (timesMs[index] as number) <= timeMs - lookbackMs || isStale(values, index)) continue;
      column.present[step] = 1;
      column.values[step] = read(series, index);
    }
    budget.work(timesMs.length + grid.count);
    if (isEmpty(column)) budget.settle(held, 0);
    else columns.push(column);
  }
  return columns;
}
