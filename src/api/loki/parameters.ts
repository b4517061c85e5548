import { formatDuration, formatGoDuration, parseDuration, parseFloat64, parseInteger } from "../../gotext/index.ts";
import { LogqlError } from "../../logql/index.ts";
import type { LogDirection } from "../../signals/index.ts";
import { orThrow, ParseError, parseCount } from "../parse-error.ts";
import { clampNs, NS_PER_MS, nsToMs, parseDurationNs, parseRfc3339Ns, secondsToNs } from "../times.ts";

const NS_PER_SECOND = 1_000_000_000n;
const DEFAULT_SINCE_NS = 3600n * NS_PER_SECOND;
const DEFAULT_LIMIT = 100;
const MAX_POINTS = 11_000n;

export type LogRange = { readonly startNs: bigint; readonly endNs: bigint };

/** Whole numbers of up to ten digits are seconds, longer ones nanoseconds; with a point, seconds; or RFC 3339. */
export function parseTimeNs(text: string | null, otherwise: bigint): bigint {
  if (text === null || text === "") return otherwise;
  if (text.includes(".")) {
    const seconds = parseFloat64(text);
    if (typeof seconds === "number" && Number.isFinite(seconds)) return clampNs(secondsToNs(seconds));
  }
  const number = parseInteger(text, "ParseInt");
  if (typeof number === "bigint") return text.length <= 10 ? clampNs(number * NS_PER_SECOND) : number;
  return clampNs(parseRfc3339Ns(text) ?? orThrow<bigint>(number));
}

function inParameter<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ParseError(`could not parse '${name}' parameter: ${error.message}`);
  }
}

/** `start`, `end` and `since`; without them, the last hour. */
export function parseRange(params: URLSearchParams, nowNs: bigint): LogRange {
  const since = params.get("since") ?? "";
  const sinceNs =
    since === "" ? DEFAULT_SINCE_NS : inParameter("since", () => BigInt(orThrow(parseDuration(since))) * NS_PER_MS);
  const endNs = inParameter("end", () => parseTimeNs(params.get("end"), nowNs));
  // An end in the future does not move the start there.
  const from = (endNs > nowNs ? nowNs : endNs) - sinceNs;
  return { startNs: inParameter("start", () => parseTimeNs(params.get("start"), from)), endNs };
}

export function refuseReversed({ startNs, endNs }: LogRange): void {
  if (endNs < startNs) throw new ParseError("end timestamp must not be before or equal to start time");
}

/** Loki's max_query_length. */
export function refuseTooLong({ startNs, endNs }: LogRange, maxMs: number): void {
  const lengthMs = nsToMs(endNs) - nsToMs(startNs);
  if (lengthMs <= maxMs) return;
  const length = formatGoDuration(BigInt(lengthMs) * NS_PER_MS);
  throw new LogqlError(
    "limit",
    `the query time range exceeds the limit (query length: ${length}, limit: ${formatDuration(maxMs)})`,
  );
}

export function parsePositive(text: string | null, otherwise = DEFAULT_LIMIT): number {
  const value = text === null || text === "" ? otherwise : parseCount(text);
  if (value <= 0) throw new ParseError("limit must be a positive value");
  return value;
}

export const parseLimit = (params: URLSearchParams): number => parsePositive(params.get("limit"));

export function parseDirection(params: URLSearchParams): LogDirection {
  const text = params.get("direction") ?? "";
  if (text === "") return "backward";
  const direction = text.toLowerCase();
  if (direction !== "forward" && direction !== "backward") throw new ParseError(`invalid direction '${text}'`);
  return direction;
}

/** In nanoseconds; without one, such that some 250 points result. */
export function parseStepNs(params: URLSearchParams, { startNs, endNs }: LogRange): bigint {
  const text = params.get("step") ?? "";
  let stepNs: bigint;
  if (text === "") {
    const seconds = (endNs - startNs) / NS_PER_SECOND / 250n;
    stepNs = (seconds > 1n ? seconds : 1n) * NS_PER_SECOND;
  } else stepNs = parseDurationNs(text);
  if (stepNs <= 0n) {
    throw new ParseError("zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if ((endNs - startNs) / stepNs > MAX_POINTS) {
    throw new ParseError(
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
    );
  }
  return stepNs;
}

export function parseIntervalMs(params: URLSearchParams): number {
  const text = params.get("interval") ?? "";
  const ns = text === "" ? 0n : parseDurationNs(text);
  if (ns < 0n) throw new ParseError("interval must be >= 0");
  return Number(ns / NS_PER_MS);
}

/** All that a range query is given, checked in Loki's order. */
export function parseRangeQuery(params: URLSearchParams, nowNs: bigint) {
  const range = parseRange(params, nowNs);
  refuseReversed(range);
  const limit = parseLimit(params);
  const direction = parseDirection(params);
  const stepNs = parseStepNs(params, range);
  const intervalMs = parseIntervalMs(params);
  const query = params.get("query") ?? "";
  return { query, ...range, limit, direction, stepMs: Math.max(1, Number(stepNs / NS_PER_MS)), intervalMs };
}

export type EncodingFlags = readonly string[];

const CATEGORIZE = "categorize-labels";

export function parseEncodingFlags(headers: Readonly<Record<string, string | undefined>>): EncodingFlags {
  const text = headers["x-loki-response-encoding-flags"] ?? "";
  return text === "" ? [] : [...new Set(text.split(","))];
}

export const isCategorized = (flags: EncodingFlags): boolean => flags.includes(CATEGORIZE);
