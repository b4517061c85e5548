import type { MetricDefinition } from "./catalogue.ts";

/** One series at one moment. Times in milliseconds since the epoch. */
export type SeriesSnapshot = {
  readonly labels: Readonly<Record<string, string>>;
  readonly startMs: number;
  /** For counters and gauges. */
  readonly value?: number;
  /** For histograms: counts per bucket, not cumulative, the last one beyond the highest bound. */
  readonly histogram?: {
    readonly count: number;
    readonly sum: number;
    readonly bounds: readonly number[];
    readonly bucketCounts: readonly number[];
  };
  readonly exemplars: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly value: number;
    readonly timeMs: number;
  }[];
};

export type MetricSnapshot = { readonly definition: MetricDefinition; readonly series: readonly SeriesSnapshot[] };
