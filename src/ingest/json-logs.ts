import type { JsonObject } from "./json-reader.ts";
import { idAt, integerAt, member, textAt, timeAt } from "./json-reader.ts";
import { attributesAt, readExport, valueAt } from "./json-values.ts";
import type { LogRecord } from "./log-record.ts";
import { OtlpError } from "./otlp-error.ts";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "./span-ids.ts";

const SEVERITY = /^SEVERITY_NUMBER_(?:UNSPECIFIED|(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)([234]?))$/;
const SEVERITIES = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

function severityAt(record: JsonObject): number {
  const value = member(record, "severityNumber");
  if (typeof value !== "string") return integerAt(record, "severityNumber");
  const parts = SEVERITY.exec(value);
  if (parts === null)
    throw new OtlpError("severityNumber: expected a number or a name SEVERITY_NUMBER_*, got another text");
  const [, name, step] = parts;
  return name === undefined ? 0 : SEVERITIES.indexOf(name) * 4 + Number(step || "1");
}

export function readJsonLogs(bytes: Uint8Array): LogRecord[] {
  const records: LogRecord[] = [];
  const names = { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" };
  readExport(bytes, names, (record, resource, scope) => {
    records.push({
      timeNs: timeAt(record, "timeUnixNano"),
      observedNs: timeAt(record, "observedTimeUnixNano"),
      severityNumber: severityAt(record),
      severityText: textAt(record, "severityText"),
      eventName: textAt(record, "eventName"),
      body: valueAt(record, "body"),
      attributes: attributesAt(record),
      droppedAttributeCount: integerAt(record, "droppedAttributesCount"),
      // opentelemetry-proto: a record whose ids are invalid belongs to no trace.
      traceId: idAt(record, "traceId", TRACE_ID_BYTES) ?? "",
      spanId: idAt(record, "spanId", SPAN_ID_BYTES) ?? "",
      flags: integerAt(record, "flags"),
      resource,
      scope,
    });
  });
  return records;
}
