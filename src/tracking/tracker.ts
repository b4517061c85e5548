import { SeverityNumber, type SpanContext, TraceFlags } from "@opentelemetry/api";
import type { Clock, Diagnostics } from "../base/index.ts";
import {
  type ErrorCategory,
  type ErrorSeverity,
  fingerprintOfError,
  normalizeMessage,
  type StackOptions,
  summarizeStack,
} from "../errors/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import type { LogItem } from "../telemetry/index.ts";
import {
  createErrorBook,
  type ErrorGroup,
  type ErrorSummary,
  HOUR_MS,
  MINUTE_MS,
  type Remarkable,
} from "./error-book.ts";
import type { Occurrence } from "./occurrence.ts";
import { createPatternWatch, type ErrorPatternMatch, type ErrorPatternOptions, type Grouped } from "./patterns.ts";
import { createSightings } from "./sightings.ts";
import { createWebhook, type Webhook } from "./webhook.ts";

/** What is known of an error once it has been tracked. */
export type TrackedError = {
  /** The same for all errors of its kind, in every process. */
  readonly fingerprint: string;
  readonly category: ErrorCategory;
  readonly severity: ErrorSeverity;
  /** Errors of its kind so far, in this process. */
  readonly count: number;
};

export type ErrorTracker = {
  readonly report: (occurrence: Occurrence) => TrackedError | undefined;
  readonly summary: (windowMs?: number) => ErrorSummary;
  /** Returns what stops watching. The callback may be asynchronous and may fail. */
  readonly onPattern: (options: ErrorPatternOptions, callback: (match: ErrorPatternMatch) => unknown) => () => void;
};

/** A pattern of the configuration: `notify` is `log`, a URL, or `file:` and the path of a file that holds one. */
export type ConfiguredPattern = ErrorPatternOptions & { readonly notify: string };

export type ErrorTrackerOptions = {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  readonly emitLog: (log: LogItem) => void;
  readonly cleanText: (text: string) => string;
  readonly cleanValue: (value: unknown) => unknown;
  /** How the program is called, for notifications. */
  readonly service: string;
  readonly environment?: string;
  /** Where the program's own frames are. */
  readonly stacks: StackOptions;
  readonly scope: string;
  readonly patterns: readonly ConfiguredPattern[];
  readonly onFault: (error: unknown) => void;
};

export const ERROR_EVENT = "agent_observatory.error";
export const PATTERN_EVENT = "agent_observatory.error_pattern";

/** A program that fails in ever new ways is told of so many of them a minute; all are counted. */
const MAX_NEW_A_MINUTE = 60;
const MAX_PATTERNS = 100;
/** Of texts in what a program says of an error. */
export const MAX_CONTEXT_TEXT = 500;

const SEVERITY: Readonly<Record<ErrorSeverity, readonly [SeverityNumber, string]>> = {
  critical: [SeverityNumber.FATAL, "FATAL"],
  error: [SeverityNumber.ERROR, "ERROR"],
  warning: [SeverityNumber.WARN, "WARN"],
  info: [SeverityNumber.INFO, "INFO"],
};

type Watched = { readonly take: (occurrence: Grouped) => void };
type Told = Remarkable | "uncaught";

function spanContextOf({ traceId, spanId, isExported }: Occurrence): SpanContext | undefined {
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: isExported === false ? TraceFlags.NONE : TraceFlags.SAMPLED };
}

const cutText = (value: unknown): unknown => (typeof value === "string" ? value.slice(0, MAX_CONTEXT_TEXT) : value);

/** Attributes of what the program says of an error: names of its own, below one of ours. */
function contextAttributes(given: Readonly<Record<string, unknown>> = {}): Record<string, string | number | boolean> {
  const entries = Object.entries(given).map(([name, value]) => {
    const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return [`${ATTR.errorContext}.${name}`, isPlain ? value : JSON.stringify(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Takes errors from whoever sees them: counts each once, groups them, tells of new kinds and bursts, and watches for patterns. */
export function createErrorTracker(options: ErrorTrackerOptions): ErrorTracker {
  const { clock, metrics, diagnostics, emitLog, cleanText, cleanValue, stacks, scope, onFault } = options;
  const book = createErrorBook({ cleanText, cleanValue });
  const sightings = createSightings();
  const patterns = new Set<Watched>();
  let told = { minute: 0, count: 0 };

  const mayTell = (nowMs: number): boolean => {
    const minute = Math.floor(nowMs / MINUTE_MS);
    told = { minute, count: told.minute === minute ? told.count + 1 : 1 };
    return told.count <= MAX_NEW_A_MINUTE;
  };

  const tell = (what: Told, group: ErrorGroup, occurrence: Occurrence): void => {
    if (what === "new" && !mayTell(occurrence.timeMs)) return;
    const [severityNumber, severityText] = SEVERITY[what === "uncaught" ? "critical" : group.severity];
    const { agent, tool, model, sessionId, userId } = occurrence;
    emitLog({
      timeMs: occurrence.timeMs,
      severityNumber,
      severityText,
      body: `${ERROR_EVENT}: ${what === "burst" ? `${group.perMinute} in a minute of ` : ""}${occurrence.type}: ${occurrence.message}`,
      attributes: {
        [ATTR.errorFingerprint]: group.fingerprint,
        [ATTR.errorOccasion]: what,
        [ATTR.errorCategory]: group.category,
        [ATTR.errorSeverity]: group.severity,
        [ATTR.errorSource]: occurrence.source,
        [ATTR.errorCount]: group.count,
        "exception.type": occurrence.type,
        "exception.message": occurrence.message,
        ...(group.frames.length > 0 && { "exception.stacktrace": group.frames.join("\n") }),
        ...(agent !== undefined && { [ATTR.agentName]: agent }),
        ...(tool !== undefined && { [ATTR.toolName]: tool }),
        ...(model !== undefined && { [ATTR.requestModel]: model }),
        ...(sessionId !== undefined && { [ATTR.sessionId]: sessionId }),
        ...(userId !== undefined && { [ATTR.userId]: userId }),
        ...contextAttributes(occurrence.context),
      },
      spanContext: spanContextOf(occurrence),
      scope,
      eventName: ERROR_EVENT,
    });
  };

  /** Without secrets first, and cut then: the half of a secret looks like none. */
  const cleanContext = (occurrence: Occurrence): Occurrence => {
    if (occurrence.context === undefined) return occurrence;
    const entries = Object.entries(cleanValue(occurrence.context) as Readonly<Record<string, unknown>>);
    return { ...occurrence, context: Object.fromEntries(entries.map(([name, value]) => [name, cutText(value)])) };
  };

  const track = (given: Occurrence): TrackedError | undefined => {
    const occurrence = cleanContext(given);
    const { source, type, message, stack, category, severity, where = "", timeMs } = occurrence;
    const fingerprint = occurrence.fingerprint ?? fingerprintOfError({ type, message, stack, where }, category, stacks);
    const known = sightings.see({ source, type, message, timeMs, fingerprint: () => fingerprint });
    if (known !== undefined) {
      const group = book.add(known, { source, severity });
      if (group === undefined) return undefined;
      if (source === "uncaught") tell("uncaught", group, occurrence);
      return { fingerprint: known, category: group.category, severity: group.severity, count: group.count };
    }

    const { traceId, spanId, isExported } = occurrence;
    const exemplar =
      traceId !== undefined && spanId !== undefined && isExported === true ? { traceId, spanId } : undefined;
    metrics.add("errors_total", { category, severity, source }, 1, exemplar);
    metrics.add("errors_by_kind_total", { fingerprint }, 1, exemplar);
    const { group, remarkable, show } = book.record(fingerprint, occurrence, () => ({
      fingerprint,
      type: cleanText(type),
      message: normalizeMessage(cleanText(message), category),
      frames: stack === undefined ? [] : summarizeStack(stack, stacks).frames,
    }));
    if (source === "uncaught") tell("uncaught", show(), occurrence);
    else if (remarkable !== undefined) tell(remarkable, show(), occurrence);
    const grouped = { source, type, category, timeMs, fingerprint, groupMessage: group.message };
    for (const pattern of patterns) pattern.take(traceId === undefined ? grouped : { ...grouped, traceId });
    return { fingerprint, category, severity: group.severity, count: group.count };
  };

  const tellPattern = (match: ErrorPatternMatch): void => {
    metrics.add("error_pattern_matches_total", { pattern: match.pattern });
    const seconds = Math.round((match.lastSeenMs - match.firstSeenMs) / 1000);
    emitLog({
      timeMs: match.lastSeenMs,
      severityNumber: SeverityNumber.ERROR,
      severityText: "ERROR",
      body: `${PATTERN_EVENT}: ${match.pattern}: ${match.count} errors in ${seconds} s`,
      attributes: {
        [ATTR.errorPattern]: match.pattern,
        [ATTR.errorCount]: match.count,
        [ATTR.errorPatternWindowMs]: match.windowMs,
        [ATTR.errorFingerprint]: match.groups[0]?.fingerprint ?? "",
      },
      spanContext: undefined,
      scope,
      eventName: PATTERN_EVENT,
    });
  };

  const call = (name: string, callback: (match: ErrorPatternMatch) => unknown, match: ErrorPatternMatch): void => {
    const onFailure = (error: unknown): void =>
      diagnostics.warnOnce(
        `error-pattern-${name}`,
        `the callback of the error pattern ${name} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    try {
      Promise.resolve(callback(match)).catch(onFailure);
    } catch (error) {
      onFailure(error);
    }
  };

  const onPattern: ErrorTracker["onPattern"] = (given, callback) => {
    if (patterns.size >= MAX_PATTERNS) {
      diagnostics.warnOnce("error-patterns", `only ${MAX_PATTERNS} error patterns are watched; ${given.name} is not.`);
      return () => {};
    }
    const watch = createPatternWatch(given);
    const watched: Watched = {
      take: (occurrence) => {
        const match = watch.take(occurrence);
        if (match === undefined) return;
        tellPattern(match);
        const tellProgram = (): void => call(watch.name, callback, match);
        // Not in the midst of what the program does; but where the process ends by this error, there is no later.
        if (occurrence.source === "uncaught") tellProgram();
        else queueMicrotask(tellProgram);
      },
    };
    patterns.add(watched);
    return () => void patterns.delete(watched);
  };

  const notify = async (webhook: Webhook, match: ErrorPatternMatch): Promise<void> => {
    const { service, environment } = options;
    const first = match.groups[0];
    const kind = first === undefined ? "" : ` Most: ${first.type}: ${first.message}`;
    const { outcome, reason } = await webhook.send({
      version: 1,
      event: PATTERN_EVENT,
      // What services that show messages read.
      text: `${service}: error pattern ${match.pattern}: ${match.count} errors.${kind}`,
      service,
      ...(environment !== undefined && { environment }),
      ...match,
    });
    metrics.add("error_pattern_notifications_total", { pattern: match.pattern, outcome });
    if (outcome === "failed") {
      diagnostics.warnOnce(
        `error-pattern-webhook-${match.pattern}`,
        `the webhook of the error pattern ${match.pattern} was not reached (${reason ?? ""}).`,
      );
    }
  };
  for (const { notify: address, ...pattern } of options.patterns) {
    const webhook = address === "log" ? undefined : createWebhook({ address });
    onPattern(pattern, (match) => (webhook === undefined ? undefined : notify(webhook, match)));
  }

  return {
    report: (occurrence) => {
      try {
        return track(occurrence);
      } catch (error) {
        onFault(error);
        return undefined;
      }
    },
    summary: (windowMs = HOUR_MS) => {
      const wanted = Number.isFinite(windowMs) ? Math.min(HOUR_MS, Math.max(1, windowMs)) : HOUR_MS;
      return book.summary(wanted, clock.nowMs());
    },
    onPattern,
  };
}
