import type { Field, FieldType, Schema } from "./protobuf.ts";

/**
 * The messages of OTLP (opentelemetry-proto v1), as far as they are read. Decoded, they have the shape of OTLP/JSON: camel case,
 * ids in hex, 64-bit times as decimal text.
 */
const one = (name: string, type: FieldType | (() => Schema)): Field => ({ name, type });
const many = (name: string, type: FieldType | (() => Schema)): Field => ({ name, type, repeated: true });

const ANY_VALUE: Schema = {
  1: one("stringValue", "string"),
  2: one("boolValue", "bool"),
  3: one("intValue", "int64"),
  4: one("doubleValue", "double"),
  5: one("arrayValue", () => ({ 1: many("values", () => ANY_VALUE) })),
  6: one("kvlistValue", () => ({ 1: many("values", () => KEY_VALUE) })),
  7: one("bytesValue", "bytes"),
};
const KEY_VALUE: Schema = { 1: one("key", "string"), 2: one("value", () => ANY_VALUE) };
const attributes = many("attributes", () => KEY_VALUE);
const RESOURCE: Schema = { 1: attributes };
const SCOPE: Schema = { 1: one("name", "string"), 2: one("version", "string"), 3: attributes };

const SPAN: Schema = {
  1: one("traceId", "hex"),
  2: one("spanId", "hex"),
  3: one("traceState", "string"),
  4: one("parentSpanId", "hex"),
  5: one("name", "string"),
  6: one("kind", "uint"),
  7: one("startTimeUnixNano", "fixed64"),
  8: one("endTimeUnixNano", "fixed64"),
  9: attributes,
  11: many("events", () => ({ 1: one("timeUnixNano", "fixed64"), 2: one("name", "string"), 3: attributes })),
  13: many("links", () => ({ 1: one("traceId", "hex"), 2: one("spanId", "hex"), 4: attributes })),
  15: one("status", () => ({ 2: one("message", "string"), 3: one("code", "uint") })),
  16: one("flags", "fixed32"),
};

const EXEMPLAR: Schema = {
  2: one("timeUnixNano", "fixed64"),
  3: one("asDouble", "double"),
  4: one("spanId", "hex"),
  5: one("traceId", "hex"),
  6: one("asInt", "sfixed64"),
  7: many("filteredAttributes", () => KEY_VALUE),
};
const NUMBER_POINT: Schema = {
  2: one("startTimeUnixNano", "fixed64"),
  3: one("timeUnixNano", "fixed64"),
  4: one("asDouble", "double"),
  5: many("exemplars", () => EXEMPLAR),
  6: one("asInt", "sfixed64"),
  7: attributes,
};
const HISTOGRAM_POINT: Schema = {
  2: one("startTimeUnixNano", "fixed64"),
  3: one("timeUnixNano", "fixed64"),
  4: one("count", "fixed64"),
  5: one("sum", "double"),
  6: many("bucketCounts", "fixed64"),
  7: many("explicitBounds", "double"),
  8: many("exemplars", () => EXEMPLAR),
  9: attributes,
};
const METRIC: Schema = {
  1: one("name", "string"),
  2: one("description", "string"),
  3: one("unit", "string"),
  5: one("gauge", () => ({ 1: many("dataPoints", () => NUMBER_POINT) })),
  7: one("sum", () => ({
    1: many("dataPoints", () => NUMBER_POINT),
    2: one("aggregationTemporality", "uint"),
    3: one("isMonotonic", "bool"),
  })),
  9: one("histogram", () => ({
    1: many("dataPoints", () => HISTOGRAM_POINT),
    2: one("aggregationTemporality", "uint"),
  })),
};

const LOG: Schema = {
  1: one("timeUnixNano", "fixed64"),
  2: one("severityNumber", "uint"),
  3: one("severityText", "string"),
  5: one("body", () => ANY_VALUE),
  6: attributes,
  8: one("flags", "fixed32"),
  9: one("traceId", "hex"),
  10: one("spanId", "hex"),
  11: one("observedTimeUnixNano", "fixed64"),
};

/** ExportTraceServiceRequest and its two siblings share one shape: resources, scopes, items. */
function exportRequest(resources: string, scopes: string, items: string, item: Schema): Schema {
  return {
    1: many(resources, () => ({
      1: one("resource", () => RESOURCE),
      2: many(scopes, () => ({ 1: one("scope", () => SCOPE), 2: many(items, () => item) })),
    })),
  };
}

export const TRACES_REQUEST: Schema = exportRequest("resourceSpans", "scopeSpans", "spans", SPAN);
export const METRICS_REQUEST: Schema = exportRequest("resourceMetrics", "scopeMetrics", "metrics", METRIC);
export const LOGS_REQUEST: Schema = exportRequest("resourceLogs", "scopeLogs", "logRecords", LOG);
