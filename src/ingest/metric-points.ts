/** What both encodings read of a data point, and the point that it makes. */
import type { Resource, Scope } from "../signals/index.ts";
import type { ExponentialBuckets, MetricExemplar, MetricPoint, Temporality } from "./metric-point.ts";
import type { MutableAttributes } from "./resource.ts";

export type DataKind = MetricPoint["kind"];

export const TEMPORALITIES: readonly Temporality[] = ["unspecified", "delta", "cumulative"];

export type MetricOf = {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: DataKind;
  readonly temporality: Temporality;
  readonly monotonic: boolean;
};

/** Everything that any kind of point can have. */
export type RawPoint = {
  startNs: bigint;
  timeNs: bigint;
  flags: number;
  attributes: MutableAttributes;
  exemplars: readonly MetricExemplar[];
  value: number | undefined;
  count: number;
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  bounds: number[];
  counts: number[];
  scale: number;
  zeroCount: number;
  zeroThreshold: number;
  positive: ExponentialBuckets;
  negative: ExponentialBuckets;
  quantiles: { quantile: number; value: number }[];
};

export const NO_EXEMPLARS: readonly MetricExemplar[] = [];
const NO_BUCKETS: ExponentialBuckets = { offset: 0, counts: [] };

export const newRawPoint = (): RawPoint => ({
  startNs: 0n,
  timeNs: 0n,
  flags: 0,
  attributes: {},
  exemplars: NO_EXEMPLARS,
  value: undefined,
  count: 0,
  sum: undefined,
  min: undefined,
  max: undefined,
  bounds: [],
  counts: [],
  scale: 0,
  zeroCount: 0,
  zeroThreshold: 0,
  positive: NO_BUCKETS,
  negative: NO_BUCKETS,
  quantiles: [],
});

const NO_RECORDED_VALUE = 1;

export function pointOf(metric: MetricOf, point: RawPoint): MetricPoint {
  const { kind, temporality, monotonic, resource, scope, name, description, unit } = metric;
  const { attributes, startNs, timeNs, exemplars, count, sum, min, max } = point;
  const common = {
    name,
    description,
    unit,
    resource,
    scope,
    attributes,
    startNs,
    timeNs,
    noRecordedValue: (point.flags & NO_RECORDED_VALUE) !== 0,
    exemplars,
  };
  switch (kind) {
    case "gauge":
      return { kind, ...common, value: point.value ?? 0 };
    case "sum":
      return { kind, ...common, temporality, monotonic, value: point.value ?? 0 };
    case "histogram":
      return { kind, ...common, temporality, count, sum, min, max, bounds: point.bounds, counts: point.counts };
    case "exponentialHistogram": {
      const { scale, zeroCount, zeroThreshold, positive, negative } = point;
      return {
        kind,
        ...common,
        temporality,
        count,
        sum,
        min,
        max,
        scale,
        zeroCount,
        zeroThreshold,
        positive,
        negative,
      };
    }
    case "summary":
      return { kind, ...common, count, sum: sum ?? 0, quantiles: point.quantiles };
  }
}
