import { context, trace } from "@opentelemetry/api";
import { getRPCMetadata } from "@opentelemetry/core";
import { type Clock, systemClock } from "../base/index.ts";
import { ATTR, UNMATCHED_ROUTE } from "../model/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";
import { type HeaderPlace, type Policy, retryAfterSeconds, tellQuota } from "./answer.ts";
import { keyOf, keyOfAddress } from "./client-key.ts";
import { createQuotaBook, type Quota } from "./quota.ts";

/** Where neither the program nor a setting says. */
const DEFAULT: Policy = { limit: 100, windowMs: 60_000 };

const MIN_WINDOW_MS = 1;
/** A year. */
const MAX_WINDOW_MS = 31_536_000_000;

export type GivenOptions = { readonly limit?: unknown; readonly windowMs?: unknown; readonly key?: unknown };

/** Who asks, as far as it can be known. */
export type Asking = {
  /** Given to the program's own function. */
  readonly request: unknown;
  /** Of the other end of the connection, or where the program trusts a proxy, as its framework has it. */
  readonly address: unknown;
  /** Undefined: what instrumentations know. */
  readonly route?: string | undefined;
};

export type Limiter = {
  readonly policy: Policy;
  /** Counts a request and tells its client what is left. Says whether it is to be turned away; whatever goes wrong, it is not. */
  readonly isRefused: (asking: Asking, place: HeaderPlace) => boolean;
};

const within = (value: unknown, min: number, max: number): number | undefined =>
  typeof value === "number" && value >= min && value <= max ? Math.floor(value) : undefined;

/** What cannot be used counts as not given, and is said: a number out of the environment is a text. */
function policyOf({ limit, windowMs }: GivenOptions): Policy {
  const setting = runningTelemetry()?.api;
  const usable = (name: string, given: unknown, min: number, max: number, otherwise: number): number => {
    const number = within(given, min, max);
    if (number !== undefined) return number;
    if (given !== undefined) {
      const got = typeof given === "number" ? String(given) : typeof given;
      warnOnce(name, `expected a number from ${min} to ${max} as ${name}, got ${got}; it is ${otherwise}`);
    }
    return otherwise;
  };
  const standardMs = setting === undefined ? DEFAULT.windowMs : setting.rateWindowSeconds * 1000;
  return {
    limit: usable("limit", limit, 1, Number.MAX_SAFE_INTEGER, setting?.rateLimit ?? DEFAULT.limit),
    windowMs: usable("windowMs", windowMs, MIN_WINDOW_MS, MAX_WINDOW_MS, standardMs),
  };
}

function warnOnce(key: string, message: string): void {
  runningTelemetry()?.diagnostics.warnOnce(`rate-limit-${key}`, `rateLimit: ${message}`);
}

const nameOfError = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** Counts who is turned away by route, and says so on the server's span. */
function tellRefused({ limit, windowMs }: Policy, quota: Quota, given: string | undefined): void {
  const telemetry = runningTelemetry();
  if (telemetry === undefined) return;
  const rpc = getRPCMetadata(context.active());
  telemetry.metrics.add("http_server_rate_limited_requests_total", {
    http_route: given ?? rpc?.route ?? UNMATCHED_ROUTE,
  });
  const span = rpc?.span ?? trace.getActiveSpan();
  span?.addEvent("agent_observatory.rate_limited", {
    [ATTR.rateLimit]: limit,
    [ATTR.rateLimitWindowSeconds]: windowMs / 1000,
    [ATTR.rateLimitRetryAfterSeconds]: retryAfterSeconds(quota),
  });
}

export function createLimiter(options: GivenOptions, clock: Clock = systemClock): Limiter {
  const policy = policyOf(options);
  const count = createQuotaBook({
    ...policy,
    clock,
    onForget: () =>
      warnOnce("full", "there are more clients in a window than are kept; those that came first are forgotten"),
  });
  const keyFor = ({ request, address }: Asking): string | undefined => {
    const { key } = options;
    if (typeof key !== "function") {
      if (typeof address === "string" && address !== "") return keyOfAddress(address);
      warnOnce("address", "a connection has no address by which to tell clients apart; its requests pass. Give a key");
      return undefined;
    }
    const given: unknown = key(request);
    const usable = keyOf(given);
    if (usable === undefined && given !== undefined) {
      warnOnce(
        "kind",
        `expected a text or a number as key, got ${given === "" ? "an empty text" : typeof given}; such requests pass`,
      );
    }
    return usable;
  };
  const decide = (asking: Asking, place: HeaderPlace): boolean => {
    const key = keyFor(asking);
    if (key === undefined) return false;
    const quota = count(key);
    tellQuota(place, policy, quota);
    if (!quota.isAllowed) tellRefused(policy, quota, asking.route);
    return !quota.isAllowed;
  };
  return {
    policy,
    isRefused: (asking, place) => {
      try {
        return decide(asking, place);
      } catch (error) {
        warnOnce("fault", `the key of a request could not be made (${nameOfError(error)}); such requests pass`);
        return false;
      }
    },
  };
}
