import type { LogEntry, Series, SeriesExemplars, Trace, Values } from "../../../../src/backends/index.ts";
import { type Cell, type Field, type Frame, field, type Labels } from "./frame.ts";
import { legendOf } from "./legend.ts";

/** Answers of the three APIs as Grafana's data sources turn them into frames. */

export type SeriesOptions = {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string | undefined;
  readonly stepMs?: number | undefined;
};

const seriesOf = (values: Values): readonly Series[] => {
  if ("series" in values) return values.series;
  if (values.type === "string") return [];
  return [{ labels: {}, points: [{ timeMs: values.timeMs, value: values.value }], histograms: [] }];
};

/** One frame for each series: time and value. */
export const seriesFrames = (values: Values, { refId, expr, legendFormat, stepMs }: SeriesOptions): readonly Frame[] =>
  seriesOf(values).map(({ labels, points }): Frame => {
    const legend = legendOf(legendFormat, labels, expr);
    return {
      refId,
      name: legend,
      kind: "series",
      fields: [
        field(
          "Time",
          "time",
          points.map(({ timeMs }) => timeMs),
          { intervalMs: stepMs },
        ),
        field(
          "Value",
          "number",
          points.map(({ value }) => value),
          { labels, legend },
        ),
      ],
    };
  });

/** One table: time, a column for each label, the value, which has the query's name where there are several. No series, no columns. */
export function tableFrame(values: Values, { refId }: SeriesOptions, queries: number): Frame {
  const series = seriesOf(values);
  const rows = series.flatMap(({ labels, points }) => points.map(({ timeMs, value }) => ({ labels, timeMs, value })));
  if (rows.length === 0) return { refId, kind: "table", fields: [] };
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].sort();
  return {
    refId,
    kind: "table",
    fields: [
      field(
        "Time",
        "time",
        rows.map(({ timeMs }) => timeMs),
      ),
      ...names.map((name) =>
        field(
          name,
          "string",
          rows.map(({ labels }) => labels[name] ?? ""),
        ),
      ),
      field(
        queries > 1 ? `Value #${refId}` : "Value",
        "number",
        rows.map(({ value }) => value),
      ),
    ],
  };
}

const boundOf = (labels: Labels): number => (labels["le"] === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels["le"]));

/** Cumulative buckets (`le`) as the counts between two bounds; the fields are named by their upper bound. */
export function heatmapFrame(values: Values, { refId, stepMs }: SeriesOptions): Frame {
  const buckets = seriesOf(values)
    .filter(({ labels }) => labels["le"] !== undefined)
    .sort((a, b) => boundOf(a.labels) - boundOf(b.labels));
  const times = [...new Set(buckets.flatMap(({ points }) => points.map(({ timeMs }) => timeMs)))].sort((a, b) => a - b);
  const cumulative = buckets.map(({ points }) => {
    const at = new Map(points.map(({ timeMs, value }) => [timeMs, value]));
    return times.map((time) => at.get(time));
  });
  return {
    refId,
    kind: "heatmap",
    fields: [
      field("Time", "time", times, { intervalMs: stepMs }),
      ...buckets.map(({ labels }, index) =>
        field(
          labels["le"] ?? "",
          "number",
          (cumulative[index] ?? []).map((value, row) =>
            value === undefined ? undefined : Math.max(0, value - (cumulative[index - 1]?.[row] ?? 0)),
          ),
          { labels },
        ),
      ),
    ],
  };
}

/** Labels under which exemplars name their trace: from OTLP and from prom-client. */
const TRACE_IDS = ["trace_id", "traceId", "traceID"];
export const traceIdOf = (labels: Labels): string | undefined =>
  TRACE_IDS.map((name) => labels[name]).find((id) => id !== undefined && /^[0-9a-f]{16,32}$/i.test(id));

export function exemplarFrame(found: readonly SeriesExemplars[], refId: string): Frame {
  const rows = found.flatMap(({ labels, exemplars }) =>
    exemplars.map((one) => ({ ...one, of: labels, traceId: traceIdOf(one.labels) })),
  );
  return {
    refId,
    kind: "exemplars",
    fields: [
      field(
        "Time",
        "time",
        rows.map(({ timeMs }) => timeMs),
      ),
      field(
        "Value",
        "number",
        rows.map(({ value }) => value),
      ),
      field(
        "Trace",
        "string",
        rows.map(({ traceId }): Cell => traceId),
      ),
      field(
        "Series",
        "string",
        rows.map(({ of }) =>
          Object.entries(of)
            .filter(([name]) => name !== "le")
            .map(([name, value]) => `${name}=${value}`)
            .join(" "),
        ),
      ),
    ],
  };
}

export function logFrame(entries: readonly LogEntry[], refId: string): Frame {
  const labels = [...new Set(entries.flatMap((entry) => Object.keys(entry.labels)))].sort();
  return {
    refId,
    kind: "logs",
    fields: [
      field(
        "Time",
        "time",
        entries.map(({ timeMs }) => timeMs),
      ),
      field(
        "Line",
        "string",
        entries.map(({ line }) => line),
      ),
      ...labels.map(
        (label): Field =>
          field(
            label,
            "string",
            entries.map((entry): Cell => entry.labels[label]),
          ),
      ),
    ],
  };
}

/** The table of Grafana's Jaeger search. Durations are of the whole trace, in microseconds. */
export function traceFrame(traces: readonly Trace[], refId: string): Frame {
  const rows = traces.flatMap(({ traceId, spans }) => {
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId)) ?? spans[0];
    if (root === undefined) return [];
    const startMs = Math.min(...spans.slice(0, 10_000).map((span) => span.startMs));
    const endMs = spans.reduce((end, span) => Math.max(end, span.startMs + span.durationMs), startMs);
    return [
      { traceId, name: `${root.service}: ${root.name}`, startMs, durationUs: Math.round((endMs - startMs) * 1000) },
    ];
  });
  const duration = field(
    "Duration",
    "number",
    rows.map(({ durationUs }) => durationUs),
  );
  return {
    refId,
    kind: "table",
    fields: [
      field(
        "Trace ID",
        "string",
        rows.map(({ traceId }) => traceId),
      ),
      field(
        "Trace name",
        "string",
        rows.map(({ name }) => name),
      ),
      field(
        "Start time",
        "time",
        rows.map(({ startMs }) => startMs),
      ),
      { ...duration, config: { ...duration.config, unit: "µs" } },
    ],
  };
}
