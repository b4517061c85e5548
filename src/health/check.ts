import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { Clock } from "../base/index.ts";
import type { CheckResult } from "./report.ts";
import { failureOf, safeMessage, type Verdict, verdictOf } from "./verdict.ts";

/**
 * Looks at one thing. Throws, rejects or returns `false` where it is not well; may return `{ status, message }` to say more. `signal`
 * aborts when the time is up.
 */
export type HealthCheck = (run: { readonly signal: AbortSignal }) => unknown;

export type CheckOptions = {
  /** How long a run may take. Default: 2000. */
  readonly timeoutMs?: number;
  /** Whether the whole is unhealthy with this check, and not only degraded. Default: true. */
  readonly critical?: boolean;
  /** How long a result is used again. Default: 1000. */
  readonly cacheMs?: number;
};

export type Check = {
  readonly name: string;
  /** A run in progress is shared, a fresh result used again. Always resolves, within the timeout. `hold` keeps the process until then. */
  readonly run: (hold: boolean) => Promise<CheckResult>;
};

export type CheckSetup = {
  readonly name: string;
  readonly check: HealthCheck;
  readonly options: CheckOptions;
  readonly clock: Clock;
  /** Takes secrets out of a message. */
  readonly clean: (text: string) => string;
  readonly onResult: (result: CheckResult) => void;
};

const DEFAULT_TIMEOUT_MS = 2000;
const DEFAULT_CACHE_MS = 1000;
const LONGEST_TIMER_MS = 2_147_483_647;
/** Runs whose time was up and that have not ended: a hung database gets no heap of questions. */
const MAX_UNFINISHED = 3;
/** After this another run is tried in the place of one that may never end. */
const FORGOTTEN_AFTER_MS = 60_000;

const amountOf = (given: unknown, standard: number): number =>
  typeof given === "number" && given >= 0 ? Math.min(given, LONGEST_TIMER_MS) : standard;

export function createCheck({ name, check, options, clock, clean, onResult }: CheckSetup): Check {
  const timeoutMs = Math.max(1, amountOf(options.timeoutMs, DEFAULT_TIMEOUT_MS));
  const cacheMs = amountOf(options.cacheMs, DEFAULT_CACHE_MS);
  const critical = options.critical !== false;
  const unfinished = new Set<{ readonly sinceMs: number }>();
  let last: { readonly result: CheckResult; readonly atMs: number } | undefined;
  let current: { readonly promise: Promise<CheckResult>; readonly timer: NodeJS.Timeout } | undefined;

  const settle = (startedMs: number, { status, message }: Verdict): CheckResult => {
    const atMs = clock.nowMs();
    const result: CheckResult = {
      name,
      status,
      critical,
      message: safeMessage(message, clean),
      durationMs: Math.round((atMs - startedMs) * 10) / 10,
      checkedAt: new Date(atMs).toISOString(),
    };
    last = { result, atMs };
    onResult(result);
    return result;
  };

  /** Its requests are no part of what the program does: no spans come of them. */
  const ask = async (signal: AbortSignal): Promise<Verdict> => {
    try {
      return verdictOf(await context.with(suppressTracing(ROOT_CONTEXT), () => check({ signal })));
    } catch (error) {
      return failureOf(error);
    }
  };

  const start = (startedMs: number): NonNullable<typeof current> => {
    const { promise, resolve } = Promise.withResolvers<CheckResult>();
    const abort = new AbortController();
    const run = { sinceMs: startedMs };
    unfinished.add(run);
    const finish = (verdict: Verdict): void => {
      if (current?.promise !== promise) return;
      current = undefined;
      clearTimeout(timer);
      resolve(settle(startedMs, verdict));
    };
    const timer = setTimeout(() => {
      finish({ status: "unhealthy", message: `no answer within ${timeoutMs} ms` });
      abort.abort(new DOMException(`The health check took longer than ${timeoutMs} ms.`, "TimeoutError"));
    }, timeoutMs);
    timer.unref();
    current = { promise, timer };
    const started = current;
    void ask(abort.signal).then((verdict) => {
      unfinished.delete(run);
      finish(verdict);
    });
    return started;
  };

  return {
    name,
    run: async (hold) => {
      const nowMs = clock.nowMs();
      if (current === undefined) {
        if (last !== undefined && nowMs - last.atMs < cacheMs) return last.result;
        for (const one of unfinished) if (nowMs - one.sinceMs >= FORGOTTEN_AFTER_MS) unfinished.delete(one);
        if (unfinished.size >= MAX_UNFINISHED) {
          const message = `no answer within ${timeoutMs} ms, and ${unfinished.size} runs have not ended`;
          return settle(nowMs, { status: "unhealthy", message });
        }
      }
      const { promise, timer } = current ?? start(nowMs);
      if (hold) timer.ref();
      return await promise;
    },
  };
}
