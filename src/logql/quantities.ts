import { parseDuration, parseFloat64, parseGoDuration } from "../gotext/index.ts";

/** A number that a text means, or what is wrong with the text, in Go's words. */
export type Quantity = number | string;

export const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
const MAX_BYTES = 2 ** 64;

/** Nanoseconds of a duration as Go has them, `1h5m`. */
export function parseDurationNs(text: string): Quantity {
  const ns = parseGoDuration(text);
  return typeof ns === "string" ? ns : Number(ns);
}

/** Nanoseconds of a duration as Prometheus has them, `1d12h`. */
export function parseRangeNs(text: string): Quantity {
  const ms = parseDuration(text);
  return typeof ms === "string" ? ms : ms * NS_PER_MS;
}

/** Seconds of nanoseconds, rounded as Go rounds them. */
export const secondsOf = (durationNs: number): number =>
  Math.trunc(durationNs / NS_PER_S) + (durationNs % NS_PER_S) / NS_PER_S;

/** Seconds of a duration as Go has them. */
export function parseSeconds(text: string): Quantity {
  const ns = parseDurationNs(text);
  return typeof ns === "string" ? ns : secondsOf(ns);
}

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
  const value = parseFloat64(digits.replaceAll(",", ""));
  if (typeof value === "string") return value;
  const name = text.slice(digits.length).trim().toLowerCase();
  const unit = BYTE_UNITS.get(name);
  if (unit === undefined) return `unhandled size name: ${name}`;
  const bytes = value * unit;
  return bytes >= MAX_BYTES ? `too large: ${text}` : Math.trunc(bytes);
}
