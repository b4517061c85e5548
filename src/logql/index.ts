/**
 * LogQL as Loki 3.7 speaks it: parses queries and evaluates them over a source of log lines. Pure and synchronous; owns Loki's
 * parsers, filters and template functions. Must never hold all lines of a query, nor answer what it does not support with a number.
 */
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
export { parseLogql, streamSelectorOf } from "./parse.ts";
export {
  createLinePipeline,
  type LinePipeline,
  type LogqlStreamEntry,
  queryLogsInstant,
  queryLogsRange,
} from "./query.ts";
export type { LogqlExpr } from "./syntax.ts";
