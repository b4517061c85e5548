import type { LabelSet, Labels } from "./labels.ts";
import type { Matcher } from "./matcher.ts";
import type { Samples } from "./samples.ts";

/** One sample on its way into the store. `stale` marks the end of the series; `value` then means nothing. */
export type NewSample = {
  readonly series: LabelSet;
  readonly timeMs: number;
  readonly value: number;
  readonly stale?: true;
};

/** A sample with the labels that lead elsewhere (`trace_id`, `span_id`). */
export type Exemplar = { readonly labels: Labels; readonly value: number; readonly timeMs: number };
export type NewExemplar = Exemplar & { readonly series: LabelSet };

export type MetricType =
  | "counter"
  | "gauge"
  | "histogram"
  | "gaugehistogram"
  | "summary"
  | "info"
  | "stateset"
  | "unknown";

/** What is known about a metric family, by the name it has in queries without `_bucket`, `_sum`, `_count`. */
export type MetricMetadata = {
  readonly metric: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
};

export type SelectedSeries = Samples & { readonly labels: Labels };
export type SeriesExemplars = { readonly labels: Labels; readonly exemplars: readonly Exemplar[] };

/**
 * What PromQL and the Prometheus API read. Everything is synchronous: it runs in a thread of its own. Times in milliseconds, both ends
 * included. Series with the same labels are one. A selector without matchers selects everything.
 */
export type SeriesSource = {
  /** Series with at least one sample in the time, with these samples. In no certain order; must not be changed by the caller. */
  readonly select: (matchers: readonly Matcher[], startMs: number, endMs: number) => readonly SelectedSeries[];
};

export type SeriesCatalog = SeriesSource & {
  /** Labels of the series that match any of the selectors and have data in the time (to the precision of the store's index). */
  readonly series: (selectors: readonly (readonly Matcher[])[], startMs: number, endMs: number) => readonly Labels[];
  /** Sorted. */
  readonly labelNames: (
    selectors: readonly (readonly Matcher[])[],
    startMs: number,
    endMs: number,
  ) => readonly string[];
  /** Sorted. */
  readonly labelValues: (
    name: string,
    selectors: readonly (readonly Matcher[])[],
    startMs: number,
    endMs: number,
  ) => readonly string[];
  readonly exemplars: (
    selectors: readonly (readonly Matcher[])[],
    startMs: number,
    endMs: number,
  ) => readonly SeriesExemplars[];
  readonly metadata: () => readonly MetricMetadata[];
};
