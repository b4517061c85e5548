import type { Clock } from "../base/index.ts";
import type { MetricSnapshot, SeriesSnapshot } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import type { Resource, Span } from "../signals/index.ts";
import type { DerivedMetrics } from "./derived-metrics.ts";

/**
 * Calls and durations by span name, as the stack's collector makes them (connectors.span_metrics in collector/config.yaml), under the same
 * names and with the same dimensions and limits; a test compares them.
 */
export const SPAN_METRICS = {
  dimensions: [
    "deployment.environment.name",
    ATTR.operation,
    ATTR.provider,
    ATTR.requestModel,
    ATTR.agentName,
    ATTR.toolName,
    ATTR.workflowName,
    ATTR.errorType,
  ],
  bucketSeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600],
  exemplarsPerSeries: 5,
  seriesPerProgram: 10_000,
  forgetAfterMs: 86_400_000,
} as const;

const MAX_PROGRAMS = 1000;
/**
 * A program that was silent for this long is taken for gone. The collector cannot tell, and goes on for a day; here each run of a script would cost
 * hundreds of samples every few seconds until tomorrow.
 */
const GONE_AFTER_MS = 3_600_000;
const OVERFLOW = { "otel.metric.overflow": "true" };
const STATUS = { unset: "STATUS_CODE_UNSET", ok: "STATUS_CODE_OK", error: "STATUS_CODE_ERROR" } as const;

const CALLS: MetricSnapshot["definition"] = {
  name: "traces.span.metrics.calls",
  type: "counter",
  help: "",
  unit: "",
  labels: [],
};
const DURATION: MetricSnapshot["definition"] = {
  name: "traces.span.metrics.duration",
  type: "histogram",
  help: "",
  unit: "s",
  labels: [],
  buckets: SPAN_METRICS.bucketSeconds,
};

type Exemplar = SeriesSnapshot["exemplars"][number];
type Series = {
  readonly labels: Readonly<Record<string, string>>;
  readonly startMs: number;
  readonly bucketCounts: number[];
  sumSeconds: number;
  count: number;
  exemplars: Exemplar[];
  lastMs: number;
};
type Program = { readonly resource: Resource; readonly series: Map<string, Series>; lastMs: number };

export type SpanMetrics = {
  readonly addSpan: (span: Span) => void;
  /** Everything as it stands, cumulative; exemplars are those since the last time. */
  readonly collect: () => readonly DerivedMetrics[];
};

function labelsOf(span: Span): Record<string, string> {
  const labels: Record<string, string> = {
    "service.name": span.resource.service,
    "span.name": span.name,
    "span.kind": `SPAN_KIND_${span.kind.toUpperCase()}`,
    "status.code": STATUS[span.status],
  };
  for (const dimension of SPAN_METRICS.dimensions) {
    const value = span.attributes[dimension] ?? span.resource.attributes[dimension];
    if (value !== undefined && value !== null && value !== "") labels[dimension] = String(value);
  }
  return labels;
}

/** One text for the same labels within a program. */
function keyOf({ name, kind, status, attributes, resource }: Span): string {
  let key = `${name}\u0000${kind}\u0000${status}`;
  for (const dimension of SPAN_METRICS.dimensions)
    key += `\u0000${attributes[dimension] ?? resource.attributes[dimension] ?? ""}`;
  return key;
}

export function createSpanMetrics({ clock }: { readonly clock: Clock }): SpanMetrics {
  // Resources of one request are one object; those of the next are equal to it.
  const known = new WeakMap<object, Program>();
  const programs = new Map<string, Program>();

  const programOf = ({ resource }: Span): Program => {
    const found = known.get(resource);
    if (found !== undefined) return found;
    const key = JSON.stringify(Object.entries(resource.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const program = programs.get(key) ?? { resource, series: new Map(), lastMs: 0 };
    // The map is kept in order of use: the one silent for longest makes room.
    programs.delete(key);
    programs.set(key, program);
    if (programs.size > MAX_PROGRAMS) programs.delete(programs.keys().next().value as string);
    known.set(resource, program);
    return program;
  };

  const seriesOf = ({ series }: Program, span: Span, nowMs: number): Series => {
    let key = keyOf(span);
    let one = series.get(key);
    if (one === undefined && series.size >= SPAN_METRICS.seriesPerProgram) {
      key = "";
      one = series.get(key);
    }
    if (one === undefined) {
      const labels = key === "" ? OVERFLOW : labelsOf(span);
      const bucketCounts = new Array<number>(SPAN_METRICS.bucketSeconds.length + 1).fill(0);
      one = { labels, startMs: nowMs, bucketCounts, sumSeconds: 0, count: 0, exemplars: [], lastMs: nowMs };
      series.set(key, one);
    }
    return one;
  };

  return {
    addSpan: (span) => {
      const nowMs = clock.nowMs();
      const program = programOf(span);
      program.lastMs = nowMs;
      const series = seriesOf(program, span, nowMs);
      const seconds = Math.max(0, Number(span.endNs - span.startNs) / 1e9);
      const bucket = SPAN_METRICS.bucketSeconds.findIndex((bound) => seconds <= bound);
      const index = bucket === -1 ? SPAN_METRICS.bucketSeconds.length : bucket;
      series.bucketCounts[index] = (series.bucketCounts[index] ?? 0) + 1;
      series.sumSeconds += seconds;
      series.count += 1;
      series.lastMs = nowMs;
      if (series.exemplars.length < SPAN_METRICS.exemplarsPerSeries && series.labels !== OVERFLOW) {
        series.exemplars.push({ traceId: span.traceId, spanId: span.spanId, value: seconds, timeMs: nowMs });
      }
    },
    collect: () => {
      const nowMs = clock.nowMs();
      const derived: DerivedMetrics[] = [];
      for (const [programKey, { resource, series, lastMs: heardMs }] of [...programs]) {
        for (const [key, { lastMs }] of [...series]) {
          if (nowMs - lastMs > SPAN_METRICS.forgetAfterMs) series.delete(key);
        }
        if (series.size === 0 || nowMs - heardMs > GONE_AFTER_MS) {
          programs.delete(programKey);
          continue;
        }
        const calls: SeriesSnapshot[] = [];
        const durations: SeriesSnapshot[] = [];
        for (const one of series.values()) {
          const { labels, startMs, count, sumSeconds: sum } = one;
          const exemplars = one.exemplars.toSorted((a, b) => a.value - b.value);
          one.exemplars = [];
          const histogram = { count, sum, bounds: SPAN_METRICS.bucketSeconds, bucketCounts: [...one.bucketCounts] };
          calls.push({ labels, startMs, value: count, exemplars });
          durations.push({ labels, startMs, histogram, exemplars });
        }
        derived.push({
          resource,
          snapshots: [
            { definition: CALLS, series: calls },
            { definition: DURATION, series: durations },
          ],
        });
      }
      return derived;
    },
  };
}
