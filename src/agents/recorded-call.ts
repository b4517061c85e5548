import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Span,
  type SpanKind,
  trace,
} from "@opentelemetry/api";
import type { Reservation } from "../budgets/index.ts";
import { describeError, failSpan } from "../errors/index.ts";
import { ATTR } from "../model/index.ts";
import type { Telemetry } from "../telemetry/index.ts";

/** How the span of one call is made. */
export type SpanRecipe = {
  readonly spanName: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** Where arguments and results stand, if content is captured. */
  readonly inputAttribute: string;
  readonly outputAttribute: string;
  /** How they are told; as JSON where it is not given. */
  readonly contentOf?: (value: unknown) => string | undefined;
};

/** A call while it is recorded, and after. */
export type RecordedCall = {
  readonly span: Span;
  readonly recipe: SpanRecipe;
  readonly captureContent: boolean;
  /** The context in which the call runs. */
  inside: Context;
  /** As the program set it. */
  status: string | undefined;
  failed: boolean;
  ended: boolean;
  /** The program has said itself what came out. */
  hasOutput: boolean;
  /** Of a call to a model that counts in budgets as long as it lasts. */
  reservation: Reservation | undefined;
  /** Called right before the end. */
  onEnd: (() => void) | undefined;
  /** What the program has in its hands of it, made when it asks. */
  handle: object | undefined;
};

const CALL_KEY = createContextKey("agent-observatory.call");
/** A status is a word. */
const MAX_STATUS = 64;

/** The innermost call of ours that `at` lies in. */
export const callIn = (at: Context): RecordedCall | undefined => at.getValue(CALL_KEY) as RecordedCall | undefined;

export function startCall(
  { tracer, captures }: Telemetry,
  recipe: SpanRecipe,
  outer: Context = context.active(),
): RecordedCall {
  const { spanName, kind, attributes } = recipe;
  const span = tracer.startSpan(spanName, { kind, attributes }, outer);
  const call = {
    span,
    recipe,
    captureContent: captures(outer),
    status: undefined,
    failed: false,
    ended: false,
    hasOutput: false,
    reservation: undefined,
    onEnd: undefined,
    handle: undefined,
  };
  return Object.assign(call, { inside: trace.setSpan(outer, span).setValue(CALL_KEY, call) }) as RecordedCall;
}

function contentOf(value: unknown): string | undefined {
  try {
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function capture(call: RecordedCall, attribute: string, value: unknown): void {
  if (!call.captureContent || call.ended || value === undefined) return;
  const content = (call.recipe.contentOf ?? contentOf)(value);
  if (content !== undefined) call.span.setAttribute(attribute, content);
}

export const captureInput = (call: RecordedCall, value: unknown): void =>
  capture(call, call.recipe.inputAttribute, value);

export function captureOutput(call: RecordedCall, value: unknown): void {
  call.hasOutput = true;
  capture(call, call.recipe.outputAttribute, value);
}

/** Marks the call as failed, and goes on. */
export function failCall(call: RecordedCall, thrown: unknown): void {
  if (call.ended) return;
  call.failed = true;
  failSpan(call.span, describeError(thrown));
}

/** `error` fails the call; any other word is its outcome, also where it ends with an error. */
export function setCallStatus(call: RecordedCall, given: unknown): void {
  if (call.ended || typeof given !== "string" || given === "") return;
  const status = given.slice(0, MAX_STATUS);
  call.status = status;
  call.span.setAttribute(ATTR.runStatus, status);
  if (status === "error") {
    if (call.failed) return;
    call.failed = true;
    call.span.setAttribute(ATTR.errorType, "_OTHER");
    call.span.setStatus({ code: SPAN_ERROR });
  } else if (call.failed) {
    call.failed = false;
    call.span.setStatus({ code: SPAN_OK });
  }
}

// SpanStatusCode of the API, which would be loaded for these two.
const SPAN_OK = 1;
const SPAN_ERROR = 2;

/** Ends the call. Only the first end counts. */
export function endCall(call: RecordedCall): void {
  if (call.ended) return;
  try {
    call.onEnd?.();
  } catch {
    // It ends all the same.
  }
  call.reservation?.end();
  call.ended = true;
  call.span.end();
}

export function endWithOutput(call: RecordedCall, value: unknown): void {
  if (!call.hasOutput) capture(call, call.recipe.outputAttribute, value);
  endCall(call);
}

/** What the program has called otherwise beforehand, such as `cancelled`, is no failure: its error is an event only. */
export function endWithError(call: RecordedCall, thrown: unknown): void {
  if (call.ended) return;
  if (call.status === undefined || call.status === "ok" || call.status === "error") {
    failCall(call, thrown);
  } else {
    const { type, message, stack } = describeError(thrown);
    call.span.recordException({ name: type, message, ...(stack !== undefined && { stack }) });
  }
  endCall(call);
}

/** Of a stream that nobody reads to its end. */
export function endAbandoned(call: RecordedCall): void {
  if (!call.ended) call.span.setAttribute(ATTR.streamOutcome, "abandoned");
  endCall(call);
}
