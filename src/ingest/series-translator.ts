/**
 * Points of metrics become samples, exemplars and metadata as Prometheus' OTLP receiver makes them (translation
 * strategy UnderscoreEscapingWithSuffixes, features created-timestamp-zero-ingestion and otlp-deltatocumulative). Where
 * it differs: docs/otlp.md.
 */
import type { MetricMetadata, NewExemplar, NewSample, Resource } from "../signals/index.ts";
import { createDeltaStreams, type SparsePoint } from "./delta-streams.ts";
import { MAX_SCALE, MIN_SCALE, sparseHistogram } from "./exponential-buckets.ts";
import type { MetricPoint } from "./metric-point.ts";
import { addExponential, addHistogram, addNumber, addSummary, millis, type SampleOutput } from "./point-samples.ts";
import { createRejections, type Rejection } from "./rejections.ts";
import { AHEAD_MS, createSeriesOrder } from "./series-order.ts";
import { attributesKey, createSeriesPlaces, type Place, type PlacedResource, SEPARATOR } from "./series-places.ts";
import { addTargetInfo, TARGET_INFO_METADATA, type TimeRange } from "./target-info.ts";

export type SeriesTranslatorOptions = {
  /** Keys of resource attributes that become labels of every series. */
  readonly promotedResourceAttributes: readonly string[];
  /** How much older than the latest sample of all an out-of-order sample may be. */
  readonly outOfOrderWindowMs?: number;
  /** How many series are remembered: their label sets, and where each stands in time. */
  readonly maxSeries?: number;
  /** How many streams of delta temporality are added up. */
  readonly maxDeltaStreams?: number;
};

export type SeriesTranslation = {
  /** In an order in which they can be appended. */
  readonly samples: readonly NewSample[];
  readonly exemplars: readonly NewExemplar[];
  /** Of the metrics that came; the same object as long as a metric is described by the same words. */
  readonly metadata: readonly MetricMetadata[];
  /** Data points that were not taken. */
  readonly rejected: readonly Rejection[];
};

export type SeriesTranslator = {
  /**
   * What is returned counts as stored: the next call builds on it. Whoever could not store it must go on with a new
   * translator.
   */
  readonly translate: (points: readonly MetricPoint[], nowMs: number) => SeriesTranslation;
};

/** As out_of_order_time_window in prometheus/prometheus.yml. */
const OUT_OF_ORDER_WINDOW_MS = 30 * 60_000;
/** About a kilobyte each. */
const MAX_SERIES = 100_000;
const MAX_DELTA_STREAMS = 100_000;
/** Each bucket is a series; programs have a dozen, or 160 where they are exponential. */
const MAX_BUCKETS = 10_000;

function bucketsOf(point: MetricPoint): number {
  if (point.kind === "histogram") return point.bounds.length;
  if (point.kind === "summary") return point.quantiles.length;
  return point.kind === "exponentialHistogram" ? point.positive.counts.length + point.negative.counts.length : 0;
}

export function createSeriesTranslator(options: SeriesTranslatorOptions): SeriesTranslator {
  const windowMs = options.outOfOrderWindowMs ?? OUT_OF_ORDER_WINDOW_MS;
  const order = createSeriesOrder(windowMs);
  const deltas = createDeltaStreams(options.maxDeltaStreams ?? MAX_DELTA_STREAMS);
  const places = createSeriesPlaces(options.promotedResourceAttributes, options.maxSeries ?? MAX_SERIES);

  const addPoint = (output: SampleOutput, place: Place, given: MetricPoint, nowMs: number): string | undefined => {
    if (given.kind === "gauge") return addNumber(output, place, given);
    if (bucketsOf(given) > MAX_BUCKETS) return `the data point has more than ${MAX_BUCKETS} buckets`;
    if (given.kind === "summary") return addSummary(output, place, given);
    if (given.temporality === "unspecified") return "the metric has no aggregation temporality";
    if (given.kind === "exponentialHistogram" && (given.scale < MIN_SCALE || given.scale > MAX_SCALE)) {
      return `the scale of an exponential histogram is from ${MIN_SCALE} to ${MAX_SCALE}`;
    }
    let point = given.kind === "exponentialHistogram" ? { ...given, sparse: sparseHistogram(given) } : given;
    if (point.temporality === "delta") {
      const { name, version, attributes } = point.scope;
      const scope = `${name}${SEPARATOR}${version}${SEPARATOR}${attributesKey(attributes)}`;
      const total = deltas.add(`${place.key}${SEPARATOR}${scope}`, point, nowMs);
      if (typeof total === "string") return total;
      point = total;
    }
    if (point.kind === "sum") return addNumber(output, place, point);
    return point.kind === "histogram"
      ? addHistogram(output, place, point)
      : addExponential(output, place, point as SparsePoint);
  };

  return {
    translate: (points, nowMs) => {
      const samples: NewSample[] = [];
      const output: SampleOutput = { writer: order.begin(nowMs, samples), exemplars: [] as NewExemplar[], windowMs };
      const { reject, list } = createRejections();
      const metadata = new Set<MetricMetadata>();
      const resources = new Map<Resource, TimeRange & { readonly placed: PlacedResource }>();

      for (const point of points) {
        const timeMs = millis(point.timeNs);
        if (timeMs === 0) {
          reject("the data point has no time");
          continue;
        }
        let resource = resources.get(point.resource);
        if (resource === undefined) {
          resource = { placed: places.ofResource(point.resource), firstMs: timeMs, lastMs: timeMs };
          resources.set(point.resource, resource);
        }
        const place = places.ofPoint(point, resource.placed);
        const refused = typeof place === "string" ? place : addPoint(output, place, point, nowMs);
        if (refused !== undefined) reject(refused);
        else metadata.add((place as Place).metadata);
        if (timeMs > nowMs + AHEAD_MS) continue;
        resource.firstMs = Math.min(resource.firstMs, timeMs);
        resource.lastMs = Math.max(resource.lastMs, timeMs);
      }
      for (const { placed, ...range } of resources.values()) {
        const { targetInfo } = placed.labels;
        if (targetInfo === undefined || range.lastMs > nowMs + AHEAD_MS) continue;
        addTargetInfo(output.writer, places.ofSeries, targetInfo, range);
        metadata.add(TARGET_INFO_METADATA);
      }
      return { samples, exemplars: output.exemplars, metadata: [...metadata], rejected: list() };
    },
  };
}
