import { context, isSpanContextValid, trace } from "@opentelemetry/api";
import { ATTR } from "../model/index.ts";
import { carriedBy, runningTelemetry } from "../telemetry/index.ts";
import type { ErrorPlace } from "./occurrence.ts";

const ATTRIBUTES = {
  agent: [ATTR.agentName],
  tool: [ATTR.toolName],
  model: [ATTR.requestModel, ATTR.responseModel],
  sessionId: [ATTR.sessionId, ATTR.conversationId],
  userId: [ATTR.userId],
} as const;

/** Who and what was at work, as spans say it. */
export function placeOf(attributes: Readonly<Record<string, unknown>>): ErrorPlace {
  const place: Record<string, string> = {};
  for (const [member, names] of Object.entries(ATTRIBUTES)) {
    const value = names.map((name) => attributes[name]).find((one) => typeof one === "string" && one !== "");
    if (typeof value === "string") place[member] = value;
  }
  return place;
}

/** Attributes of a span of the SDK; other spans do not say theirs. */
const attributesOf = (span: unknown): Readonly<Record<string, unknown>> =>
  (span as { readonly attributes?: Readonly<Record<string, unknown>> } | undefined)?.attributes ?? {};

/** What is at work at this moment. */
export function placeHere(): ErrorPlace {
  const current = context.active();
  const span = trace.getSpan(current);
  const spanContext = span?.spanContext();
  const agent = runningTelemetry()?.here()?.agent;
  return {
    ...(agent !== undefined && { agent }),
    ...placeOf({ ...carriedBy(current)?.attributes, ...attributesOf(span) }),
    ...(spanContext !== undefined &&
      isSpanContextValid(spanContext) && { traceId: spanContext.traceId, spanId: spanContext.spanId }),
  };
}
