import { type Attributes, SpanKind, type SpanStatus, SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMilliseconds, millisToHrTime } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { costAttributes, type Pricer } from "../cost/index.ts";
import { classifyError } from "../errors/index.ts";
import { normalizeContent, normalizeDialect, USAGE_ATTRIBUTES } from "../genai/index.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../model/index.ts";
import type { WireFacts } from "./joined/claims.ts";
import type { Place } from "./lineage.ts";

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const count = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

export const isInference = (attributes: Attributes): boolean =>
  INFERENCE_OPERATIONS.has(String(attributes[ATTR.operation]));

function categoryOf(span: ReadableSpan, attributes: Attributes, { message }: SpanStatus): Attributes | undefined {
  if (attributes[ATTR.errorCategory] !== undefined) return undefined;
  const exception = span.events.findLast(({ name }) => name === "exception")?.attributes;
  const status = count(attributes[ATTR.httpStatus]);
  const errorType = text(attributes[ATTR.errorType]);
  const name = text(exception?.["exception.type"]);
  const said = message ?? text(exception?.["exception.message"]);
  const category = classifyError({
    ...(errorType !== undefined && { errorType }),
    ...(name !== undefined && { name }),
    ...(said !== undefined && { message: said }),
    ...(status !== undefined && { status }),
  });
  return { [ATTR.errorCategory]: category };
}

/** What makes a span a call that is counted. */
const COUNTED: readonly string[] = [ATTR.operation, ATTR.costUsd, ATTR.costStatus, ...Object.values(USAGE_ATTRIBUTES)];

function without(attributes: Attributes, names: readonly string[]): Attributes {
  const rest = { ...attributes };
  for (const name of names) delete rest[name];
  return rest;
}

function withContent(attributes: Attributes): Attributes {
  const { canonical, spoken } = normalizeContent(attributes);
  if (spoken.length === 0) return attributes;
  return { ...without(attributes, spoken), ...canonical };
}

export type CompletionOptions = { readonly pricer: Pricer; readonly captureContent: boolean };

/** What an ended span is to say in the end. */
export type Completed = { readonly attributes: Attributes; readonly status: SpanStatus };

/**
 * Completes what a span says, whoever made it: canonical names, what the wire saw of it, agent and workflow, error category, price.
 */
export function complete(
  span: ReadableSpan,
  place: Place | undefined,
  facts: WireFacts | undefined,
  { pricer, captureContent }: CompletionOptions,
): Completed {
  const given = span.attributes;
  let attributes = normalizeDialect(given) as Attributes;
  const isDialect = attributes !== given;
  if (facts !== undefined) attributes = { ...attributes, ...facts.attributes };
  const failure = facts?.status.code === SpanStatusCode.ERROR ? facts.status : undefined;
  const status = failure !== undefined && span.status.code === SpanStatusCode.UNSET ? failure : span.status;
  const failed = status.code === SpanStatusCode.ERROR;

  // The call below tells the same in more detail: this one keeps its name and its place.
  if (facts === undefined && place?.hasInferenceBelow === true && isInference(attributes)) {
    attributes = without(attributes, COUNTED);
  }
  if (attributes[ATTR.operation] !== undefined) {
    attributes = {
      ...(place?.agent !== undefined && { [ATTR.agentName]: place.agent }),
      ...(place?.workflow !== undefined && { [ATTR.workflowName]: place.workflow }),
      ...attributes,
      ...(failed && categoryOf(span, attributes, status)),
      ...(isInference(attributes) &&
        costAttributes(pricer, attributes, { failed, timeMs: hrTimeToMilliseconds(span.startTime) })),
    };
  }
  if (captureContent && isDialect) attributes = withContent(attributes);
  return { attributes, status };
}

/** An ended span with what completes it: it looks like the span, which itself stays as it is. */
export function completedView(span: ReadableSpan, completed: Completed, facts: WireFacts | undefined): ReadableSpan {
  const said: PropertyDescriptorMap = {
    attributes: { value: completed.attributes },
    status: { value: completed.status },
  };
  if (facts !== undefined) {
    said["name"] = { value: facts.name };
    said["kind"] = { value: SpanKind.CLIENT };
    const { endMs = 0 } = facts;
    // Some instrumentations end their span with the first byte of a stream.
    if (endMs > hrTimeToMilliseconds(span.endTime)) {
      said["endTime"] = { value: millisToHrTime(endMs) };
      said["duration"] = { value: millisToHrTime(endMs - hrTimeToMilliseconds(span.startTime)) };
    }
  }
  return Object.create(span, said) as ReadableSpan;
}
