import { quote } from "../../gotext/index.ts";
import { METRIC_NAME } from "../../signals/index.ts";
import type { Call } from "../ast.ts";
import { type Column, createColumn, hasSameLabels, isEmpty, presenceOf } from "../columns.ts";
import { firstAfter } from "../cursor.ts";
import { sameLabelSet } from "../error.ts";
import type { Evaluation } from "../evaluation.ts";
import { type Grid, timeAt } from "../grid.ts";
import { withoutMetadata } from "../label-sets.ts";
import type { RangeFunction, Window } from "../range-function.ts";
import { type RangeSeries, type Ranges, rangesOf } from "../ranges.ts";

const COUNTER_NAME = /_(?:total|sum|count|bucket)$/;

/** Slides the window over the samples of one series, and calls `visit` at every step that has enough of them. */
function slide(
  { timesMs }: RangeSeries,
  { rangeMs, windowEndMs }: Ranges,
  grid: Grid,
  leastSamples: number,
  visit: (from: number, to: number, window: Window) => void,
): void {
  const window: Window = { step: 0, timeMs: 0, startMs: 0, endMs: 0 };
  let [from, to] = [0, 0];
  for (let step = 0; step < grid.count; step += 1) {
    const endMs = windowEndMs(step);
    const startMs = endMs - rangeMs;
    to = firstAfter(timesMs, to, endMs);
    from = firstAfter(timesMs, from, startMs);
    if (to - from < leastSamples) continue;
    window.step = step;
    window.timeMs = timeAt(grid, step);
    window.startMs = startMs;
    window.endMs = endMs;
    visit(from, to, window);
  }
}

/** Warns of parameters that the function was applied with and should not have been. */
function warnOfParameters(
  { oddity }: RangeFunction,
  columns: readonly Column[],
  parameters: Float64Array | undefined,
  warn: (problem: string) => void,
): void {
  if (oddity === undefined || parameters === undefined || columns.length === 0) return;
  const present = presenceOf(columns, parameters.length);
  for (const parameter of new Set(parameters.filter((_, step) => present[step] === 1))) {
    const problem = oddity(parameter);
    if (problem !== undefined) warn(problem);
  }
}

/** A function over a range vector, which is one of the call's arguments; the others are scalars. */
export function overRanges(rangeFunction: RangeFunction, call: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const { budget, notes, delayedNameRemoval } = evaluation;
  const { leastSamples = 1, keepsName = false, isForCounters = false, open } = rangeFunction;
  const rangeIndex = call.args.findIndex(({ kind }) => kind === "matrix" || kind === "subquery");
  const range = call.args[rangeIndex];
  if (range === undefined) throw new TypeError(`${call.name} without a range vector`);
  const before = budget.held();
  const ranges = rangesOf(range, grid, evaluation);
  const parameters = call.args
    .filter((_, index) => index !== rangeIndex)
    .map((parameter) => evaluation.scalar(parameter, grid));
  const columns: Column[] = [];
  for (const series of ranges.series) {
    const dropName = series.dropName || !keepsName;
    const labels = dropName && !delayedNameRemoval ? withoutMetadata(series.labels) : series.labels;
    const column = createColumn(labels, dropName, grid.count, budget);
    const kernel = open(series, parameters);
    slide(series, ranges, grid, leastSamples, (from, to, window) => {
      budget.work(to - from);
      column.values[window.step] = kernel(from, to, window);
      column.present[window.step] = 1;
    });
    budget.work(grid.count);
    if (isEmpty(column)) continue;
    columns.push(column);
    const name = series.labels[METRIC_NAME] ?? "";
    if (isForCounters && name !== "" && !COUNTER_NAME.test(name)) {
      const rule = "name does not end in _total/_sum/_count/_bucket";
      // Prometheus has no place for what a subquery evaluated to.
      const at = range.kind === "subquery" ? 0 : range.start;
      notes.inform(`metric might not be a counter, ${rule}: ${quote(name)}`, at);
    }
  }
  warnOfParameters(rangeFunction, columns, parameters[0], (problem) => notes.warn(problem, call.args[0]?.start ?? 0));
  budget.settle(before, columns.length * grid.count);
  if (!delayedNameRemoval && hasSameLabels(columns)) throw sameLabelSet();
  return columns;
}

/** When any series has a sample in its window. */
export function presentOverRanges(call: Call, grid: Grid, evaluation: Evaluation): Uint8Array {
  const range = call.args[0];
  if (range === undefined) throw new TypeError(`${call.name} without a range vector`);
  const ranges = rangesOf(range, grid, evaluation);
  const present = new Uint8Array(grid.count);
  for (const series of ranges.series) {
    slide(series, ranges, grid, 1, (_from, _to, { step }) => {
      present[step] = 1;
    });
    evaluation.budget.work(grid.count + series.timesMs.length);
  }
  return present;
}
