import type { Labels, LogLine, LogSource, Matcher } from "../signals/index.ts";
import { LogqlError } from "./error.ts";
import { createLineProcessor, mergeLabels, queryLogLines } from "./log-query.ts";
import { queryMetricInstant, queryMetricRange } from "./metric-query.ts";
import type { LogqlEntry, LogqlInstantParams, LogqlLimits, LogqlOutcome, LogqlRangeParams } from "./outcome.ts";
import { parseLogql } from "./parse.ts";

/** A query at one moment. Throws `LogqlError`; a query for lines is one that Loki does not answer here. */
export function queryLogsInstant(
  source: LogSource,
  query: string,
  params: LogqlInstantParams,
  limits: LogqlLimits = {},
): LogqlOutcome {
  const expression = parseLogql(query);
  if (expression.kind === "log") {
    throw new LogqlError(
      "bad_data",
      "log queries are not supported as an instant query type, please change your query to a range query type",
    );
  }
  return queryMetricInstant(source, expression, params.timeNs, limits);
}

/** A query over a time: lines between its start and its end, or numbers at the steps between them. Throws `LogqlError`. */
export function queryLogsRange(
  source: LogSource,
  query: string,
  params: LogqlRangeParams,
  limits: LogqlLimits = {},
): LogqlOutcome {
  const expression = parseLogql(query);
  return expression.kind === "log"
    ? queryLogLines(source, expression, params, limits)
    : queryMetricRange(source, expression, params, limits);
}

/** An entry with the labels of its stream after the pipeline, and all its labels together. */
export type LogqlStreamEntry = LogqlEntry & { readonly streamLabels: Labels; readonly labels: Labels };

export type LinePipeline = {
  readonly matchers: readonly Matcher[];
  /** The line after the pipeline, or undefined where a filter holds it back. */
  readonly process: (line: LogLine) => LogqlStreamEntry | undefined;
};

/** The pipeline of a log query, for lines as they arrive. Throws `LogqlError` of kind `bad_data`. */
export function createLinePipeline(query: string): LinePipeline {
  const expression = parseLogql(query);
  if (expression.kind !== "log") throw new LogqlError("bad_data", "only log selector is supported");
  const process = createLineProcessor(expression.stages);
  return {
    matchers: expression.matchers,
    process: (line) => {
      const processed = process(line);
      if (processed === undefined) return undefined;
      const { stream, structuredMetadata, parsed } = processed.labels;
      return {
        timeNs: line.timeNs,
        line: processed.line,
        structuredMetadata,
        parsed,
        streamLabels: stream,
        labels: mergeLabels(processed.labels),
      };
    },
  };
}
