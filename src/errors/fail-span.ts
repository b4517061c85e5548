import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { ATTR } from "../model/index.ts";
import type { ErrorDescription } from "./describe.ts";

/** Marks a span as failed, in the words of the OpenTelemetry conventions for errors and exceptions. Does not end it. */
export function failSpan(span: Span, { type, message, stack, category }: ErrorDescription): void {
  span.setAttributes({ [ATTR.errorType]: type, [ATTR.errorCategory]: category });
  span.recordException({ name: type, message, ...(stack !== undefined && { stack }) });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
