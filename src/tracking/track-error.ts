import { context, trace } from "@opentelemetry/api";
import { systemClock } from "../base/index.ts";
import { describeError, ERROR_SEVERITIES, type ErrorSeverity, severityOfCategory } from "../errors/index.ts";
import { ATTR } from "../model/index.ts";
import type { ErrorSummary } from "./error-book.ts";
import type { ErrorPatternMatch, ErrorPatternOptions } from "./patterns.ts";
import { placeHere } from "./place.ts";
import { runningTracker } from "./runtime.ts";
import { ERROR_EVENT, MAX_CONTEXT_TEXT, type TrackedError } from "./tracker.ts";

export type TrackErrorOptions = {
  /** Default: the agent of the current span. */
  readonly agent?: string;
  /** Default: by the category of the error. */
  readonly severity?: ErrorSeverity;
  /** What else helps to understand it: at most 20 members, texts of at most 500 characters. Redacted. */
  readonly context?: Readonly<Record<string, unknown>>;
};

const MAX_MEMBERS = 20;
/** More than is kept (`MAX_CONTEXT_TEXT`), so that no secret is cut in two before it is seen. */
const MAX_TEXT = 4 * MAX_CONTEXT_TEXT;

function bounded(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(given).slice(0, MAX_MEMBERS);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? value.slice(0, MAX_TEXT) : plain(value)]),
  );
}

function plain(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null) return value;
  try {
    return JSON.stringify(value)?.slice(0, MAX_TEXT);
  } catch {
    return "[unserializable]";
  }
}

/**
 * Tells of an error that the program has dealt with, so that it is counted and grouped with the others. An error that also fails a run, is
 * logged or ends the process is counted once. `error` may be anything that can be thrown, and is not changed. Returns how it was grouped;
 * undefined where telemetry is not running. Never throws.
 */
export function trackError(error: unknown, options: TrackErrorOptions = {}): TrackedError | undefined {
  const tracker = runningTracker();
  if (tracker === undefined) return undefined;
  try {
    const span = trace.getSpan(context.active());
    const described = describeError(error);
    const { agent, severity, context: said } = options;
    const tracked = tracker.report({
      ...placeHere(),
      ...described,
      source: "program",
      severity:
        severity !== undefined && ERROR_SEVERITIES.includes(severity)
          ? severity
          : severityOfCategory(described.category),
      timeMs: systemClock.nowMs(),
      where: "program",
      ...(agent !== undefined && { agent: String(agent) }),
      ...(typeof said === "object" && said !== null && { context: bounded(said) }),
    });
    if (tracked !== undefined && span?.isRecording() === true) {
      span.addEvent(ERROR_EVENT, {
        "exception.type": described.type,
        "exception.message": described.message,
        ...(described.stack !== undefined && { "exception.stacktrace": described.stack }),
        [ATTR.errorFingerprint]: tracked.fingerprint,
        [ATTR.errorCategory]: tracked.category,
      });
    }
    return tracked;
  } catch {
    // Whatever the program gave us is not to fail it.
    return undefined;
  }
}

const NOTHING = {
  count: 0,
  perMinute: 0,
  perHour: 0,
  byCategory: {},
  bySeverity: {},
  bySource: {},
  groups: [],
} as const;

/**
 * The errors of this process (or thread) in the last `windowMs`, an hour at most and by default: how many by category, severity and source,
 * and each kind with its frequency, its place in the program and examples. Empty where telemetry is not running.
 */
export function errorSummary(options: { readonly windowMs?: number } = {}): ErrorSummary {
  return runningTracker()?.summary(options.windowMs) ?? { ...NOTHING, windowMs: 0, forgottenGroups: 0 };
}

/**
 * Calls back once `threshold` errors of some categories or types happen within `windowMs`, and at most once in this time. What the callback
 * throws or rejects with is said once on stderr. Returns what stops watching. Does nothing where telemetry is not running.
 */
export function onErrorPattern(
  options: ErrorPatternOptions,
  callback: (match: ErrorPatternMatch) => unknown,
): () => void {
  return runningTracker()?.onPattern(options, callback) ?? (() => {});
}
