/**
 * PromQL as Prometheus 3.15 has it: parsed with `@prometheus-io/lezer-promql`, evaluated here over a `SeriesSource`. Pure and synchronous.
 * What it does not have (native histograms, experimental functions) is an error that names it. docs/promql.md says how well it agrees.
 */
export type { Expr } from "./ast.ts";
export { PromqlError, type PromqlErrorKind } from "./error.ts";
export { parsePromql, parseSelector } from "./parse.ts";
export { printPromql } from "./print.ts";
export {
  EVALUATION_INTERVAL_MS,
  type MatrixResult,
  type MatrixSeries,
  type PromqlLimits,
  type QueryResult,
  queryInstant,
  queryRange,
  type ScalarResult,
  type StringResult,
  type VectorResult,
  type VectorSample,
} from "./query.ts";
export { type SelectorUse, selectorsOf } from "./selectors-of.ts";
