import { systemClock } from "../base/index.ts";
import { describeError, isWorthRetrying, retryAfterMs } from "../errors/index.ts";
import { planOf, type RetryOptions } from "./plan.ts";
import { createRetryTrace, type RetryOutcome } from "./retry-trace.ts";

/** What the function is told of the attempt that it is. */
export type RetryAttempt = {
  /** From 1. */
  readonly attempt: number;
  /** That of the options; one that never aborts where there is none. */
  readonly signal: AbortSignal;
};

/** Whoever was turned away at the same time is not to come back at the same time. */
const RETRY_AFTER_JITTER = 0.1;

/**
 * What an attempt threw, in an Error: the library changes or refuses other values, and takes some errors of the program for signs of its own.
 */
type Carrier = Error & { readonly thrown: unknown };
const carrierOf = (thrown: unknown): Carrier => Object.assign(new Error("an attempt failed"), { thrown });

function waited(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // What is aborted already does not say so again.
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Runs `fn` now, and again while it fails with something that passes: timeouts, limits, broken connections, servers in trouble. Waits longer
 * each time, and at least as long as the other side asks (`Retry-After`). Resolves with what `fn` returns, or rejects with what its last
 * attempt threw, the very value; when `signal` aborts, with its reason. Each attempt is an event of the current span; counted by strategy
 * (`retry_attempts_total`, `retry_outcomes_total`), and as a recovery where the first attempt failed.
 */
export async function retry<T>(
  options: string | RetryOptions,
  fn: (attempt: RetryAttempt) => T | PromiseLike<T>,
): Promise<Awaited<T>> {
  const plan = planOf(options);
  const given: Partial<RetryOptions> = typeof options === "string" ? {} : (options ?? {});
  const signal = given.signal ?? new AbortController().signal;
  const { default: pRetry } = await import("p-retry");
  const tracing = createRetryTrace(plan, given.agent);
  const startedMs = performance.now();
  const leftMs = (): number => plan.maxElapsedMs - (performance.now() - startedMs);

  let attempts = 0;
  let failedMs = startedMs;
  let outcome: RetryOutcome = "exhausted";
  let returned: { readonly value: Awaited<T> } | undefined;

  const attempt = async (number: number): Promise<void> => {
    attempts = number;
    tracing.started(number, performance.now() - failedMs);
    try {
      returned = { value: await fn({ attempt: number, signal }) };
    } catch (thrown) {
      failedMs = performance.now();
      throw carrierOf(thrown);
    }
  };
  const isWanted = async (thrown: unknown, failed: Parameters<NonNullable<RetryOptions["onRetry"]>>[1]) => {
    if (given.shouldRetry === undefined) return isWorthRetrying(thrown, plan.categories);
    try {
      return (await given.shouldRetry(thrown, failed)) === true;
    } catch {
      return false;
    }
  };
  /** Decides on another attempt, and waits as long as the other side asks beyond the library's own delay. */
  const shouldRetry = async (thrown: unknown, retryDelayMs: number): Promise<boolean> => {
    const { category } = describeError(thrown);
    const asked = retryAfterMs(thrown, systemClock.nowMs());
    const jitter = 1 + RETRY_AFTER_JITTER * Math.random();
    const delayMs = Math.max(retryDelayMs, (asked ?? 0) * jitter);
    if (!(await isWanted(thrown, { attempt: attempts, category, delayMs }))) {
      outcome = "refused";
      tracing.failed(thrown, { attempt: attempts, category, delayMs: 0 });
      return false;
    }
    // An attempt before the time that the other side names would be refused as well.
    const isLast = attempts >= plan.attempts || leftMs() <= (asked ?? 0);
    const failed = { attempt: attempts, category, delayMs: isLast ? 0 : delayMs };
    tracing.failed(thrown, failed);
    if (isLast) return false;
    try {
      given.onRetry?.(thrown, failed);
    } catch {
      // Who only looks on is not to change what happens.
    }
    if (delayMs > retryDelayMs) await waited(delayMs - retryDelayMs, signal);
    return true;
  };

  const run = async (): Promise<Awaited<T>> => {
    let last: unknown;
    try {
      await pRetry(attempt, {
        retries: plan.attempts - 1,
        minTimeout: plan.minDelayMs,
        maxTimeout: plan.maxDelayMs,
        factor: plan.factor,
        maxRetryTime: plan.maxElapsedMs,
        randomize: true,
        signal,
        onFailedAttempt: ({ error, retryDelay, retriesLeft }) => {
          last = (error as Carrier).thrown;
          // Otherwise `shouldRetry` is not asked.
          if (retriesLeft > 0 && leftMs() > 0) return;
          tracing.failed(last, { attempt: attempts, category: describeError(last).category, delayMs: retryDelay });
        },
        shouldRetry: ({ error, retryDelay }) => shouldRetry((error as Carrier).thrown, retryDelay),
      });
    } catch (error) {
      // What succeeded is the program's, though it may have lost interest meanwhile.
      if (returned === undefined) {
        const thrown = error instanceof Error && "thrown" in error ? error.thrown : error;
        tracing.ended(signal.aborted ? "aborted" : outcome, thrown);
        throw thrown;
      }
    }
    tracing.ended(attempts > 1 ? "recovered" : "ok");
    return (returned as { readonly value: Awaited<T> }).value;
  };
  return tracing.run(run);
}
