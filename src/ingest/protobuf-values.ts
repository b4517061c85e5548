/**
 * What all signals have: values, attributes, resources, scopes, ids. Field numbers are those of opentelemetry-proto v1.
 */
import type { Attributes, AttributeValue, Resource, Scope } from "../signals/index.ts";
import { MAX_VALUE_DEPTH, tooDeep } from "./otlp-error.ts";
import { createKeyCache } from "./protobuf-keys.ts";
import {
  DELIMITED,
  FIXED64,
  findMessage,
  type ProtobufReader,
  readBool,
  readBytes,
  readDouble,
  readEnd,
  readInt32,
  readInt64,
  readTag,
  readText,
  skipField,
  VARINT,
} from "./protobuf-reader.ts";
import { type MutableAttributes, NO_SCOPE, resourceOf, setAttribute } from "./resource.ts";

const readKnown = createKeyCache();

/** A text that comes again and again: an attribute's key, a scope's name. */
export function readKey(reader: ProtobufReader, end: number): string {
  const inner = readEnd(reader, end);
  const start = reader.at;
  reader.at = inner;
  return readKnown(reader.bytes, start, inner);
}

function readValue(reader: ProtobufReader, end: number, depth: number): AttributeValue {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  let value: AttributeValue = null;
  while (reader.at < end) {
    const tag = readTag(reader, end);
    switch (tag) {
      case (1 << 3) | DELIMITED:
        value = readText(reader, end);
        break;
      case (2 << 3) | VARINT:
        value = readBool(reader, end);
        break;
      case (3 << 3) | VARINT:
        value = readInt64(reader, end);
        break;
      case (4 << 3) | FIXED64:
        value = readDouble(reader, end);
        break;
      case (5 << 3) | DELIMITED:
        value = readList(reader, readEnd(reader, end), depth + 1);
        break;
      case (6 << 3) | DELIMITED:
        value = readKeyValueList(reader, readEnd(reader, end), depth + 1);
        break;
      case (7 << 3) | DELIMITED:
        value = readBytes(reader, end);
        break;
      default:
        skipField(reader, tag, end);
    }
  }
  return value;
}

function readList(reader: ProtobufReader, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = [];
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | DELIMITED)) values.push(readValue(reader, readEnd(reader, end), depth));
    else skipField(reader, tag, end);
  }
  return values;
}

function readKeyValueList(reader: ProtobufReader, end: number, depth: number): Attributes {
  const values: MutableAttributes = {};
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | DELIMITED)) readKeyValue(reader, readEnd(reader, end), values, depth);
    else skipField(reader, tag, end);
  }
  return values;
}

function readKeyValue(reader: ProtobufReader, end: number, into: MutableAttributes, depth: number): void {
  let key = "";
  let value: AttributeValue = null;
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | DELIMITED)) key = readKey(reader, end);
    else if (tag === ((2 << 3) | DELIMITED)) value = readValue(reader, readEnd(reader, end), depth);
    else skipField(reader, tag, end);
  }
  setAttribute(into, key, value);
}

/** One KeyValue of a repeated field; the reader stands at its length. */
export const readAttribute = (reader: ProtobufReader, end: number, into: MutableAttributes): void =>
  readKeyValue(reader, readEnd(reader, end), into, 0);

/** A value as a field of a message; the reader stands at its length. */
export const readAnyValue = (reader: ProtobufReader, end: number): AttributeValue =>
  readValue(reader, readEnd(reader, end), 0);

/** The resource of a ResourceSpans, ResourceLogs or ResourceMetrics that the reader stands at the beginning of. */
export function readResource(reader: ProtobufReader, end: number): Resource {
  const attributes: MutableAttributes = {};
  const place = findMessage(reader, 1, end);
  if (place !== undefined) {
    const back = reader.at;
    reader.at = place.start;
    while (reader.at < place.end) {
      const tag = readTag(reader, place.end);
      if (tag === ((1 << 3) | DELIMITED)) readAttribute(reader, place.end, attributes);
      else skipField(reader, tag, place.end);
    }
    reader.at = back;
  }
  return resourceOf(attributes);
}

/** Likewise the scope of a ScopeSpans and its siblings. */
export function readScope(reader: ProtobufReader, end: number): Scope {
  const place = findMessage(reader, 1, end);
  if (place === undefined) return NO_SCOPE;
  const back = reader.at;
  let [name, version] = ["", ""];
  const attributes: MutableAttributes = {};
  reader.at = place.start;
  while (reader.at < place.end) {
    const tag = readTag(reader, place.end);
    if (tag === ((1 << 3) | DELIMITED)) name = readKey(reader, place.end);
    else if (tag === ((2 << 3) | DELIMITED)) version = readKey(reader, place.end);
    else if (tag === ((3 << 3) | DELIMITED)) readAttribute(reader, place.end, attributes);
    else skipField(reader, tag, place.end);
  }
  reader.at = back;
  return { name, version, attributes };
}

/** An id as hex: "" where there is none, undefined where it has a wrong length or is all zero. */
export function readId(reader: ProtobufReader, end: number, byteLength: number): string | undefined {
  const inner = readEnd(reader, end);
  const start = reader.at;
  reader.at = inner;
  if (inner === start) return "";
  if (inner - start !== byteLength) return undefined;
  const { bytes } = reader;
  for (let at = start; at < inner; at += 1) if (bytes[at] !== 0) return bytes.toString("hex", start, inner);
  return undefined;
}

type ReadItem = (reader: ProtobufReader, end: number, resource: Resource, scope: Scope) => void;

/** Calls `readItem` for every item of an export request, with where it ends; all three signals share this shape. */
export function readExport(reader: ProtobufReader, readItem: ReadItem): void {
  const end = reader.bytes.length;
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | DELIMITED)) readResourceItems(reader, readEnd(reader, end), readItem);
    else skipField(reader, tag, end);
  }
}

function readResourceItems(reader: ProtobufReader, end: number, readItem: ReadItem): void {
  const resource = readResource(reader, end);
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag !== ((2 << 3) | DELIMITED)) {
      skipField(reader, tag, end);
      continue;
    }
    const scopeEnd = readEnd(reader, end);
    const scope = readScope(reader, scopeEnd);
    while (reader.at < scopeEnd) {
      const inner = readTag(reader, scopeEnd);
      if (inner === ((2 << 3) | DELIMITED)) readItem(reader, readEnd(reader, scopeEnd), resource, scope);
      else skipField(reader, inner, scopeEnd);
    }
  }
}

export const readEnum = <T>(reader: ProtobufReader, end: number, names: readonly T[], fallback: T): T =>
  names[readInt32(reader, end)] ?? fallback;
