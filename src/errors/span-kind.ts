import { ATTR, OPERATION } from "../model/index.ts";
import type { ErrorCategory } from "./categories.ts";
import { fingerprintOf, normalizeMessage } from "./fingerprint.ts";
import { type StackOptions, summarizeStack } from "./stack.ts";

type Attributes = Readonly<Record<string, unknown>>;

/** A failed span as it has ended, of whichever SDK. */
export type FailedSpan = {
  readonly name: string;
  readonly attributes: Attributes;
  /** Attributes of its last exception event. */
  readonly exception: Attributes | undefined;
  readonly statusMessage: string | undefined;
};

/** What a failed span failed with. */
export type SpanFailure = {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** What tells it apart where there is no stack: what was being done, and with what. */
  readonly where: string;
};

/** What an operation is about; any other is about a provider or a database. */
const ABOUT: Readonly<Record<string, string>> = {
  [OPERATION.executeTool]: ATTR.toolName,
  [OPERATION.executeNode]: ATTR.nodeName,
  [OPERATION.invokeWorkflow]: ATTR.workflowName,
  [OPERATION.invokeAgent]: ATTR.agentName,
};
const FINGERPRINT = /^[0-9a-f]{16}$/;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Whether it can be a fingerprint of ours: programs may put anything into an attribute. */
export const isFingerprint = (value: unknown): value is string => typeof value === "string" && FINGERPRINT.test(value);

export function failureOfSpan({ name, attributes, exception, statusMessage }: FailedSpan): SpanFailure {
  const operation = text(attributes[ATTR.operation]);
  const about =
    text(attributes[ABOUT[operation ?? ""] ?? ATTR.provider]) ??
    text(attributes[ATTR.dbSystem] ?? attributes[ATTR.dbSystemBefore]) ??
    "";
  return {
    type: text(exception?.["exception.type"]) ?? text(attributes[ATTR.errorType]) ?? "unknown",
    message: text(exception?.["exception.message"]) ?? text(statusMessage) ?? "",
    stack: text(exception?.["exception.stacktrace"]),
    // Names of other spans may have ids in them.
    where: `${operation ?? normalizeMessage(name, "unknown")} ${about}`,
  };
}

/** The fingerprint of an error: of its type, its message but for what differs, and its place in the program, else where it was seen. */
export function fingerprintOfError(
  { type, message, stack, where }: SpanFailure,
  category: ErrorCategory,
  stacks: StackOptions,
): string {
  const places = stack === undefined ? [] : summarizeStack(stack, stacks).places;
  return fingerprintOf(type, normalizeMessage(message, category), places.length === 0 ? [where] : places);
}

/** The fingerprint that a failed span has, or gets. */
export function fingerprintOfSpan(span: FailedSpan, category: ErrorCategory, stacks: StackOptions = {}): string {
  const given = span.attributes[ATTR.errorFingerprint];
  return isFingerprint(given) ? given : fingerprintOfError(failureOfSpan(span), category, stacks);
}
