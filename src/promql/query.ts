import type { Labels, SeriesSource } from "../signals/index.ts";
import type { Expr } from "./ast.ts";
import { PromqlError } from "./error.ts";

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

/** The value of the query at one time. Throws `PromqlError`. */
export function queryInstant(
  _source: SeriesSource,
  _query: string | Expr,
  _timeMs: number,
  _limits: PromqlLimits = {},
): QueryResult {
  throw new PromqlError("execution", "evaluation is not there yet");
}

/** The values of the query at start, start + step, … up to and including end. Throws `PromqlError`. */
export function queryRange(
  _source: SeriesSource,
  _query: string | Expr,
  _startMs: number,
  _endMs: number,
  _stepMs: number,
  _limits: PromqlLimits = {},
): MatrixResult {
  throw new PromqlError("execution", "evaluation is not there yet");
}
