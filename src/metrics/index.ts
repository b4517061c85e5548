/**
 * Every metric: the catalogue that defines them, the registry that holds them (prom-client), how spans become measurements.
 * Owns prom-client. Push reads `snapshot()` and belongs to telemetry.
 */
export { CATALOGUE, type LabelsOf, type MetricDefinition, type MetricName } from "./catalogue.ts";
export { requestMethod } from "./http-measurements.ts";
export { createMetrics, type Exemplar, type Metrics } from "./registry.ts";
export { createSessionMeter, type SessionMeter } from "./sessions.ts";
export type { MetricSnapshot, SeriesSnapshot } from "./snapshot.ts";
export { type MeasuredSpan, measureProgress, measureSpan, measureUsage } from "./span-measurements.ts";
export { type MetricSummary, NO_SUMMARY, type SummaryOptions } from "./summary.ts";
