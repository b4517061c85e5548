import { parseFloat64, quote } from "../../gotext/index.ts";
import { ParseError, parseCount } from "../parse-error.ts";
import { nsToMs, parseRfc3339Ns, secondsToNs } from "../times.ts";
import { inParameter } from "./error.ts";

/**
 * The ends of time for requests that name none: what a Date can be. Prometheus goes further, but no sample of ours does, and these
 * still are safe integers.
 */
export const MIN_TIME_NS = -8_640_000_000_000_000n * 1_000_000n;
export const MAX_TIME_NS = 8_640_000_000_000_000n * 1_000_000n;

// How Prometheus writes its own ends of time; clients that got them send them back.
const ENDS: Readonly<Record<string, bigint>> = {
  "-292273086-05-16T16:47:06Z": MIN_TIME_NS,
  "292277025-08-18T07:12:54.999999999Z": MAX_TIME_NS,
};

const clamp = (ns: bigint): bigint => (ns < MIN_TIME_NS ? MIN_TIME_NS : ns > MAX_TIME_NS ? MAX_TIME_NS : ns);

/** Seconds since the epoch with a fraction, or RFC 3339. Throws `ParseError`. */
export function parseTimeNs(text: string): bigint {
  const seconds = parseFloat64(text);
  if (typeof seconds === "number" && Number.isFinite(seconds)) return clamp(secondsToNs(seconds));
  const ns = parseRfc3339Ns(text) ?? ENDS[text];
  if (ns === undefined) throw new ParseError(`cannot parse ${quote(text)} to a valid timestamp`);
  return clamp(ns);
}

/** The time of an optional parameter. */
export function optionalTimeNs(params: URLSearchParams, name: string, otherwise: bigint): bigint {
  const text = params.get(name) ?? "";
  if (text === "") return otherwise;
  return inParameter(name, () => {
    try {
      return parseTimeNs(text);
    } catch (error) {
      throw new ParseError(`invalid time value for '${name}': ${error instanceof Error ? error.message : error}`);
    }
  });
}

export type TimeRange = { readonly startMs: number; readonly endMs: number; readonly isReversed: boolean };

/** `start` and `end` of requests where both may be missing. */
export function optionalRange(params: URLSearchParams): TimeRange {
  const startNs = optionalTimeNs(params, "start", MIN_TIME_NS);
  const endNs = optionalTimeNs(params, "end", MAX_TIME_NS);
  return { startMs: nsToMs(startNs), endMs: nsToMs(endNs), isReversed: endNs < startNs };
}

/** 0: no limit. */
export function parseLimit(params: URLSearchParams): number {
  const text = params.get("limit") ?? "";
  if (text === "") return 0;
  return inParameter("limit", () => {
    const limit = parseCount(text);
    if (limit < 0) throw new ParseError("limit must be non-negative");
    return limit;
  });
}

export const TRUNCATED = "results truncated due to limit";

export const truncated = <Item>(items: readonly Item[], limit: number): readonly Item[] | undefined =>
  limit > 0 && items.length > limit ? items.slice(0, limit) : undefined;
