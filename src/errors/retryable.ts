import type { ErrorCategory } from "./categories.ts";
import { describeError, errorFacts, readMember } from "./describe.ts";

/** Categories that another try may help with. */
export const RETRYABLE_CATEGORIES = ["timeout", "rate_limit", "network", "api"] as const satisfies ErrorCategory[];

/** Of a used-up account: it stays used up, however long one waits. */
const FINAL_CODES =
  /^(?:insufficient_quota|quota_exceeded|billing_hard_limit_reached|billing_not_active|billing_error)$/i;
/** Certificates do not get better. */
const FINAL_NETWORK = /CERT|SIGNATURE|ERR_SSL|ERR_TLS/;
const MIN_SERVER_ERROR = 500;
/** Besides 5xx: timeout, conflict (a lock), too early, too many. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);
/** Not implemented, version not supported. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([501, 505]);

/** What an SDK keeps the headers of an answer in: OpenAI and Anthropic, the AI SDK, axios and others. */
function headersOf(thrown: unknown): unknown {
  return (
    readMember(thrown, "headers") ??
    readMember(thrown, "responseHeaders") ??
    readMember(readMember(thrown, "response"), "headers") ??
    readMember(readMember(thrown, "rawResponse"), "headers") ??
    readMember(readMember(thrown, "$response"), "headers")
  );
}

function headerOf(thrown: unknown, name: string): string | undefined {
  const headers = headersOf(thrown);
  if (typeof headers !== "object" || headers === null) return undefined;
  try {
    const { get } = headers as { get?: unknown };
    const value: unknown =
      typeof get === "function"
        ? get.call(headers, name)
        : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever the SDK gave up on: the error in its `cause` or `lastError` knows more. */
function chainOf(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = thrown; at !== undefined && at !== null && chain.length < 4; ) {
    chain.push(at);
    at = readMember(at, "lastError") ?? readMember(at, "cause");
  }
  return chain;
}

/** Whether another try may do better. The server's own word (`x-should-retry`) counts first, then status and code, then the category. */
export function isWorthRetrying(thrown: unknown, categories: readonly ErrorCategory[] = RETRYABLE_CATEGORIES): boolean {
  const { type, message, category } = describeError(thrown);
  const chain = chainOf(thrown);
  const said = chain.map((error) => headerOf(error, "x-should-retry")).find((word) => word !== undefined);
  if (said !== undefined) return said === "true";
  const facts = chain.map((error) => errorFacts(error, type, message));
  const words = facts.flatMap(({ code, errorType }) => [String(code ?? ""), errorType ?? ""]);
  if (words.some((word) => FINAL_CODES.test(word))) return false;
  if (category === "network" && words.some((word) => FINAL_NETWORK.test(word))) return false;
  if (!categories.includes(category)) return false;
  const status = facts.find((one) => one.status !== undefined)?.status;
  if (category !== "api" || status === undefined) return true;
  return (status >= MIN_SERVER_ERROR && !FINAL_STATUSES.has(status)) || PASSING_STATUSES.has(status);
}

/** Google's APIs say it in the body, which its SDK gives out as the message. */
const RETRY_INFO = /"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d{1,9})?)s"/;

/**
 * How long the other side asks to wait, in milliseconds: `retry-after-ms`, `retry-after` (seconds or a date), or Google's `retryDelay`.
 * Undefined where it says nothing.
 */
export function retryAfterMs(thrown: unknown, nowMs: number): number | undefined {
  for (const error of chainOf(thrown)) {
    const milliseconds = Number(headerOf(error, "retry-after-ms") ?? Number.NaN);
    if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
    const after = headerOf(error, "retry-after")?.trim();
    if (after !== undefined && after !== "") {
      const seconds = Number(after);
      if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
      const dateMs = Date.parse(after);
      if (Number.isFinite(dateMs)) return Math.max(0, dateMs - nowMs);
    }
    const message = readMember(error, "message");
    const delay = typeof message === "string" ? RETRY_INFO.exec(message.slice(0, 20_000))?.[1] : undefined;
    if (delay !== undefined) return Number(delay) * 1000;
  }
  return undefined;
}
