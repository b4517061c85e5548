/**
 * OTLP as it arrives, decoded and translated to what is stored: metrics as Prometheus' OTLP receiver names them, log
 * lines as Loki's OTLP ingestion writes them. Bytes in, items out; no server, no store, no clock. The heavy side: the
 * preload must never reach this room.
 */
export { decodeLogs, decodeMetrics, decodeTraces, type OtlpEncoding } from "./decode.ts";
export type { LogRecord } from "./log-record.ts";
export {
  createLogTranslator,
  type LogTranslation,
  type LogTranslator,
  type LogTranslatorOptions,
} from "./log-translator.ts";
export type {
  ExponentialBuckets,
  ExponentialHistogramPoint,
  GaugePoint,
  HistogramPoint,
  MetricExemplar,
  MetricPoint,
  SummaryPoint,
  SumPoint,
  Temporality,
} from "./metric-point.ts";
export { OtlpError } from "./otlp-error.ts";
export { createRejections, type Reject, type Rejection } from "./rejections.ts";
export { refuseTooManySamples } from "./sample-bound.ts";
export {
  createSeriesTranslator,
  type SeriesTranslation,
  type SeriesTranslator,
  type SeriesTranslatorOptions,
} from "./series-translator.ts";
