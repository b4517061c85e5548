import {
  boolAt,
  doubleAt,
  doublesAt,
  enumAt,
  idAt,
  integerAt,
  integersAt,
  type JsonObject,
  member,
  objectAt,
  objectsAt,
  textAt,
  timeAt,
} from "./json-reader.ts";
import { attributesAt, type CountItems, readExport } from "./json-values.ts";
import type { ExponentialBuckets, MetricExemplar, MetricPoint } from "./metric-point.ts";
import { type DataKind, newRawPoint, pointOf, type RawPoint, TEMPORALITIES } from "./metric-points.ts";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "./span-ids.ts";

const KINDS: readonly DataKind[] = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];

/** A value that may be written as an integer or as a double. */
const valueAt = (object: JsonObject): number | undefined =>
  doubleAt(object, "asDouble") ?? (member(object, "asInt") === undefined ? undefined : integerAt(object, "asInt"));

function readExemplars(exemplars: readonly JsonObject[]): MetricExemplar[] {
  return exemplars.flatMap((exemplar) => {
    const value = valueAt(exemplar);
    if (value === undefined) return [];
    return {
      timeNs: timeAt(exemplar, "timeUnixNano"),
      value,
      traceId: idAt(exemplar, "traceId", TRACE_ID_BYTES) ?? "",
      spanId: idAt(exemplar, "spanId", SPAN_ID_BYTES) ?? "",
      attributes: attributesAt(exemplar, "filteredAttributes"),
    };
  });
}

function bucketsAt(point: JsonObject, name: string): ExponentialBuckets {
  const buckets = objectAt(point, name) ?? {};
  return { offset: integerAt(buckets, "offset"), counts: integersAt(buckets, "bucketCounts") };
}

function readPoint(point: JsonObject, kind: DataKind, count: CountItems): RawPoint {
  const raw = newRawPoint();
  raw.startNs = timeAt(point, "startTimeUnixNano");
  raw.timeNs = timeAt(point, "timeUnixNano");
  raw.flags = integerAt(point, "flags");
  raw.attributes = attributesAt(point);
  const exemplars = objectsAt(point, "exemplars");
  count(exemplars);
  raw.exemplars = readExemplars(exemplars);
  if (kind === "gauge" || kind === "sum") {
    raw.value = valueAt(point);
    return raw;
  }
  raw.count = integerAt(point, "count");
  raw.sum = doubleAt(point, "sum");
  if (kind === "summary") {
    const quantiles = objectsAt(point, "quantileValues");
    count(quantiles);
    raw.quantiles = quantiles.map((one) => ({
      quantile: doubleAt(one, "quantile") ?? 0,
      value: doubleAt(one, "value") ?? 0,
    }));
    return raw;
  }
  raw.min = doubleAt(point, "min");
  raw.max = doubleAt(point, "max");
  if (kind === "histogram") {
    raw.bounds = doublesAt(point, "explicitBounds");
    raw.counts = integersAt(point, "bucketCounts");
    return raw;
  }
  raw.scale = integerAt(point, "scale");
  raw.zeroCount = integerAt(point, "zeroCount");
  raw.zeroThreshold = doubleAt(point, "zeroThreshold") ?? 0;
  raw.positive = bucketsAt(point, "positive");
  raw.negative = bucketsAt(point, "negative");
  return raw;
}

export function readJsonMetrics(bytes: Uint8Array): MetricPoint[] {
  const points: MetricPoint[] = [];
  const names = { resources: "resourceMetrics", scopes: "scopeMetrics", items: "metrics" };
  readExport(bytes, names, (metric, resource, scope, count) => {
    const [name, description, unit] = [textAt(metric, "name"), textAt(metric, "description"), textAt(metric, "unit")];
    for (const kind of KINDS) {
      const data = objectAt(metric, kind);
      if (data === undefined) continue;
      const temporality =
        TEMPORALITIES[enumAt(data, "aggregationTemporality", "AGGREGATION_TEMPORALITY_", TEMPORALITIES)] ??
        "unspecified";
      const monotonic = boolAt(data, "isMonotonic");
      const dataPoints = objectsAt(data, "dataPoints");
      count(dataPoints);
      for (const point of dataPoints) {
        const raw = readPoint(point, kind, count);
        points.push(pointOf({ resource, scope, name, description, unit, kind, temporality, monotonic }, raw));
      }
    }
  });
  return points;
}
