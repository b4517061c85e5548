import type { MetricPoint } from "../ingest/index.ts";
import type { MetricSnapshot, SeriesSnapshot } from "../metrics/index.ts";
import type { Scope } from "../signals/index.ts";
import type { DerivedMetrics } from "./derived-metrics.ts";

const SCOPE: Scope = { name: "agent-observatory", version: "", attributes: {} };

const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n;

function pointOf(
  { definition }: MetricSnapshot,
  series: SeriesSnapshot,
  resource: DerivedMetrics["resource"],
  timeNs: bigint,
): MetricPoint {
  const common = {
    name: definition.name,
    description: definition.help,
    unit: definition.unit,
    resource,
    scope: SCOPE,
    attributes: series.labels,
    startNs: nanos(series.startMs),
    timeNs,
    noRecordedValue: false,
    exemplars: series.exemplars.map(({ timeMs, ...exemplar }) => ({
      ...exemplar,
      timeNs: nanos(timeMs),
      attributes: {},
    })),
  };
  const { histogram, value = 0 } = series;
  if (histogram !== undefined) {
    const { count, sum, bounds, bucketCounts: counts } = histogram;
    return {
      ...common,
      kind: "histogram",
      temporality: "cumulative",
      count,
      sum,
      min: undefined,
      max: undefined,
      bounds,
      counts,
    };
  }
  if (definition.type === "gauge") return { ...common, kind: "gauge", value };
  return { ...common, kind: "sum", temporality: "cumulative", monotonic: true, value };
}

/** Derived metrics in the form of those that arrive, so that both go the same way from here. */
export function pointsOf(derived: readonly DerivedMetrics[], nowMs: number): MetricPoint[] {
  const timeNs = nanos(nowMs);
  return derived.flatMap(({ resource, snapshots }) =>
    snapshots.flatMap((snapshot) => snapshot.series.map((series) => pointOf(snapshot, series, resource, timeNs))),
  );
}
