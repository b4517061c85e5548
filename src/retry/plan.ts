import { ERROR_CATEGORIES, type ErrorCategory, RETRYABLE_CATEGORIES } from "../errors/index.ts";

/** What is known of an attempt that failed. */
export type FailedAttempt = {
  /** From 1. */
  readonly attempt: number;
  readonly category: ErrorCategory;
  /** How long is waited before the next one; 0 where there will be none. */
  readonly delayMs: number;
};

export type RetryOptions = {
  readonly name: string;
  /** What the metrics count it by. Default: `exponential_backoff`. */
  readonly strategy?: string;
  /** All attempts, the first one as well. Default: 4. */
  readonly attempts?: number;
  /** Before the second attempt; doubled for each further one, times 1 to 2 at random. Default: 500. */
  readonly minDelayMs?: number;
  /** Default: 30,000. */
  readonly maxDelayMs?: number;
  /** What each delay is to the one before. Default: 2. */
  readonly factor?: number;
  /** For everything together, waiting as well: no attempt begins later. Default: 120,000. */
  readonly maxElapsedMs?: number;
  /** What is worth another try. Default: timeout, rate_limit, network, api. */
  readonly categories?: readonly ErrorCategory[];
  /** Decides in place of the categories. What it throws counts as no. */
  readonly shouldRetry?: (error: unknown, attempt: FailedAttempt) => boolean | Promise<boolean>;
  /** Sees each failed attempt before the wait. */
  readonly onRetry?: (error: unknown, attempt: FailedAttempt) => void;
  /** Ends the waiting, and with the function's help the attempt. */
  readonly signal?: AbortSignal;
  /** For the recovery that is recorded. Default: the agent that is running. */
  readonly agent?: string;
};

/** Options, each with a value that can be used. */
export type RetryPlan = Required<
  Pick<RetryOptions, "name" | "strategy" | "attempts" | "minDelayMs" | "maxDelayMs" | "factor" | "maxElapsedMs">
> & { readonly categories: readonly ErrorCategory[] };

const MAX_ATTEMPTS = 1000;
/** Beyond 2^31-1 Node's timers fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

function numberOf(value: unknown, fallback: number, min: number, max: number): number {
  return typeof value === "number" && !Number.isNaN(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

const textOf = (value: unknown, fallback: string): string =>
  typeof value === "string" && value !== "" ? value : fallback;

/** What cannot be used has its default: a mistake here is not to keep the program from calling. */
export function planOf(given: string | RetryOptions): RetryPlan {
  const options: Partial<RetryOptions> = typeof given === "string" ? { name: given } : (given ?? {});
  const categories = Array.isArray(options.categories)
    ? options.categories.filter((one) => ERROR_CATEGORIES.includes(one))
    : RETRYABLE_CATEGORIES;
  const minDelayMs = numberOf(options.minDelayMs, 500, 0, MAX_DELAY_MS);
  return {
    name: textOf(options.name, "retry"),
    strategy: textOf(options.strategy, "exponential_backoff"),
    attempts: Math.floor(numberOf(options.attempts, 4, 1, MAX_ATTEMPTS)),
    minDelayMs,
    maxDelayMs: Math.max(minDelayMs, numberOf(options.maxDelayMs, 30_000, 0, MAX_DELAY_MS)),
    factor: numberOf(options.factor, 2, 1, 100),
    maxElapsedMs: numberOf(options.maxElapsedMs, 120_000, 1, MAX_DELAY_MS),
    categories,
  };
}
