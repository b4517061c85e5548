import { type Labels, type Matcher, type SelectedSeries, type SeriesSource, sortByLabels } from "../signals/index.ts";
import { createAnnotations } from "./annotations.ts";
import { type Expr, withoutParens } from "./ast.ts";
import { type Budget, createBudget } from "./budget.ts";
import { typeOf } from "./check.ts";
import { type Column, mergeColumns } from "./columns.ts";
import { PromqlError } from "./error.ts";
import { evaluateExpr } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";
import { typeName } from "./function-signatures.ts";
import { type Grid, gridOf } from "./grid.ts";
import { withoutMetadata } from "./label-sets.ts";
import { parsePromql, textOfExpr } from "./parse.ts";
import { prepare } from "./prepare.ts";
import { printPromql } from "./print.ts";
import { rangesOf, samplesOf } from "./ranges.ts";

const labelsOf = ({ labels }: { readonly labels: Labels }): Labels => labels;

export type PromqlLimits = {
  /** How old a sample may be to still be a series' value; 300,000. */
  readonly lookbackMs?: number;
  /** Samples held at once; 20 million. */
  readonly maxSamples?: number;
  /** Asked often enough that a query ends within some 50 ms of its first true. */
  readonly isExpired?: () => boolean;
  /** Step of subqueries that name none; 60,000. */
  readonly subqueryStepMs?: number;
  /** Prometheus' feature flag promql-delayed-name-removal; off, as there. */
  readonly delayedNameRemoval?: boolean;
};

export type VectorSample = { readonly labels: Labels; readonly timeMs: number; readonly value: number };
export type MatrixSeries = { readonly labels: Labels; readonly timesMs: Float64Array; readonly values: Float64Array };

type Notes = { readonly warnings: readonly string[]; readonly infos: readonly string[] };
export type VectorResult = Notes & { readonly type: "vector"; readonly samples: readonly VectorSample[] };
/** Series in order of their labels; none of them empty. */
export type MatrixResult = Notes & { readonly type: "matrix"; readonly series: readonly MatrixSeries[] };
export type ScalarResult = Notes & { readonly type: "scalar"; readonly timeMs: number; readonly value: number };
export type StringResult = Notes & { readonly type: "string"; readonly timeMs: number; readonly value: string };
export type QueryResult = VectorResult | MatrixResult | ScalarResult | StringResult;

const LOOKBACK_MS = 300_000;
const SUBQUERY_STEP_MS = 60_000;
/**
 * How often rules are evaluated where their group names no interval, which also is the step of subqueries that name none: as
 * `evaluation_interval` in prometheus/prometheus.yml.
 */
export const EVALUATION_INTERVAL_MS = 15_000;
const MAX_SAMPLES = 20_000_000;

/** Asks the source for the same selection only once. In order of labels, so that of equal values topk takes the same ones every time. */
function createSelect(source: SeriesSource, budget: Budget): Evaluation["select"] {
  const known = new Map<string, readonly SelectedSeries[]>();
  return (matchers: readonly Matcher[], startMs: number, endMs: number) => {
    const key = JSON.stringify([startMs, endMs, matchers.map(({ name, operator, value }) => [name, operator, value])]);
    let selected = known.get(key);
    if (selected === undefined) {
      selected = sortByLabels(source.select(matchers, startMs, endMs), labelsOf);
      for (const { timesMs } of selected) budget.keep(timesMs.length);
      known.set(key, selected);
    }
    return selected;
  };
}

function createEvaluation(source: SeriesSource, limits: PromqlLimits): Evaluation {
  const { maxSamples = MAX_SAMPLES, isExpired = () => false } = limits;
  const budget = createBudget(maxSamples, isExpired);
  const evaluation: Evaluation = {
    lookbackMs: limits.lookbackMs ?? LOOKBACK_MS,
    subqueryStepMs: limits.subqueryStepMs ?? SUBQUERY_STEP_MS,
    delayedNameRemoval: limits.delayedNameRemoval ?? false,
    budget,
    notes: createAnnotations(),
    select: createSelect(source, budget),
    scalar: (expr, grid) => {
      const value = evaluateExpr(expr, grid, evaluation);
      if (value.kind !== "scalar") throw new TypeError(`a scalar was expected of ${printPromql(expr)}`);
      return value.values;
    },
    vector: (expr, grid) => {
      const value = evaluateExpr(expr, grid, evaluation);
      if (value.kind !== "vector") throw new TypeError(`a vector was expected of ${printPromql(expr)}`);
      return value.columns;
    },
  };
  return evaluation;
}

const parsed = (query: string | Expr): Expr => (typeof query === "string" ? parsePromql(query) : query);
const textOf = (query: string | Expr): string =>
  typeof query === "string" ? query : (textOfExpr(query) ?? printPromql(query));

/** Columns as they leave the query: without the names that were to go. */
function finished(columns: readonly Column[], { delayedNameRemoval }: Evaluation): readonly Column[] {
  if (!delayedNameRemoval) return columns;
  return mergeColumns(
    columns.map((column) => (column.dropName ? { ...column, labels: withoutMetadata(column.labels) } : column)),
  );
}

const seriesOf = (columns: readonly Column[], grid: Grid): MatrixSeries[] =>
  sortByLabels(
    columns.map((column) => ({ labels: column.labels, ...samplesOf(column, grid) })),
    labelsOf,
  );

/** The samples of a range vector, with their own times. */
function matrixAt(expr: Expr, grid: Grid, evaluation: Evaluation): MatrixSeries[] {
  const { series, rangeMs, windowEndMs } = rangesOf(expr, grid, evaluation);
  const endMs = windowEndMs(0);
  const inside = series.map(({ labels, timesMs, values, dropName }) => {
    const from = timesMs.findIndex((timeMs) => timeMs > endMs - rangeMs);
    const after = timesMs.findIndex((timeMs) => timeMs > endMs);
    const to = after < 0 ? timesMs.length : after;
    const shown = dropName && evaluation.delayedNameRemoval ? withoutMetadata(labels) : labels;
    return from < 0
      ? { labels: shown, timesMs: timesMs.subarray(0, 0), values: values.subarray(0, 0) }
      : { labels: shown, timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) };
  });
  return sortByLabels(
    inside.filter(({ timesMs }) => timesMs.length > 0),
    labelsOf,
  );
}

/** The value of the query at one time. Throws `PromqlError`. */
export function queryInstant(
  source: SeriesSource,
  query: string | Expr,
  timeMs: number,
  limits: PromqlLimits = {},
): QueryResult {
  const expr = prepare(parsed(query), { startMs: timeMs, endMs: timeMs });
  const evaluation = createEvaluation(source, limits);
  const grid: Grid = { startMs: timeMs, stepMs: 1, count: 1 };
  const notes = (): Notes => evaluation.notes.texts(textOf(query));
  const bare = withoutParens(expr);
  if (bare.kind === "string") return { type: "string", timeMs, value: bare.value, ...notes() };
  if (typeOf(bare) === "matrix") return { type: "matrix", series: matrixAt(bare, grid, evaluation), ...notes() };
  const value = evaluateExpr(expr, grid, evaluation);
  if (value.kind === "scalar") return { type: "scalar", timeMs, value: value.values[0] ?? Number.NaN, ...notes() };
  const samples = finished(value.columns, evaluation).flatMap(({ labels, values, present }) =>
    present[0] === 1 ? [{ labels, timeMs, value: values[0] as number }] : [],
  );
  return { type: "vector", samples, ...notes() };
}

/** The values of the query at start, start + step, … up to and including end. Throws `PromqlError`. */
export function queryRange(
  source: SeriesSource,
  query: string | Expr,
  startMs: number,
  endMs: number,
  stepMs: number,
  limits: PromqlLimits = {},
): MatrixResult {
  const given = parsed(query);
  const type = typeOf(given);
  if (type === "matrix" || type === "string") {
    const problem = `invalid expression type "${typeName(type)}" for range query, must be Scalar or instant Vector`;
    throw new PromqlError("bad_data", problem);
  }
  const expr = prepare(given, { startMs, endMs });
  const evaluation = createEvaluation(source, limits);
  const grid = gridOf(startMs, endMs, stepMs);
  if (grid.count === 0) return { type: "matrix", series: [], warnings: [], infos: [] };
  const value = evaluateExpr(expr, grid, evaluation);
  const columns: readonly Column[] =
    value.kind === "scalar"
      ? [
          {
            labels: Object.create(null),
            dropName: false,
            values: value.values,
            present: new Uint8Array(grid.count).fill(1),
          },
        ]
      : finished(value.columns, evaluation);
  return { type: "matrix", series: seriesOf(columns, grid), ...evaluation.notes.texts(textOf(query)) };
}
