import { formatFloat } from "../gotext/index.ts";
/**
 * Where data points lead to: the series that a point of a certain resource, metric and set of attributes is written to,
 * found again cheaply.
 */
import type { Attributes, LabelSet, MetricMetadata, MetricType, Resource } from "../signals/index.ts";
import { createBoundedMap } from "./bounded-map.ts";
import { type BoundSet, NO_BOUNDS } from "./exponential-series.ts";
import { metricName, unitName } from "./metric-names.ts";
import type { MetricPoint } from "./metric-point.ts";
import { pointLabels, type ResourceLabels, resourceLabels, seriesOf } from "./series-labels.ts";
import { newSeriesState, type SeriesState } from "./series-order.ts";
import { valueText } from "./value-text.ts";

const MAX_RESOURCES = 10_000;
const MAX_FAMILIES = 10_000;
/** A histogram whose bounds change with every export must not gather series for ever. */
const MAX_SERIES_OF_PLACE = 2_000;

export const SEPARATOR = "\u{10ffff}";

/** One text for attributes; in another order they make another text, which costs a second look-up and no more. */
export function attributesKey(attributes: Attributes): string {
  let key = "";
  for (const name in attributes) key += `${name}${SEPARATOR}${valueText(attributes[name] ?? null)}${SEPARATOR}`;
  return key;
}

export type Place = {
  /** Identifies resource, metric and attributes. */
  readonly key: string;
  readonly metadata: MetricMetadata;
  /** The series called as the metric with this suffix, with one more label where it has one. */
  readonly series: (suffix: string, extra?: readonly [name: string, value: string]) => SeriesState;
  readonly bucket: (bound: number) => SeriesState;
  /** Of an exponential histogram: its bounds, and when its last point began and was. */
  exponential: { readonly set: BoundSet; readonly startMs: number; readonly timeMs: number };
};

export type PlacedResource = { readonly id: number; readonly labels: ResourceLabels };

export type SeriesPlaces = {
  readonly ofResource: (resource: Resource) => PlacedResource;
  /** The place, or why there is none. */
  readonly ofPoint: (point: MetricPoint, resource: PlacedResource) => Place | string;
  readonly ofSeries: (series: LabelSet) => SeriesState;
};

type Family = { readonly id: number; readonly metadata: MetricMetadata };

function typeOf(point: MetricPoint): MetricType {
  if (point.kind === "sum") return point.monotonic ? "counter" : "gauge";
  return point.kind === "exponentialHistogram" ? "histogram" : point.kind;
}

export function createSeriesPlaces(promotedAttributes: readonly string[], maxSeries: number): SeriesPlaces {
  const states = createBoundedMap<SeriesState>(maxSeries);
  const places = createBoundedMap<Place>(maxSeries);
  const resources = createBoundedMap<PlacedResource>(MAX_RESOURCES);
  const families = createBoundedMap<Family>(MAX_FAMILIES);
  let ids = 0;

  const ofSeries = (series: LabelSet): SeriesState => {
    let state = states.get(series.key);
    if (state === undefined) {
      state = newSeriesState(series);
      states.set(series.key, state);
    }
    return state;
  };

  const familyOf = (point: MetricPoint): Family | undefined => {
    const { name, unit, description, kind } = point;
    const type = typeOf(point);
    const key = `${kind}${type}${SEPARATOR}${name}${SEPARATOR}${unit}${SEPARATOR}${description}`;
    let family = families.get(key);
    if (family === undefined) {
      const metric = metricName({ name, unit, kind, monotonic: type === "counter" });
      if (metric === undefined) return undefined;
      ids += 1;
      family = { id: ids, metadata: { metric, type, help: description, unit: unitName(unit) } };
      families.set(key, family);
    }
    return family;
  };

  const createPlace = (key: string, metadata: MetricMetadata, labels: ReadonlyMap<string, string>): Place => {
    const known = new Map<string, SeriesState>();
    const series: Place["series"] = (suffix, extra) => {
      const name = extra === undefined ? suffix : `${suffix}${SEPARATOR}${extra[1]}`;
      let state = known.get(name);
      if (state === undefined) {
        if (known.size >= MAX_SERIES_OF_PLACE) known.clear();
        state = ofSeries(seriesOf(`${metadata.metric}${suffix}`, labels, extra));
        known.set(name, state);
        places.charge(1);
      }
      return state;
    };
    return {
      key,
      metadata,
      series,
      bucket: (bound) => series("_bucket", ["le", formatFloat(bound, "f", -1)]),
      exponential: { set: NO_BOUNDS, startMs: 0, timeMs: 0 },
    };
  };

  return {
    ofSeries,
    ofResource: ({ attributes }) => {
      const key = attributesKey(attributes);
      let placed = resources.get(key);
      if (placed === undefined) {
        ids += 1;
        placed = { id: ids, labels: resourceLabels(attributes, promotedAttributes) };
        resources.set(key, placed);
      }
      return placed;
    },
    ofPoint: (point, resource) => {
      const family = familyOf(point);
      if (family === undefined) return "the metric's name has no letter and no digit";
      const key = `${resource.id},${family.id},${attributesKey(point.attributes)}`;
      let place = places.get(key);
      if (place === undefined) {
        const labels = pointLabels(point.attributes, resource.labels);
        if (labels === undefined) return "an attribute's key has no letter and no digit";
        place = createPlace(key, family.metadata, labels);
        places.set(key, place);
      }
      return place;
    },
  };
}
