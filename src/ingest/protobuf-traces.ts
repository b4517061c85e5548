import { type Resource, type Scope, SPAN_KINDS, type Span, type SpanKind, type SpanStatus } from "../signals/index.ts";
import {
  countItem,
  createProtobufReader,
  DELIMITED,
  FIXED32,
  FIXED64,
  type ProtobufReader,
  readEnd,
  readFixed32,
  readFixed64,
  readTag,
  readText,
  skipField,
  VARINT,
} from "./protobuf-reader.ts";
import { readAttribute, readEnum, readExport, readId, readKey } from "./protobuf-values.ts";
import type { Reject } from "./rejections.ts";
import type { MutableAttributes } from "./resource.ts";
import {
  INVALID_PARENT_ID,
  INVALID_SPAN_ID,
  INVALID_TRACE_ID,
  SPAN_ID_BYTES,
  STATUSES,
  TRACE_ID_BYTES,
} from "./span-ids.ts";

type Event = Span["events"][number];
type Link = Span["links"][number];

const NO_EVENTS: readonly Event[] = [];
const NO_LINKS: readonly Link[] = [];

function readEvent(reader: ProtobufReader, end: number): Event {
  countItem(reader);
  let [timeNs, name] = [0n, ""];
  const attributes: MutableAttributes = {};
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | FIXED64)) timeNs = readFixed64(reader, end);
    else if (tag === ((2 << 3) | DELIMITED)) name = readKey(reader, end);
    else if (tag === ((3 << 3) | DELIMITED)) readAttribute(reader, end, attributes);
    else skipField(reader, tag, end);
  }
  return { timeNs, name, attributes };
}

/** Undefined where it leads nowhere. */
function readLink(reader: ProtobufReader, end: number): Link | undefined {
  countItem(reader);
  let [traceId, spanId]: (string | undefined)[] = ["", ""];
  const attributes: MutableAttributes = {};
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | DELIMITED)) traceId = readId(reader, end, TRACE_ID_BYTES);
    else if (tag === ((2 << 3) | DELIMITED)) spanId = readId(reader, end, SPAN_ID_BYTES);
    else if (tag === ((4 << 3) | DELIMITED)) readAttribute(reader, end, attributes);
    else skipField(reader, tag, end);
  }
  return traceId && spanId ? { traceId, spanId, attributes } : undefined;
}

function readSpan(
  reader: ProtobufReader,
  end: number,
  resource: Resource,
  scope: Scope,
  reject: Reject,
): Span | undefined {
  countItem(reader);
  let traceId: string | undefined = "";
  let spanId: string | undefined = "";
  let parentSpanId = "";
  let parentIsValid = true;
  let [traceState, name, statusMessage] = ["", "", ""];
  let flags = 0;
  let kind: SpanKind = "unspecified";
  let [startNs, endNs] = [0n, 0n];
  let status: SpanStatus = "unset";
  const attributes: MutableAttributes = {};
  let events: Event[] | undefined;
  let links: Link[] | undefined;
  while (reader.at < end) {
    const tag = readTag(reader, end);
    switch (tag) {
      case (1 << 3) | DELIMITED:
        traceId = readId(reader, end, TRACE_ID_BYTES);
        break;
      case (2 << 3) | DELIMITED:
        spanId = readId(reader, end, SPAN_ID_BYTES);
        break;
      case (3 << 3) | DELIMITED:
        traceState = readText(reader, end);
        break;
      case (4 << 3) | DELIMITED: {
        const before = reader.at;
        const id = readId(reader, end, SPAN_ID_BYTES);
        // All zero is how some senders write a root.
        parentIsValid = id !== undefined || reader.bytes[before] === SPAN_ID_BYTES;
        parentSpanId = id ?? "";
        break;
      }
      case (5 << 3) | DELIMITED:
        name = readKey(reader, end);
        break;
      case (6 << 3) | VARINT:
        kind = readEnum(reader, end, SPAN_KINDS, "unspecified");
        break;
      case (7 << 3) | FIXED64:
        startNs = readFixed64(reader, end);
        break;
      case (8 << 3) | FIXED64:
        endNs = readFixed64(reader, end);
        break;
      case (9 << 3) | DELIMITED:
        readAttribute(reader, end, attributes);
        break;
      case (11 << 3) | DELIMITED:
        events ??= [];
        events.push(readEvent(reader, readEnd(reader, end)));
        break;
      case (13 << 3) | DELIMITED: {
        const link = readLink(reader, readEnd(reader, end));
        links ??= [];
        if (link !== undefined) links.push(link);
        break;
      }
      case (15 << 3) | DELIMITED: {
        const inner = readEnd(reader, end);
        while (reader.at < inner) {
          const field = readTag(reader, inner);
          if (field === ((2 << 3) | DELIMITED)) statusMessage = readText(reader, inner);
          else if (field === ((3 << 3) | VARINT)) status = readEnum(reader, inner, STATUSES, "unset");
          else skipField(reader, field, inner);
        }
        break;
      }
      case (16 << 3) | FIXED32:
        flags = readFixed32(reader, end);
        break;
      default:
        skipField(reader, tag, end);
    }
  }
  const invalid = !traceId
    ? INVALID_TRACE_ID
    : !spanId
      ? INVALID_SPAN_ID
      : parentIsValid
        ? undefined
        : INVALID_PARENT_ID;
  if (invalid !== undefined) {
    reject(invalid);
    return undefined;
  }
  return {
    traceId: traceId as string,
    spanId: spanId as string,
    parentSpanId,
    traceState,
    flags,
    name,
    kind,
    startNs,
    endNs,
    status,
    statusMessage,
    resource,
    scope,
    attributes,
    events: events ?? NO_EVENTS,
    links: links ?? NO_LINKS,
  };
}

export function readProtobufTraces(bytes: Uint8Array, reject: Reject): Span[] {
  const spans: Span[] = [];
  readExport(createProtobufReader(bytes), (reader, end, resource, scope) => {
    const span = readSpan(reader, end, resource, scope, reject);
    if (span !== undefined) spans.push(span);
  });
  return spans;
}
