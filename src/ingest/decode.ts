import type { Span } from "../signals/index.ts";
import { readJsonLogs } from "./json-logs.ts";
import { readJsonMetrics } from "./json-metrics.ts";
import { readJsonTraces } from "./json-traces.ts";
import type { LogRecord } from "./log-record.ts";
import type { MetricPoint } from "./metric-point.ts";
import { readProtobufLogs } from "./protobuf-logs.ts";
import { readProtobufMetrics } from "./protobuf-metrics.ts";
import { readProtobufTraces } from "./protobuf-traces.ts";
import type { Reject } from "./rejections.ts";

export type OtlpEncoding = "protobuf" | "json";

const ignore: Reject = () => {};

/**
 * The spans of an ExportTraceServiceRequest. One whose ids are not valid is told to `reject` and left out; so are links
 * that lead nowhere, silently. Throws `OtlpError` where the bytes are no such request; so do its siblings below.
 */
export const decodeTraces = (
  bytes: Uint8Array,
  encoding: OtlpEncoding = "protobuf",
  reject: Reject = ignore,
): Span[] => (encoding === "json" ? readJsonTraces(bytes, reject) : readProtobufTraces(bytes, reject));

/** The records of an ExportLogsServiceRequest. */
export const decodeLogs = (bytes: Uint8Array, encoding: OtlpEncoding = "protobuf"): LogRecord[] =>
  encoding === "json" ? readJsonLogs(bytes) : readProtobufLogs(bytes);

/** The points of an ExportMetricsServiceRequest. Metrics without points leave none. */
export const decodeMetrics = (bytes: Uint8Array, encoding: OtlpEncoding = "protobuf"): MetricPoint[] =>
  encoding === "json" ? readJsonMetrics(bytes) : readProtobufMetrics(bytes);
