/**
 * LogQL as Loki 3.7 speaks it: parses queries and evaluates them over a source of log lines. Pure and synchronous; owns Loki's
 * parsers, filters and template functions. Must never hold all lines of a query, nor answer what it does not support with a number.
 */
import type { LogLine, LogSource, Matcher } from "../signals/index.ts";
import { LogqlError } from "./error.ts";
import type { LogqlEntry, LogqlInstantParams, LogqlLimits, LogqlOutcome, LogqlRangeParams } from "./outcome.ts";

export { LogqlError, type LogqlErrorKind } from "./error.ts";
export type {
  LogqlEntry,
  LogqlInstantParams,
  LogqlLimits,
  LogqlOutcome,
  LogqlRangeParams,
  LogqlSample,
  LogqlSeries,
  LogqlStats,
  LogqlStream,
} from "./outcome.ts";

const unfinished = (): never => {
  throw new LogqlError("execution", "LogQL is not evaluated yet");
};

export type LogqlExpr = { readonly kind: string };
/** An entry with the labels of its stream after the pipeline. */
export type LogqlStreamEntry = LogqlEntry & { readonly streamLabels: Labels_; readonly labels: Labels_ };
type Labels_ = import("../signals/index.ts").Labels;

/** Throws `LogqlError` of kind `bad_data`. */
export const parseLogql = (_text: string): LogqlExpr => unfinished();
export const queryLogsInstant = (
  _source: LogSource,
  _query: string,
  _params: LogqlInstantParams,
  _limits?: LogqlLimits,
): LogqlOutcome => unfinished();
export const queryLogsRange = (
  _source: LogSource,
  _query: string,
  _params: LogqlRangeParams,
  _limits?: LogqlLimits,
): LogqlOutcome => unfinished();
/** Matchers of a bare selector. `allowEmpty`: as for /series, where a selector may match everything. */
export const streamSelectorOf = (_text: string, _options?: { readonly allowEmpty?: boolean }): readonly Matcher[] =>
  unfinished();
export type LinePipeline = {
  readonly matchers: readonly Matcher[];
  /** The line after the pipeline, or undefined where a filter holds it back. */
  readonly process: (line: LogLine) => LogqlStreamEntry | undefined;
};
/** For tail: the pipeline of a log query. */
export const createLinePipeline = (_query: string): LinePipeline => unfinished();
