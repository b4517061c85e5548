import { context, type Span, SpanKind, trace } from "@opentelemetry/api";
import { describeError, failSpan } from "../errors/index.ts";
import { ATTR } from "../model/index.ts";
import { recordRecovery } from "../records/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";
import type { FailedAttempt, RetryPlan } from "./plan.ts";

/** How a call of `retry` came out. */
export type RetryOutcome = "ok" | "recovered" | "exhausted" | "refused" | "aborted";

/** Tells of the attempts: on the current span, or on one of its own where there is none, and in metrics. */
export type RetryTrace = {
  /** Runs the whole in the context of the span. */
  readonly run: <T>(body: () => T) => T;
  readonly started: (attempt: number, waitedMs: number) => void;
  readonly failed: (error: unknown, attempt: FailedAttempt) => void;
  readonly ended: (outcome: RetryOutcome, error?: unknown) => void;
};

const ATTEMPT_EVENT = "agent_observatory.retry.attempt";
const FAILED_EVENT = "agent_observatory.retry.failed";
const NOTHING: RetryTrace = { run: (body) => body(), started: () => {}, failed: () => {}, ended: () => {} };

/** Nothing here may fail what is tried. */
function guarded(step: () => void): void {
  try {
    step();
  } catch {
    // Told by nobody, as there is no place for it that could not fail as well.
  }
}

export function createRetryTrace({ name, strategy }: RetryPlan, agent: string | undefined): RetryTrace {
  const telemetry = runningTelemetry();
  if (telemetry === undefined) return NOTHING;
  const { metrics } = telemetry;
  const startedMs = performance.now();
  const current = trace.getSpan(context.active());
  // Without a span there would be nothing that holds the attempts together.
  const own: Span | undefined =
    current === undefined ? telemetry.tracer.startSpan(`retry ${name}`, { kind: SpanKind.INTERNAL }) : undefined;
  const span = own ?? current;
  let attempts = 0;

  return {
    run: (body) => (own === undefined ? body() : context.with(trace.setSpan(context.active(), own), body)),
    started: (attempt, waitedMs) =>
      guarded(() => {
        attempts = attempt;
        metrics.add("retry_attempts_total", { strategy });
        // The first attempt is what the span itself is about.
        if (attempt === 1) return;
        span?.addEvent(ATTEMPT_EVENT, {
          [ATTR.retryName]: name,
          [ATTR.retryAttempt]: attempt,
          [ATTR.retryDelayMs]: Math.round(waitedMs),
        });
      }),
    failed: (error, { attempt, category, delayMs }) =>
      guarded(() => {
        const { type, message } = describeError(error);
        span?.addEvent(FAILED_EVENT, {
          [ATTR.retryName]: name,
          [ATTR.retryAttempt]: attempt,
          [ATTR.retryDelayMs]: Math.round(delayMs),
          [ATTR.errorCategory]: category,
          "exception.type": type,
          "exception.message": message,
        });
      }),
    ended: (outcome, error) =>
      guarded(() => {
        metrics.add("retry_outcomes_total", { strategy, outcome });
        if (attempts > 1) {
          recordRecovery({
            strategy,
            succeeded: outcome === "recovered",
            durationMs: performance.now() - startedMs,
            ...(agent !== undefined && { agent }),
          });
        }
        if (attempts > 1 || own !== undefined) {
          span?.setAttributes({
            [ATTR.retryName]: name,
            [ATTR.retryStrategy]: strategy,
            [ATTR.retryAttempts]: attempts,
            [ATTR.retryOutcome]: outcome,
          });
        }
        if (own === undefined) return;
        if (outcome !== "ok" && outcome !== "recovered") failSpan(own, describeError(error));
        own.end();
      }),
  };
}
