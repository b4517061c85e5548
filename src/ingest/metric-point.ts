import type { Attributes, Resource, Scope } from "../signals/index.ts";

export type Temporality = "unspecified" | "delta" | "cumulative";

export type MetricExemplar = {
  readonly timeNs: bigint;
  readonly value: number;
  /** "" where there is none or it is not valid. */
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
};

type PointOfMetric = {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** Shared between the points of one ResourceMetrics: points that share it are described by one `target_info`. */
  readonly resource: Resource;
  readonly scope: Scope;
  readonly attributes: Attributes;
  /** Nanoseconds since the epoch; 0 where it is not known since when the value has been counted. */
  readonly startNs: bigint;
  readonly timeNs: bigint;
  /** The series has ended, or has no value now. */
  readonly noRecordedValue: boolean;
  readonly exemplars: readonly MetricExemplar[];
};

export type GaugePoint = PointOfMetric & { readonly kind: "gauge"; readonly value: number };

export type SumPoint = PointOfMetric & {
  readonly kind: "sum";
  readonly temporality: Temporality;
  readonly monotonic: boolean;
  readonly value: number;
};

export type HistogramPoint = PointOfMetric & {
  readonly kind: "histogram";
  readonly temporality: Temporality;
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Upper bounds, without the infinite one. */
  readonly bounds: readonly number[];
  /** Of each bucket alone; one more than there are bounds. */
  readonly counts: readonly number[];
};

/** `counts[i]` are the values in (base^(offset+i), base^(offset+i+1)], where base is 2^(2^-scale). */
export type ExponentialBuckets = { readonly offset: number; readonly counts: readonly number[] };

export type ExponentialHistogramPoint = PointOfMetric & {
  readonly kind: "exponentialHistogram";
  readonly temporality: Temporality;
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly scale: number;
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly positive: ExponentialBuckets;
  /** Of the absolute values. */
  readonly negative: ExponentialBuckets;
};

export type SummaryPoint = PointOfMetric & {
  readonly kind: "summary";
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
};

/** One data point with all that is known about its metric. */
export type MetricPoint = GaugePoint | SumPoint | HistogramPoint | ExponentialHistogramPoint | SummaryPoint;
