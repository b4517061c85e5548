/** Data points for tests. Times in milliseconds. */
import type {
  ExponentialHistogramPoint,
  GaugePoint,
  HistogramPoint,
  MetricPoint,
  SeriesTranslation,
  SumPoint,
} from "../../src/ingest/index.ts";
import type { Attributes, Labels, Resource } from "../../src/signals/index.ts";

export const T0 = 1_700_000_000_000;

export const resource = (
  attributes: Attributes = { "service.name": "shop", "service.instance.id": "1" },
): Resource => ({
  service: "shop",
  attributes,
});
export const SHOP = resource();

const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;

type Times = { readonly startMs?: number; readonly timeMs?: number };
type Changes<P extends MetricPoint> = Partial<P> & Times;

function common<P extends MetricPoint>({ startMs = 0, timeMs = T0, ...rest }: Changes<P>) {
  return {
    name: "m",
    description: "",
    unit: "",
    resource: SHOP,
    scope: { name: "", version: "", attributes: {} },
    attributes: {},
    startNs: ns(startMs),
    timeNs: ns(timeMs),
    noRecordedValue: false,
    exemplars: [],
    ...rest,
  };
}

export const gauge = (value: number, changes: Changes<GaugePoint> = {}): GaugePoint => ({
  kind: "gauge",
  value,
  ...common(changes),
});

export const sum = (value: number, changes: Changes<SumPoint> = {}): SumPoint => ({
  kind: "sum",
  temporality: "cumulative",
  monotonic: true,
  value,
  ...common(changes),
});

export const histogram = (
  bounds: readonly number[],
  counts: readonly number[],
  changes: Changes<HistogramPoint> = {},
): HistogramPoint => ({
  kind: "histogram",
  temporality: "cumulative",
  bounds,
  counts,
  count: counts.reduce((total, count) => total + count, 0),
  sum: 1,
  min: undefined,
  max: undefined,
  ...common(changes),
});

/** With the buckets that these values fall into at this scale. */
export function exponential(
  values: readonly number[],
  scale: number,
  changes: Changes<ExponentialHistogramPoint> = {},
): ExponentialHistogramPoint {
  const bucketsOf = (positive: readonly number[]) => {
    const indexes = positive.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1);
    const offset = indexes.length === 0 ? 0 : Math.min(...indexes);
    const counts = new Array<number>(indexes.length === 0 ? 0 : Math.max(...indexes) - offset + 1).fill(0);
    for (const index of indexes) counts[index - offset] = (counts[index - offset] ?? 0) + 1;
    return { offset, counts };
  };
  return {
    kind: "exponentialHistogram",
    temporality: "cumulative",
    count: values.length,
    sum: values.reduce((total, value) => total + value, 0),
    min: undefined,
    max: undefined,
    scale,
    zeroCount: values.filter((value) => value === 0).length,
    zeroThreshold: 0,
    positive: bucketsOf(values.filter((value) => value > 0)),
    negative: bucketsOf(values.filter((value) => value < 0).map((value) => -value)),
    ...common(changes),
  };
}

/** A series as PromQL writes it, its labels sorted. */
export function seriesText(labels: Labels): string {
  const { __name__: name, ...rest } = labels;
  const pairs = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([label, value]) => `${label}="${value}"`).join(", ")}}`;
}

/** Samples as `series time value`, time in milliseconds after `T0`. */
export const samplesText = ({ samples }: SeriesTranslation): string[] =>
  samples.map(
    ({ series, timeMs, value, stale }) =>
      `${seriesText(series.labels)} ${timeMs - T0} ${stale === true ? "stale" : value}`,
  );
