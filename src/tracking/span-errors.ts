import { SpanStatusCode } from "@opentelemetry/api";
import {
  createNestedErrors,
  type ErrorCategory,
  type ErrorSource,
  failureOfSpan,
  isFingerprint,
  severityOfSpan,
  sourceOfSpan,
} from "../errors/index.ts";
import { ATTR } from "../model/index.ts";
import type { ReadableSpan } from "../telemetry/index.ts";
import type { Occurrence } from "./occurrence.ts";
import { placeOf } from "./place.ts";

/** Sees every ended span in canonical form, the inner ones first; returns the error that began in it, if one did. */
export type SpanErrors = { readonly of: (span: ReadableSpan, isExported: boolean) => Occurrence | undefined };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function occurrenceOf(span: ReadableSpan, source: ErrorSource, isExported: boolean): Occurrence {
  const { attributes } = span;
  const category = (text(attributes[ATTR.errorCategory]) ?? "unknown") as ErrorCategory;
  const { traceId, spanId } = span.spanContext();
  const [seconds, nanos] = span.endTime;
  const { type, message, stack, where } = failureOfSpan({
    name: span.name,
    attributes,
    exception: span.events.findLast(({ name }) => name === "exception")?.attributes,
    statusMessage: span.status.message,
  });
  const fingerprint = attributes[ATTR.errorFingerprint];
  return {
    ...placeOf(attributes),
    source,
    type,
    message,
    ...(stack !== undefined && { stack }),
    category,
    severity: severityOfSpan(source, category),
    timeMs: seconds * 1000 + nanos / 1e6,
    where,
    ...(isFingerprint(fingerprint) && { fingerprint }),
    traceId,
    spanId,
    isExported,
  };
}

export function createSpanErrors(): SpanErrors {
  const nested = createNestedErrors();
  return {
    of: (span, isExported) => {
      const failed = span.status.code === SpanStatusCode.ERROR;
      if (!failed && !nested.isWaiting()) return undefined;
      const parent = span.parentSpanContext;
      const source = failed ? sourceOfSpan(span.attributes) : undefined;
      const error = source === undefined ? undefined : occurrenceOf(span, source, isExported);
      const parentId = parent?.isRemote === true ? undefined : parent?.spanId;
      return nested.began(span.spanContext().spanId, parentId, error) ? error : undefined;
    },
  };
}
