import { parseDuration, parseFloat64, parseTime, quote } from "../gotext/index.ts";
import { ParseError } from "./parse-error.ts";

export const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

const MAX_INT64 = 2n ** 63n - 1n;

/** The nearest time that 64 bits of nanoseconds hold: what a store can be asked for. */
export const clampNs = (ns: bigint): bigint => (ns > MAX_INT64 ? MAX_INT64 : ns < -MAX_INT64 ? -MAX_INT64 : ns);

/** Nanoseconds since the epoch; undefined where the text is no RFC 3339 time. */
export const parseRfc3339Ns = (text: string): bigint | undefined =>
  parseTime("2006-01-02T15:04:05.999999999Z07:00", text)?.timeNs;

/** Seconds with a fraction as Prometheus and Loki read them: the fraction to the millisecond, in the same arithmetic. */
export function secondsToNs(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  const fraction = Math.round(Math.abs(seconds - whole) * 1000) / 1000;
  const ns = BigInt(Math.trunc(fraction * 1e9));
  return BigInt(whole) * NS_PER_SECOND + (seconds < 0 ? -ns : ns);
}

/** Seconds with a fraction, or `1m30s`, as Prometheus and Loki read steps and timeouts. Throws `ParseError`. */
export function parseDurationNs(text: string): bigint {
  const seconds = parseFloat64(text);
  if (typeof seconds === "number" && !Number.isNaN(seconds)) {
    const ns = seconds * 1e9;
    if (Math.abs(ns) <= 2 ** 63) return BigInt(Math.trunc(ns));
    throw new ParseError(`cannot parse ${quote(text)} to a valid duration. It overflows int64`);
  }
  const ms = parseDuration(text);
  if (typeof ms === "string") throw new ParseError(`cannot parse ${quote(text)} to a valid duration`);
  return BigInt(ms) * NS_PER_MS;
}

/** Towards the past, as Go's `UnixMilli`. */
export function nsToMs(ns: bigint): number {
  const ms = ns / NS_PER_MS;
  return Number(ns < 0n && ms * NS_PER_MS !== ns ? ms - 1n : ms);
}

/** A time as Go writes it in JSON: RFC 3339 without the zeros at the end of the fraction. */
export function jsonTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, "Z");
}
