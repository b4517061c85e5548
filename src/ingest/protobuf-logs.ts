import type { AttributeValue, Resource, Scope } from "../signals/index.ts";
import type { LogRecord } from "./log-record.ts";
import {
  countItem,
  createProtobufReader,
  DELIMITED,
  FIXED32,
  FIXED64,
  type ProtobufReader,
  readFixed32,
  readFixed64,
  readInt32,
  readTag,
  readUint32,
  skipField,
  VARINT,
} from "./protobuf-reader.ts";
import { readAnyValue, readAttribute, readExport, readId, readKey } from "./protobuf-values.ts";
import type { MutableAttributes } from "./resource.ts";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "./span-ids.ts";

function readRecord(reader: ProtobufReader, end: number, resource: Resource, scope: Scope): LogRecord {
  countItem(reader);
  let [timeNs, observedNs] = [0n, 0n];
  let [severityNumber, droppedAttributeCount, flags] = [0, 0, 0];
  let [severityText, eventName, traceId, spanId] = ["", "", "", ""];
  let body: AttributeValue = null;
  const attributes: MutableAttributes = {};
  while (reader.at < end) {
    const tag = readTag(reader, end);
    switch (tag) {
      case (1 << 3) | FIXED64:
        timeNs = readFixed64(reader, end);
        break;
      case (2 << 3) | VARINT:
        severityNumber = readInt32(reader, end);
        break;
      case (3 << 3) | DELIMITED:
        severityText = readKey(reader, end);
        break;
      case (5 << 3) | DELIMITED:
        body = readAnyValue(reader, end);
        break;
      case (6 << 3) | DELIMITED:
        readAttribute(reader, end, attributes);
        break;
      case (7 << 3) | VARINT:
        droppedAttributeCount = readUint32(reader, end);
        break;
      case (8 << 3) | FIXED32:
        flags = readFixed32(reader, end);
        break;
      // opentelemetry-proto: a record whose ids are invalid belongs to no trace.
      case (9 << 3) | DELIMITED:
        traceId = readId(reader, end, TRACE_ID_BYTES) ?? "";
        break;
      case (10 << 3) | DELIMITED:
        spanId = readId(reader, end, SPAN_ID_BYTES) ?? "";
        break;
      case (11 << 3) | FIXED64:
        observedNs = readFixed64(reader, end);
        break;
      case (12 << 3) | DELIMITED:
        eventName = readKey(reader, end);
        break;
      default:
        skipField(reader, tag, end);
    }
  }
  return {
    timeNs,
    observedNs,
    severityNumber,
    severityText,
    eventName,
    body,
    attributes,
    droppedAttributeCount,
    traceId,
    spanId,
    flags,
    resource,
    scope,
  };
}

export function readProtobufLogs(bytes: Uint8Array): LogRecord[] {
  const records: LogRecord[] = [];
  readExport(createProtobufReader(bytes), (reader, end, resource, scope) => {
    records.push(readRecord(reader, end, resource, scope));
  });
  return records;
}
