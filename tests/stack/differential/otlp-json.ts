/** OTLP/JSON (opentelemetry.io/docs/specs/otlp), which the embedded process, Prometheus, Loki and Jaeger all take. */
import type { MetricSnapshot } from "../../../src/metrics/index.ts";

export type Values = Readonly<Record<string, string | number | boolean | readonly string[]>>;

const nanos = (ms: number): string => `${BigInt(Math.round(ms * 1000)) * 1000n}`;

function anyValue(value: Values[string]): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } };
}
export const attributes = (values: Values): object[] =>
  Object.entries(values)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => ({ key, value: anyValue(value) }));

export type Point = {
  readonly labels: Values;
  readonly startMs?: number;
  readonly value?: number;
  readonly flags?: number;
  readonly histogram?: {
    readonly count: number;
    readonly sum: number;
    readonly bounds: readonly number[];
    readonly bucketCounts: readonly number[];
  };
  readonly quantiles?: readonly { readonly quantile: number; readonly value: number }[];
  readonly exemplars?: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly value: number;
    readonly timeMs: number;
  }[];
};
export type Metric = {
  readonly name: string;
  readonly unit: string;
  readonly help?: string;
  readonly kind: "gauge" | "sum" | "histogram" | "summary";
  readonly monotonic?: boolean;
  readonly delta?: boolean;
  readonly points: readonly Point[];
};

function pointOf(point: Point, timeMs: number): object {
  return {
    attributes: attributes(point.labels),
    ...(point.startMs !== undefined && { startTimeUnixNano: nanos(point.startMs) }),
    timeUnixNano: nanos(timeMs),
    ...(point.flags !== undefined && { flags: point.flags }),
    ...(point.value !== undefined && { asDouble: Number.isNaN(point.value) ? "NaN" : point.value }),
    ...(point.histogram !== undefined && {
      count: String(point.histogram.count),
      sum: point.histogram.sum,
      explicitBounds: point.histogram.bounds,
      bucketCounts: point.histogram.bucketCounts.map(String),
    }),
    ...(point.quantiles !== undefined && { count: "7", sum: 21.5, quantileValues: point.quantiles }),
    ...(point.exemplars !== undefined && {
      exemplars: point.exemplars.map(({ traceId, spanId, value, timeMs: seenMs }) => ({
        timeUnixNano: nanos(seenMs),
        asDouble: value,
        traceId,
        spanId,
      })),
    }),
  };
}

function metricOf(metric: Metric, timeMs: number): object {
  const dataPoints = metric.points.map((point) => pointOf(point, timeMs));
  const aggregationTemporality = metric.delta === true ? 1 : 2;
  const data = {
    gauge: { gauge: { dataPoints } },
    sum: { sum: { dataPoints, aggregationTemporality, isMonotonic: metric.monotonic ?? true } },
    histogram: { histogram: { dataPoints, aggregationTemporality } },
    summary: { summary: { dataPoints } },
  }[metric.kind];
  return { name: metric.name, unit: metric.unit, description: metric.help ?? "", ...data };
}

/** What the program's registry holds, as it would push it. */
export const metricsOf = (snapshots: readonly MetricSnapshot[]): Metric[] =>
  snapshots.map(({ definition, series }) => ({
    name: definition.name,
    // The unit is in the name already; a suffix for it comes but once.
    unit: definition.unit,
    help: definition.help,
    kind: definition.type === "counter" ? "sum" : definition.type,
    points: series,
  }));

export const metricsRequest = (
  programs: readonly { readonly resource: Values; readonly metrics: readonly Metric[] }[],
  timeMs: number,
): object => ({
  resourceMetrics: programs.map(({ resource, metrics }) => ({
    resource: { attributes: attributes(resource) },
    scopeMetrics: [{ scope: { name: "differential" }, metrics: metrics.map((metric) => metricOf(metric, timeMs)) }],
  })),
});

export type Log = {
  readonly timeMs: number;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Values;
  readonly traceId?: string;
  readonly spanId?: string;
};
export const logsRequest = (resource: Values, logs: readonly Log[]): object => ({
  resourceLogs: [
    {
      resource: { attributes: attributes(resource) },
      scopeLogs: [
        {
          scope: { name: "differential", version: "1.2.3" },
          logRecords: logs.map((log) => ({
            ...log,
            timeMs: undefined,
            timeUnixNano: nanos(log.timeMs),
            observedTimeUnixNano: nanos(log.timeMs + 3),
            body: { stringValue: log.body },
            attributes: attributes(log.attributes),
          })),
        },
      ],
    },
  ],
});

export type SpanOf = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** As OTLP numbers them: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly attributes: Values;
};
export const tracesRequest = (resource: Values, spans: readonly SpanOf[]): object => ({
  resourceSpans: [
    {
      resource: { attributes: attributes(resource) },
      scopeSpans: [
        {
          scope: { name: "differential", version: "1.2.3" },
          spans: spans.map((span) => ({
            traceId: span.traceId,
            spanId: span.spanId,
            ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
            name: span.name,
            kind: span.kind,
            startTimeUnixNano: nanos(span.startMs),
            endTimeUnixNano: nanos(span.endMs),
            attributes: attributes(span.attributes),
            events: span.failed
              ? [
                  {
                    timeUnixNano: nanos(span.endMs),
                    name: "exception",
                    attributes: attributes({ "exception.type": "RateLimitError", "exception.message": "slow down" }),
                  },
                ]
              : [],
            status: span.failed ? { code: 2, message: "slow down" } : {},
            flags: 1,
          })),
        },
      ],
    },
  ],
});
