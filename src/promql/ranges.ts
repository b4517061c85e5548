import { isStale, type Labels, type Samples } from "../signals/index.ts";
import type { Expr, MatrixSelector, Subquery } from "./ast.ts";
import type { Column } from "./columns.ts";
import type { Evaluation } from "./evaluation.ts";
import { type Grid, gridOf, lastTimeOf, timeAt } from "./grid.ts";

/** Samples of one series, none of them stale, over all windows of a grid. */
export type RangeSeries = Samples & { readonly labels: Labels; readonly dropName: boolean };

/** A range vector: its series, and where the windows over them lie. */
export type Ranges = {
  readonly series: readonly RangeSeries[];
  readonly rangeMs: number;
  /** The end of the window at a step, included; its begin, `rangeMs` before, is not. */
  readonly windowEndMs: (step: number) => number;
};

function withoutStale(series: Samples): Samples {
  const { timesMs, values } = series;
  let kept = 0;
  while (kept < values.length && !isStale(values, kept)) kept += 1;
  if (kept === values.length) return series;
  const [times, numbers] = [timesMs.slice(), values.slice()];
  for (let index = kept; index < values.length; index += 1) {
    if (isStale(values, index)) continue;
    times[kept] = timesMs[index] as number;
    numbers[kept] = values[index] as number;
    kept += 1;
  }
  return { timesMs: times.subarray(0, kept), values: numbers.subarray(0, kept) };
}

/** The times and values of a column where it has values. */
export function samplesOf({ values, present }: Column, grid: Grid): Samples {
  const timesMs = new Float64Array(grid.count);
  const kept = new Float64Array(grid.count);
  let length = 0;
  for (let step = 0; step < grid.count; step += 1) {
    if (present[step] !== 1) continue;
    timesMs[length] = timeAt(grid, step);
    kept[length] = values[step] as number;
    length += 1;
  }
  return length === grid.count
    ? { timesMs, values: kept }
    : { timesMs: timesMs.slice(0, length), values: kept.slice(0, length) };
}

function selectedRanges({ selector, rangeMs }: MatrixSelector, grid: Grid, evaluation: Evaluation): Ranges {
  const { matchers, at, offsetMs } = selector;
  const fixedMs = typeof at === "number" ? at : undefined;
  const windowEndMs = (step: number): number => (fixedMs ?? timeAt(grid, step)) - offsetMs;
  const selected = evaluation.select(matchers, windowEndMs(0) - rangeMs + 1, windowEndMs(grid.count - 1));
  const series = selected.map((one) => ({ labels: one.labels, dropName: false, ...withoutStale(one) }));
  return { series: series.filter(({ timesMs }) => timesMs.length > 0), rangeMs, windowEndMs };
}

/** The times a subquery evaluates its inside at: multiples of its step, after the begin of the first window. */
export function subqueryGrid(subquery: Subquery, grid: Grid, defaultStepMs: number): Grid {
  const { at, offsetMs, rangeMs, stepMs = defaultStepMs } = subquery;
  const fixedMs = typeof at === "number" ? at : undefined;
  const beforeMs = (fixedMs ?? grid.startMs) - offsetMs - rangeMs;
  const alignedMs = stepMs * Math.trunc(beforeMs / stepMs);
  const startMs = alignedMs <= beforeMs ? alignedMs + stepMs : alignedMs;
  return gridOf(startMs, (fixedMs ?? lastTimeOf(grid)) - offsetMs, stepMs);
}

function subqueryRanges(subquery: Subquery, grid: Grid, evaluation: Evaluation): Ranges {
  const { at, offsetMs, rangeMs } = subquery;
  const fixedMs = typeof at === "number" ? at : undefined;
  const inner = subqueryGrid(subquery, grid, evaluation.subqueryStepMs);
  const columns = inner.count === 0 ? [] : evaluation.vector(subquery.expr, inner);
  return {
    series: columns.map((column) => ({
      labels: column.labels,
      dropName: column.dropName,
      ...samplesOf(column, inner),
    })),
    rangeMs,
    windowEndMs: (step) => (fixedMs ?? timeAt(grid, step)) - offsetMs,
  };
}

export function rangesOf(expr: Expr, grid: Grid, evaluation: Evaluation): Ranges {
  if (expr.kind === "matrix") return selectedRanges(expr, grid, evaluation);
  if (expr.kind === "subquery") return subqueryRanges(expr, grid, evaluation);
  throw new TypeError(`a range vector was expected, and ${expr.kind} came`);
}
