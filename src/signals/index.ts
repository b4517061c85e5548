/**
 * What is stored and asked for: series, log lines, spans, and the shape of the sources that queries read from. Pure. Between those who
 * write (ingest, rules), the store, and those who ask (promql, logql, api), this is all they share.
 */
export { compareLabels, sortByLabels } from "./label-order.ts";
export {
  createLabelSet,
  createLabels,
  createTexts,
  type LabelSet,
  type Labels,
  labelsKey,
  METRIC_NAME,
} from "./labels.ts";
export type { LogDirection, LogLine, LogSelection, LogSource, LogStats, NewLogLine } from "./logs.ts";
export { createMatcher, type Matcher, type MatchOperator, matchesAll } from "./matcher.ts";
export { createMemorySeries, type MemorySeries, sampleOf } from "./memory-series.ts";
export { isStale, type Samples, setStale } from "./samples.ts";
export type {
  Exemplar,
  MetricMetadata,
  MetricType,
  NewExemplar,
  NewSample,
  SelectedSeries,
  SeriesCatalog,
  SeriesExemplars,
  SeriesSource,
} from "./series.ts";
export {
  type Attributes,
  type AttributeValue,
  type Dependency,
  type Resource,
  type Scope,
  SPAN_KINDS,
  type Span,
  type SpanKind,
  type SpanOutline,
  type SpanSource,
  type SpanStatus,
  type TraceOutline,
  type TraceQuery,
} from "./spans.ts";
