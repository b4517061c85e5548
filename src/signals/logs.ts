import type { LabelSet, Labels } from "./labels.ts";
import type { Matcher } from "./matcher.ts";

/** One line on its way into the store, as Loki's OTLP ingestion makes it of a log record. Times in nanoseconds since the epoch. */
export type NewLogLine = {
  readonly stream: LabelSet;
  readonly timeNs: bigint;
  readonly line: string;
  /** Structured metadata: what is known of this line alone, `trace_id` and `span_id` among it. */
  readonly metadata: Labels;
};

export type LogLine = {
  readonly stream: Labels;
  readonly timeNs: bigint;
  readonly line: string;
  readonly metadata: Labels;
};

export type LogDirection = "forward" | "backward";

export type LogSelection = {
  readonly matchers: readonly Matcher[];
  /** Included. */
  readonly startNs: bigint;
  /** Excluded, as in Loki. */
  readonly endNs: bigint;
  readonly direction: LogDirection;
  /** Only lines whose metadata has this `trace_id`: a hint that lets the store use its index. */
  readonly traceId?: string;
};

export type LogStats = {
  readonly streams: number;
  readonly chunks: number;
  readonly entries: number;
  readonly bytes: number;
};

/** What LogQL and the Loki API read; synchronous, as `SeriesSource`. */
export type LogSource = {
  /** Calls `visit` with line after line in order of time, until it answers false. */
  readonly scan: (selection: LogSelection, visit: (line: LogLine) => boolean) => void;
  /** Label sets of the streams that match and have lines in the time (to the precision of the store's index). */
  readonly streams: (matchers: readonly Matcher[], startNs: bigint, endNs: bigint) => readonly Labels[];
  readonly stats: (matchers: readonly Matcher[], startNs: bigint, endNs: bigint) => LogStats;
};
