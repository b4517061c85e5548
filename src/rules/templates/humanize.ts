import { formatFloat, parseFloat64, truncateToInt64 } from "../../gotext/index.ts";
import { createTime, type Struct, sprint, typeOf } from "../../template/index.ts";
import { durationSeconds } from "./go-duration.ts";

/** What Prometheus' functions take as a number. Throws an error in its words. */
export function toFloat(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") {
    const number = parseFloat64(value);
    if (typeof number === "string") throw new Error(number);
    return number;
  }
  const seconds = durationSeconds(value);
  if (seconds !== undefined) return seconds;
  throw new Error(`can't convert ${value === null || value === undefined ? "<nil>" : typeOf(value)} to float`);
}

const short = (value: number): string => formatFloat(value, "g", 4);

const LARGE = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const SMALL = ["m", "u", "n", "p", "f", "a", "z", "y"];
const BINARY = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

type Scaled = { readonly value: number; readonly prefix: string };

function scaleDown(given: number, by: number, prefixes: readonly string[]): Scaled {
  let [value, prefix] = [given, ""];
  for (const one of prefixes) {
    if (Math.abs(value) < by) break;
    prefix = one;
    value /= by;
  }
  return { value, prefix };
}

function scaleUp(given: number): Scaled {
  let [value, prefix] = [given, ""];
  for (const one of SMALL) {
    if (Math.abs(value) >= 1) break;
    prefix = one;
    value *= 1000;
  }
  return { value, prefix };
}

export function humanize(given: unknown): string {
  const number = toFloat(given);
  if (number === 0 || !Number.isFinite(number)) return short(number);
  const { value, prefix } = Math.abs(number) >= 1 ? scaleDown(number, 1000, LARGE) : scaleUp(number);
  return short(value) + prefix;
}

export function humanize1024(given: unknown): string {
  const number = toFloat(given);
  if (Math.abs(number) <= 1 || !Number.isFinite(number)) return short(number);
  const { value, prefix } = scaleDown(number, 1024, BINARY);
  return short(value) + prefix;
}

export function humanizeDuration(given: unknown): string {
  const number = toFloat(given);
  if (!Number.isFinite(number)) return short(number);
  if (number === 0) return `${short(number)}s`;
  if (Math.abs(number) < 1) {
    const { value, prefix } = scaleUp(number);
    return `${short(value)}${prefix}s`;
  }
  const sign = number < 0 ? "-" : "";
  const total = truncateToInt64(Math.abs(number));
  const [seconds, minutes, hours, days] = [total % 60n, (total / 60n) % 60n, (total / 3600n) % 24n, total / 86_400n];
  if (days !== 0n) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0n) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0n) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${short(Math.abs(number))}s`;
}

export const humanizePercentage = (given: unknown): string => `${short(toFloat(given) * 100)}%`;

/** To the millisecond, as Prometheus keeps times. */
function timeOf(seconds: number): Struct {
  const timestamp = seconds * 1e9;
  if (timestamp > 2 ** 63 || timestamp < -(2 ** 63)) {
    throw new Error(`${sprint([seconds])} cannot be represented as a nanoseconds timestamp since it overflows int64`);
  }
  return createTime((truncateToInt64(timestamp) / 1_000_000n) * 1_000_000n);
}

export function humanizeTimestamp(given: unknown): string {
  const seconds = toFloat(given);
  return Number.isFinite(seconds) ? sprint([timeOf(seconds)]) : short(seconds);
}

export function toTime(given: unknown): Struct {
  const seconds = toFloat(given);
  if (!Number.isFinite(seconds)) throw new Error("value is NaN or Inf");
  return timeOf(seconds);
}
