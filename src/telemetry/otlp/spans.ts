import type { Attributes, Link, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { writeKeyValues } from "./key-values.ts";
import { createProtobufWriter, type ProtobufWriter } from "./protobuf-writer.ts";

/**
 * Writes an OTLP ExportTraceServiceRequest. The OpenTelemetry JS serializer walks all spans twice, once for their sizes, which is most of
 * what sending a span costs; hence our own. Field numbers: opentelemetry/proto/trace/v1/trace.proto.
 */

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

function writeTime(writer: ProtobufWriter, field: number, [seconds, nanos]: readonly [number, number]): void {
  writer.time(field, seconds, nanos);
}

const flagsOf = (traceFlags: number, isRemote: boolean | undefined): number =>
  (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote === true ? IS_REMOTE : 0);

function writeIds(writer: ProtobufWriter, { traceId, spanId, traceState }: SpanContext): void {
  writer.hex(1, traceId);
  writer.hex(2, spanId);
  const state = traceState?.serialize();
  if (state !== undefined && state !== "") writer.string(3, state);
}

function writeCount(writer: ProtobufWriter, field: number, count: number | undefined): void {
  if (count !== undefined && count > 0) writer.varint(field, count);
}

function writeLink(writer: ProtobufWriter, { context, attributes = {}, droppedAttributesCount }: Link): void {
  writeIds(writer, context);
  writeKeyValues(writer, 4, attributes as Attributes);
  writeCount(writer, 5, droppedAttributesCount);
  writer.fixed32(6, flagsOf(context.traceFlags, context.isRemote));
}

function writeEvent(writer: ProtobufWriter, event: ReadableSpan["events"][number]): void {
  writeTime(writer, 1, event.time);
  writer.string(2, event.name);
  writeKeyValues(writer, 3, event.attributes ?? {});
  writeCount(writer, 4, event.droppedAttributesCount);
}

function writeSpan(writer: ProtobufWriter, span: ReadableSpan): void {
  const spanContext = span.spanContext();
  const { parentSpanContext: parent, status, events, links } = span;
  writeIds(writer, spanContext);
  if (parent?.spanId !== undefined && parent.spanId !== "") writer.hex(4, parent.spanId);
  writer.string(5, span.name);
  writer.varint(6, span.kind + 1);
  writeTime(writer, 7, span.startTime);
  writeTime(writer, 8, span.endTime);
  writeKeyValues(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedAttributesCount);
  for (const event of events) writer.message(11, (one) => writeEvent(one, event));
  writeCount(writer, 12, span.droppedEventsCount);
  for (const link of links) writer.message(13, (one) => writeLink(one, link));
  writeCount(writer, 14, span.droppedLinksCount);
  writer.message(15, (one) => {
    if (status.message !== undefined && status.message !== "") one.string(2, status.message);
    writeCount(one, 3, status.code);
  });
  writer.fixed32(16, flagsOf(spanContext.traceFlags, parent?.isRemote));
}

function writeScope(writer: ProtobufWriter, { name, version }: ReadableSpan["instrumentationScope"]): void {
  writer.string(1, name);
  if (version !== undefined && version !== "") writer.string(2, version);
}

/** Spans of one resource and one scope stand together. */
export function encodeSpans(spans: readonly ReadableSpan[]): Uint8Array {
  const request = createProtobufWriter();
  for (const [resource, ofResource] of Map.groupBy(spans, (span) => span.resource)) {
    request.message(1, (resourceSpans) => {
      resourceSpans.message(1, (one) => writeKeyValues(one, 1, resource.attributes));
      for (const [scope, ofScope] of Map.groupBy(ofResource, (span) => span.instrumentationScope)) {
        resourceSpans.message(2, (scopeSpans) => {
          scopeSpans.message(1, (one) => writeScope(one, scope));
          let span: ReadableSpan | undefined;
          const write = (one: ProtobufWriter): void => writeSpan(one, span as ReadableSpan);
          for (span of ofScope) scopeSpans.message(2, write);
          if (scope.schemaUrl !== undefined && scope.schemaUrl !== "") scopeSpans.string(3, scope.schemaUrl);
        });
      }
      if (resource.schemaUrl !== undefined && resource.schemaUrl !== "") resourceSpans.string(3, resource.schemaUrl);
    });
  }
  return request.finish();
}
