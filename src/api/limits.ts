export type ApiLimits = {
  /** Characters of one answer; a larger one becomes an error that says how to ask for less. */
  readonly maxResponseChars: number;
  /** Samples that one PromQL query may hold at once. */
  readonly maxSamples: number;
  /** Lines that one LogQL query may answer with: Loki's max_entries_limit_per_query. */
  readonly maxLogLines: number;
  /** How far apart start and end of a LogQL query may be: Loki's max_query_length. */
  readonly maxLogRangeMs: number;
};

export const DEFAULT_LIMITS: ApiLimits = {
  maxResponseChars: 64_000_000,
  maxSamples: 10_000_000,
  maxLogLines: 5_000,
  maxLogRangeMs: 721 * 3_600_000,
};
