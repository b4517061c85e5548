import { ParseError } from "./number.ts";
import { goQuote } from "./quote.ts";

export const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

const MAX_INT64 = 2n ** 63n - 1n;

/** The nearest time that 64 bits of nanoseconds hold: what a store can be asked for. */
export const clampNs = (ns: bigint): bigint => (ns > MAX_INT64 ? MAX_INT64 : ns < -MAX_INT64 ? -MAX_INT64 : ns);

const RFC3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})$/;

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

function zoneMinutes(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return zone.startsWith("-") ? -minutes : minutes;
}

/** Nanoseconds since the epoch; undefined where the text is no RFC 3339 time. */
export function parseRfc3339Ns(text: string): bigint | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const zone = match[8] ?? "Z";
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  // Date.UTC takes years below 100 for 19xx.
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  const ns = (match[7] ?? "").slice(0, 9).padEnd(9, "0");
  return BigInt(date.getTime() - zoneMinutes(zone) * 60_000) * NS_PER_MS + BigInt(ns);
}

/** Seconds with a fraction as Prometheus and Loki read them: the fraction to the millisecond, in the same arithmetic. */
export function secondsToNs(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  const fraction = Math.round(Math.abs(seconds - whole) * 1000) / 1000;
  const ns = BigInt(Math.trunc(fraction * 1e9));
  return BigInt(whole) * NS_PER_SECOND + (seconds < 0 ? -ns : ns);
}

/** Towards the past, as Go's `UnixMilli`. */
export function nsToMs(ns: bigint): number {
  const ms = ns / NS_PER_MS;
  return Number(ns < 0n && ms * NS_PER_MS !== ns ? ms - 1n : ms);
}

const PROMETHEUS_UNITS: readonly (readonly [unit: string, ns: bigint])[] = [
  ["y", 365n * 86_400n * NS_PER_SECOND],
  ["w", 7n * 86_400n * NS_PER_SECOND],
  ["d", 86_400n * NS_PER_SECOND],
  ["h", 3_600n * NS_PER_SECOND],
  ["m", 60n * NS_PER_SECOND],
  ["s", NS_PER_SECOND],
  ["ms", NS_PER_MS],
];

/** `1m30s` in nanoseconds; throws `ParseError` in Prometheus' words. */
export function parsePrometheusDuration(text: string): bigint {
  if (text === "0") return 0n;
  if (text === "") throw new ParseError("empty duration string");
  const invalid = (): ParseError => new ParseError(`not a valid duration string: ${goQuote(text)}`);
  if (!/^(?:[0-9]+[^0-9]+)+$/.test(text)) throw invalid();
  let [total, last] = [0n, -1];
  for (const [, count = "", unit = ""] of text.matchAll(/([0-9]+)([^0-9]+)/g)) {
    const position = PROMETHEUS_UNITS.findIndex(([name]) => name === unit);
    if (position < 0) throw new ParseError(`unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    if (position <= last) throw invalid();
    last = position;
    total += BigInt(count) * (PROMETHEUS_UNITS[position]?.[1] ?? 0n);
    if (total > MAX_INT64) throw new ParseError("duration out of range");
  }
  return total;
}

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Go's own durations (`1.5h`, `300us`) in nanoseconds; throws `ParseError` in Go's words. */
export function parseGoDuration(text: string): bigint {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return 0n;
  const invalid = (): ParseError => new ParseError(`time: invalid duration ${goQuote(text)}`);
  if (rest === "") throw invalid();
  let [at, total] = [0, 0];
  while (at < rest.length) {
    const number = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest.slice(at))?.[0];
    if (number === undefined) throw invalid();
    at += number.length;
    const unit = /^[^0-9.]*/.exec(rest.slice(at))?.[0] ?? "";
    if (unit === "") throw new ParseError(`time: missing unit in duration ${goQuote(text)}`);
    const ns = Object.hasOwn(GO_UNITS, unit) ? GO_UNITS[unit] : undefined;
    if (ns === undefined) throw new ParseError(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    at += unit.length;
    total += Number(number) * ns;
  }
  if (total > Number(MAX_INT64)) throw invalid();
  return BigInt(Math.trunc(sign === "-" ? -total : total));
}

const fraction = (value: bigint, unit: bigint): string => {
  const rest = (value % unit).toString().padStart(unit.toString().length - 1, "0");
  return `${value / unit}${`.${rest}`.replace(/\.?0+$/, "")}`;
};

/** A duration as Go prints it: `1h2m3.5s`, `-4ms`, `0s`. */
export function goDurationText(ns: bigint): string {
  if (ns === 0n) return "0s";
  const [sign, size] = ns < 0n ? ["-", -ns] : ["", ns];
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < NS_PER_MS) return `${sign}${fraction(size, 1_000n)}µs`;
  if (size < NS_PER_SECOND) return `${sign}${fraction(size, NS_PER_MS)}ms`;
  const minutes = size / (60n * NS_PER_SECOND);
  const seconds = `${fraction(size % (60n * NS_PER_SECOND), NS_PER_SECOND)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** A time as Go prints it by default, in UTC. */
export function goTimeText(ns: bigint): string {
  const ms = nsToMs(ns);
  const [date = "", time = ""] = new Date(Math.floor(ms / 1000) * 1000).toISOString().split("T");
  const rest = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  return `${date} ${time.slice(0, 8)}${`.${rest.toString().padStart(9, "0")}`.replace(/\.?0+$/, "")} +0000 UTC`;
}

/** A time as Go writes it in JSON: RFC 3339 without the zeros at the end of the fraction. */
export function jsonTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, "Z");
}

/** A duration as Prometheus prints it: `30d1h`; years and weeks only where nothing is left over. */
export function prometheusDurationText(ms: number): string {
  if (ms === 0) return "0s";
  let [rest, text] = [Math.abs(ms), ms < 0 ? "-" : ""];
  for (const [unit, ns] of PROMETHEUS_UNITS) {
    const size = Number(ns / NS_PER_MS);
    if ((unit === "y" || unit === "w") && rest % size !== 0) continue;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
