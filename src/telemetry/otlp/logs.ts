import type { Attributes } from "@opentelemetry/api";
import type { LogItem } from "../logs.ts";
import { writeAnyValue, writeKeyValues } from "./key-values.ts";
import { createProtobufWriter, type ProtobufWriter } from "./protobuf-writer.ts";

/** Writes an OTLP ExportLogsServiceRequest, as `encodeSpans` does. Field numbers: opentelemetry/proto/logs/v1/logs.proto. */

function writeRecord(writer: ProtobufWriter, item: LogItem): void {
  const { severityNumber, severityText, body, spanContext, eventName } = item;
  const seconds = Math.floor(item.timeMs / 1000);
  const nanos = Math.round((item.timeMs - seconds * 1000) * 1000) * 1000;
  writer.time(1, seconds, nanos);
  if (severityNumber > 0) writer.varint(2, severityNumber);
  if (severityText !== "") writer.string(3, severityText);
  writer.message(5, (one) => writeAnyValue(one, body));
  writeKeyValues(writer, 6, item.attributes);
  if (spanContext !== undefined) {
    if (spanContext.traceFlags > 0) writer.fixed32(8, spanContext.traceFlags);
    if (spanContext.traceId !== "") writer.hex(9, spanContext.traceId);
    if (spanContext.spanId !== "") writer.hex(10, spanContext.spanId);
  }
  writer.time(11, seconds, nanos);
  if (eventName !== undefined && eventName !== "") writer.string(12, eventName);
}

/** Lines of one logger stand together. */
export function encodeLogs(items: readonly LogItem[], resource: Readonly<Attributes>): Uint8Array {
  const request = createProtobufWriter();
  if (items.length === 0) return request.finish();
  request.message(1, (resourceLogs) => {
    resourceLogs.message(1, (one) => writeKeyValues(one, 1, resource));
    for (const [scope, ofScope] of Map.groupBy(items, (item) => item.scope)) {
      resourceLogs.message(2, (scopeLogs) => {
        scopeLogs.message(1, (one) => one.string(1, scope));
        for (const item of ofScope) scopeLogs.message(2, (one) => writeRecord(one, item));
      });
    }
  });
  return request.finish();
}
