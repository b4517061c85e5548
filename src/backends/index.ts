/**
 * Typed clients of the three public HTTP APIs (Prometheus, Loki, Jaeger), for whoever asks: the command line, and all that reads what was
 * observed. Answers come as types of ours and are checked; what is wrong is a `BackendError`. Only reads. What to ask and how to show it is
 * the caller's.
 */
export { BackendError, type BackendFailure, type BackendName } from "./backend-error.ts";
export { type Backends, type BackendsOptions, createBackends, EMBEDDED_URL, isEmbedded } from "./backends.ts";
export { type FoundTrace, findTrace } from "./find-trace.ts";
export {
  createJaegerBackend,
  type Dependency,
  type JaegerBackend,
  type Operation,
  type TracePartWish,
  type TraceQuery,
} from "./jaeger.ts";
export type { Attributes, AttributeValue, SpanKind, Trace, TraceSpan } from "./jaeger-trace.ts";
export type { LogEntry } from "./log-lines.ts";
export { logSelectorOf, logsOfTrace } from "./logs-of-trace.ts";
export {
  createLokiBackend,
  type LogAnswer,
  type LogRange,
  type LogRangeOptions,
  type LogStatistics,
  type LokiBackend,
  latestLogRange,
  type TailOptions,
} from "./loki.ts";
export type { TailBatch } from "./loki-tail.ts";
export {
  createPrometheusBackend,
  type MetricMetadata,
  type PrometheusBackend,
  type QueryAnswer,
  type SelectorOptions,
  type SeriesExemplars,
  type TimeRange,
} from "./prometheus.ts";
export type { Alert, AlertingRule, AlertState, RecordingRule, Rule, RuleGroup } from "./prometheus-rules.ts";
export { type AnnouncedRun, findOpenRuns, withOpenRuns } from "./runs.ts";
export type { HistogramPoint, Labels, Point, Sample, Series, Values } from "./samples.ts";
export { hasAllSpans, type TraceSearch } from "./trace-conditions.ts";
export { addOpenRuns, findTraceIds, searchTraces, type TraceSearchResult } from "./trace-search.ts";
export {
  firstErrorOf,
  isFailedTrace,
  isInference,
  numberOf,
  partsOfTrace,
  rootOf,
  type SpentBy,
  spentInTrace,
  summarizeTrace,
  type TraceFigures,
  type TraceSummary,
  type Whom,
} from "./trace-summary.ts";
export type { ClientOptions } from "./transport.ts";
