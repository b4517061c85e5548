/** What was recorded of a metric lately. Values are in the metric's unit; of a counter they are what was added each time. */
export type MetricSummary = {
  /** How many recordings it is about. All else is NaN where it is 0. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** The baseline (p95) times a factor: what an alert might be set to. */
  readonly suggestedThreshold: number;
};

export type SummaryOptions = {
  /** How far back it looks. Default: 15 minutes; at most the last 2048 recordings of the metric. */
  readonly windowMs?: number;
  /** What the baseline is multiplied by. Default: 1.5. */
  readonly factor?: number;
};

export const DEFAULT_WINDOW_MS = 15 * 60_000;
const DEFAULT_FACTOR = 1.5;

/** The smallest value that so large a share of all is not above (nearest rank): a value that was recorded, not one in between. */
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** Summarizes values in ascending order. */
export function summarize(sorted: Float64Array, factor: number = DEFAULT_FACTOR): MetricSummary {
  const count = sorted.length;
  const p95 = quantile(sorted, 0.95);
  return {
    count,
    min: sorted[0] ?? Number.NaN,
    max: sorted[count - 1] ?? Number.NaN,
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    p50: quantile(sorted, 0.5),
    p95,
    p99: quantile(sorted, 0.99),
    suggestedThreshold: p95 * factor,
  };
}

/** Of a metric of which nothing is known. */
export const NO_SUMMARY: MetricSummary = summarize(new Float64Array(0));
