import type { Labels, LogDirection } from "../signals/index.ts";

export type LogqlLimits = {
  /** Asked now and then; once it says yes, the query ends with a `timeout` error. */
  readonly isExpired?: () => boolean;
  /** Lines that a query may look at; undefined: any number. */
  readonly maxLines?: number;
  /** Series in the answer of a metric query; undefined: 500, Loki's `max_query_series`. */
  readonly maxSeries?: number;
};

export type LogqlInstantParams = { readonly timeNs: bigint; readonly limit: number; readonly direction: LogDirection };

export type LogqlRangeParams = {
  /** Log lines from here, included. */
  readonly startNs: bigint;
  /** Log lines up to here, excluded. */
  readonly endNs: bigint;
  readonly stepMs: number;
  /** Log lines in the answer, over all streams. */
  readonly limit: number;
  readonly direction: LogDirection;
  /** Log queries: only lines at least this far from the one before. */
  readonly intervalMs?: number;
  /**
   * How log lines are grouped, Loki's `X-Loki-Response-Encoding-Flags: categorize-labels`. Without it, a stream in the answer has all
   * labels of its lines; with it, the stream's own, and what else there is stands with each line.
   */
  readonly categorizeLabels?: boolean;
};

export type LogqlEntry = {
  readonly timeNs: bigint;
  readonly line: string;
  /** What of the line's metadata the pipeline left. */
  readonly structuredMetadata: Labels;
  /** What parsers and formatters added, errors among it. */
  readonly parsed: Labels;
};
export type LogqlStream = { readonly labels: Labels; readonly entries: readonly LogqlEntry[] };
export type LogqlSample = { readonly labels: Labels; readonly timeMs: number; readonly value: number };
export type LogqlSeries = {
  readonly labels: Labels;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
};

/** What was looked at: lines before any filter, their bytes in UTF-8; and log lines, or samples, in the answer. */
export type LogqlStats = { readonly lines: number; readonly bytes: number; readonly entriesReturned: number };

export type LogqlOutcome = (
  | { readonly type: "streams"; readonly streams: readonly LogqlStream[] }
  | { readonly type: "vector"; readonly samples: readonly LogqlSample[] }
  | { readonly type: "matrix"; readonly series: readonly LogqlSeries[] }
  | { readonly type: "scalar"; readonly timeMs: number; readonly value: number }
) & { readonly stats: LogqlStats };
