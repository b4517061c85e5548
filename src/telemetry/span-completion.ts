import { type Attributes, SpanKind, type SpanStatus, SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMilliseconds, millisToHrTime } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { costAttributes, type Pricer } from "../cost/index.ts";
import {
  classifyError,
  databaseErrorType,
  type ErrorCategory,
  fingerprintOfSpan,
  type StackOptions,
} from "../errors/index.ts";
import { normalizeContent, normalizeDialect, USAGE_ATTRIBUTES } from "../genai/index.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../model/index.ts";
import { takesContent } from "./debug-mode.ts";
import type { WireFacts } from "./joined/claims.ts";
import type { Place } from "./lineage.ts";

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const count = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

export const isInference = (attributes: Attributes): boolean =>
  INFERENCE_OPERATIONS.has(String(attributes[ATTR.operation]));

const exceptionOf = (span: ReadableSpan): Attributes | undefined =>
  span.events.findLast(({ name }) => name === "exception")?.attributes;

/** The instrumentations of databases leave it to an event and a message what went wrong. */
function databaseFailureOf(
  span: ReadableSpan,
  attributes: Attributes,
  { message }: SpanStatus,
): Attributes | undefined {
  const system = text(attributes[ATTR.dbSystem] ?? attributes[ATTR.dbSystemBefore]);
  if (system === undefined || attributes[ATTR.errorType] !== undefined) return undefined;
  const exception = exceptionOf(span);
  const type = databaseErrorType({
    system,
    said: [text(exception?.["exception.message"]), message],
    name: text(exception?.["exception.type"]),
  });
  return type === undefined ? undefined : { [ATTR.errorType]: type };
}

function categoryOf(span: ReadableSpan, attributes: Attributes, { message }: SpanStatus): ErrorCategory {
  const given = text(attributes[ATTR.errorCategory]);
  if (given !== undefined) return given as ErrorCategory;
  const exception = exceptionOf(span);
  const status = count(attributes[ATTR.httpStatus]);
  const errorType = text(attributes[ATTR.errorType]);
  const name = text(exception?.["exception.type"]);
  const said = message ?? text(exception?.["exception.message"]);
  return classifyError({
    ...(errorType !== undefined && { errorType }),
    ...(name !== undefined && { name }),
    ...(said !== undefined && { message: said }),
    ...(status !== undefined && { status }),
  });
}

/** Every failed span tells its kind, those of runs and calls to models their category as well. */
function failureOf(
  span: ReadableSpan,
  attributes: Attributes,
  status: SpanStatus,
  { stacks }: CompletionOptions,
): Attributes {
  const category = categoryOf(span, attributes, status);
  const exception = exceptionOf(span);
  const kind = fingerprintOfSpan(
    { name: span.name, attributes, exception, statusMessage: status.message },
    category,
    stacks,
  );
  return {
    ...(attributes[ATTR.operation] !== undefined && { [ATTR.errorCategory]: category }),
    [ATTR.errorFingerprint]: kind,
  };
}

/** What makes a span a call that is counted. */
const COUNTED: readonly string[] = [ATTR.operation, ATTR.costUsd, ATTR.costStatus, ...Object.values(USAGE_ATTRIBUTES)];

function without(attributes: Attributes, names: readonly string[]): Attributes {
  const rest = { ...attributes };
  for (const name of names) delete rest[name];
  return rest;
}

const withoutDebug = (attributes: Attributes): Attributes =>
  ATTR.debug in attributes || ATTR.debugTruncated in attributes
    ? without(attributes, [ATTR.debug, ATTR.debugTruncated])
    : attributes;

function withContent(attributes: Attributes): Attributes {
  const { canonical, spoken } = normalizeContent(attributes);
  if (spoken.length === 0) return attributes;
  return { ...without(attributes, spoken), ...canonical };
}

export type CompletionOptions = {
  readonly pricer: Pricer;
  readonly captureContent: boolean;
  readonly stacks?: StackOptions;
};

/** What an ended span is to say in the end. */
export type Completed = { readonly attributes: Attributes; readonly status: SpanStatus };

/**
 * Completes what a span says, whoever made it: canonical names, what the wire saw of it, agent and workflow, price, error category and kind.
 */
export function complete(
  span: ReadableSpan,
  place: Place | undefined,
  facts: WireFacts | undefined,
  options: CompletionOptions,
): Completed {
  const { pricer, captureContent } = options;
  const given = span.attributes;
  let attributes = normalizeDialect(given) as Attributes;
  const isDialect = attributes !== given;
  if (facts !== undefined) attributes = { ...attributes, ...facts.attributes };
  const failure = facts?.status.code === SpanStatusCode.ERROR ? facts.status : undefined;
  const status = failure !== undefined && span.status.code === SpanStatusCode.UNSET ? failure : span.status;
  const failed = status.code === SpanStatusCode.ERROR;

  const databaseFailure = failed ? databaseFailureOf(span, attributes, status) : undefined;
  if (databaseFailure !== undefined) attributes = { ...attributes, ...databaseFailure };

  // The call below tells the same in more detail: this one keeps its name and its place.
  if (facts === undefined && place?.hasInferenceBelow === true && isInference(attributes)) {
    attributes = without(attributes, COUNTED);
  }
  if (attributes[ATTR.operation] !== undefined) {
    attributes = {
      ...(place?.agent !== undefined && { [ATTR.agentName]: place.agent }),
      ...(place?.workflow !== undefined && { [ATTR.workflowName]: place.workflow }),
      ...attributes,
      ...(isInference(attributes) &&
        costAttributes(pricer, attributes, { failed, timeMs: hrTimeToMilliseconds(span.startTime) })),
    };
  }
  if (failed) attributes = { ...attributes, ...failureOf(span, attributes, status, options) };
  // What the program has said to be no failure after all.
  else if (attributes[ATTR.runStatus] !== undefined && attributes[ATTR.errorType] !== undefined) {
    attributes = without(attributes, [ATTR.errorType, ATTR.errorCategory]);
  }
  // Ours have it from their start; what others make is completed in a copy.
  const carried = place?.carried;
  if (carried !== undefined && Object.keys(carried).some((name) => attributes[name] === undefined)) {
    attributes = { ...carried, ...attributes };
  }
  const debug = place?.debug;
  if ((captureContent || debug !== undefined) && isDialect) attributes = withContent(attributes);
  // It lets content pass: nobody else may say it.
  if (debug === undefined) attributes = withoutDebug(attributes);
  else {
    // The run itself, which ends last, tells what it is about in any case.
    const isTruncated = !takesContent(debug) && attributes[ATTR.debugEnvironment] === undefined;
    attributes = { ...attributes, [ATTR.debug]: true, ...(isTruncated && { [ATTR.debugTruncated]: true }) };
  }
  return { attributes, status };
}

/** When a call ended, where the wire knows that it lasted longer than its span: some instrumentations end theirs with the first byte. */
function endOf(span: ReadableSpan, facts: WireFacts | undefined): Pick<ReadableSpan, "endTime" | "duration"> {
  const { startTime, endTime, duration } = span;
  const endMs = facts?.endMs ?? 0;
  if (endMs <= hrTimeToMilliseconds(endTime)) return { endTime, duration };
  return { endTime: millisToHrTime(endMs), duration: millisToHrTime(endMs - hrTimeToMilliseconds(startTime)) };
}

/** An ended span with what completes it, which itself stays as it is. The span where there is nothing to add. */
export function completedView(span: ReadableSpan, completed: Completed, facts: WireFacts | undefined): ReadableSpan {
  const { attributes, status } = completed;
  if (facts === undefined && attributes === span.attributes && status === span.status) return span;
  const spanContext = span.spanContext();
  const { parentSpanContext } = span;
  const { endTime, duration } = endOf(span, facts);
  // One by one: an object made from the span as its prototype would make the span itself slow.
  return {
    name: facts?.name ?? span.name,
    kind: facts === undefined ? span.kind : SpanKind.CLIENT,
    spanContext: () => spanContext,
    ...(parentSpanContext !== undefined && { parentSpanContext }),
    startTime: span.startTime,
    endTime,
    status,
    attributes,
    links: span.links,
    events: span.events,
    duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}
