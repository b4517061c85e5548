import { quote } from "../template/index.ts";

/** A number of a quantity, or, as an `Error`, why the text is none, in Go's words. */
export type Quantity = number | Error;

export const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
/** Go's `int64` nanoseconds end here, some 292 years. */
const MAX_DURATION_NS = 2 ** 63;
const MAX_BYTES = 2 ** 64;

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: NS_PER_MS,
  s: NS_PER_S,
  m: 60 * NS_PER_S,
  h: 3600 * NS_PER_S,
};
const GO_PART = /(\d*)(?:\.(\d*))?([^\d.]*)/y;

/** Nanoseconds of a duration as Go's time.ParseDuration reads it ("1h5m", "1.5s", "-3ms"). */
export function parseGoDuration(text: string): Quantity {
  const invalid = (): Error => new Error(`time: invalid duration ${quote(text)}`);
  const negative = text.startsWith("-");
  let at = negative || text.startsWith("+") ? 1 : 0;
  if (text.length - at === 1 && text[at] === "0") return 0;
  if (at === text.length) return invalid();
  let total = 0;
  while (at < text.length) {
    GO_PART.lastIndex = at;
    const [whole = "", digits = "", fraction = "", name = ""] = GO_PART.exec(text) ?? [];
    if (digits === "" && fraction === "") return invalid();
    if (name === "") return new Error(`time: missing unit in duration ${quote(text)}`);
    const unit = GO_UNITS[name];
    if (unit === undefined) return new Error(`time: unknown unit ${quote(name)} in duration ${quote(text)}`);
    total += Number(digits) * unit + Math.trunc(Number(`0.${fraction || 0}`) * unit);
    if (total > MAX_DURATION_NS) return invalid();
    at += whole.length;
  }
  return negative ? -total : total;
}

const DAY_NS = 24 * 3600 * NS_PER_S;
const PROM_UNITS = [365 * DAY_NS, 7 * DAY_NS, DAY_NS, 3600 * NS_PER_S, 60 * NS_PER_S, NS_PER_S, NS_PER_MS];
const PROM_NAMES = ["y", "w", "d", "h", "m", "s", "ms"];
const PROM_DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Nanoseconds of a duration as Prometheus reads it: whole numbers, the largest unit first ("1d12h"). */
export function parsePrometheusDuration(text: string): Quantity {
  if (text === "0") return 0;
  if (text === "") return new Error("empty duration string");
  const match = PROM_DURATION.exec(text);
  if (match === null) {
    const unknown = [...text.matchAll(/\d+(\D+)/g)]
      .map(([, unit = ""]) => unit)
      .find((unit) => !PROM_NAMES.includes(unit));
    return /^\d+\D/.test(text) && unknown !== undefined
      ? new Error(`unknown unit ${quote(unknown)} in duration ${quote(text)}`)
      : new Error(`not a valid duration string: ${quote(text)}`);
  }
  const total = PROM_UNITS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
  return total > MAX_DURATION_NS ? new Error("duration out of range") : total;
}

/** Seconds of nanoseconds, rounded as Go rounds them. */
export const secondsOf = (durationNs: number): number =>
  Math.trunc(durationNs / NS_PER_S) + (durationNs % NS_PER_S) / NS_PER_S;

const BYTE_UNITS = new Map<string, number>([
  ["", 1],
  ["b", 1],
]);
for (const [index, letter] of [..."kmgtpe"].entries()) {
  for (const name of [letter, `${letter}b`]) BYTE_UNITS.set(name, 1000 ** (index + 1));
  for (const name of [`${letter}i`, `${letter}ib`]) BYTE_UNITS.set(name, 1024 ** (index + 1));
}

/** Whole bytes of a size as people write it ("5 KiB", "1.2MB", "7"). */
export function parseBytes(text: string): Quantity {
  const digits = /^[\p{Nd}.,]*/u.exec(text)?.[0] ?? "";
  const value = parseGoFloat(digits.replaceAll(",", ""));
  if (value instanceof Error) return value;
  const name = text.slice(digits.length).trim().toLowerCase();
  const unit = BYTE_UNITS.get(name);
  if (unit === undefined) return new Error(`unhandled size name: ${name}`);
  const bytes = value * unit;
  return bytes >= MAX_BYTES ? new Error(`too large: ${text}`) : Math.trunc(bytes);
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NAMED = /^([+-]?)(?:inf|infinity)$|^nan$/i;
const HEX = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;

/** A number as Go's strconv.ParseFloat reads it. */
export function parseGoFloat(text: string): Quantity {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : new Error(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  }
  const named = NAMED.exec(text);
  if (named !== null) return named[1] === undefined ? Number.NaN : named[1] === "-" ? -Infinity : Infinity;
  const hex = HEX.exec(text);
  if (hex !== null && `${hex[2]}${hex[3]}` !== "") {
    const [, sign, whole = "", fraction = "", exponent] = hex;
    const size = Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
    return sign === "-" ? -size : size;
  }
  return new Error(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
}
