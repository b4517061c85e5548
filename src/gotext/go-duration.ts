import { quote } from "./quote.ts";

const UNITS = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["μs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["m", 60e9],
  ["h", 3600e9],
]);
const NS_PER_S = 1_000_000_000n;
const PART = /([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/y;
const TOO_LONG_NS = 2n ** 63n;
/** More digits of a fraction say nothing that a nanosecond shows. */
const FRACTION_DIGITS = 18;

/** Nanoseconds as Go's time.ParseDuration reads them: `1h5m`, `1.5s`, `-3ms`. */
export function parseGoDuration(text: string): bigint | string {
  const negative = text.startsWith("-");
  let at = negative || text.startsWith("+") ? 1 : 0;
  if (text.length - at === 1 && text[at] === "0") return 0n;
  const invalid = (): string => `time: invalid duration ${quote(text)}`;
  if (at === text.length) return invalid();
  let total = 0n;
  while (at < text.length) {
    PART.lastIndex = at;
    const [whole = "", digits = "", fraction = "", name = ""] = PART.exec(text) ?? [];
    const amount = Number(digits);
    if ((digits === "" && fraction === "") || amount > Number(TOO_LONG_NS)) return invalid();
    if (name === "") return `time: missing unit in duration ${quote(text)}`;
    const unit = UNITS.get(name);
    if (unit === undefined) return `time: unknown unit ${quote(name)} in duration ${quote(text)}`;
    const shown = fraction.slice(0, FRACTION_DIGITS);
    const rest = shown === "" ? 0 : Math.trunc(Number(shown) * (unit / 10 ** shown.length));
    const part = amount * unit + rest;
    total += part <= Number.MAX_SAFE_INTEGER ? BigInt(part) : BigInt(digits) * BigInt(unit) + BigInt(rest);
    if (total > TOO_LONG_NS) return invalid();
    at += whole.length;
  }
  if (negative) return -total;
  return total === TOO_LONG_NS ? invalid() : total;
}

function decimal(value: bigint, unit: bigint): string {
  const rest = value % unit;
  if (rest === 0n) return String(value / unit);
  const digits = rest.toString().padStart(unit.toString().length - 1, "0");
  return `${value / unit}.${digits.replace(/0+$/, "")}`;
}

/** As Go prints a time.Duration: `1h2m3.5s`, `-4ms`, `0s`. */
export function formatGoDuration(durationNs: bigint): string {
  if (durationNs === 0n) return "0s";
  const [sign, size] = durationNs < 0n ? ["-", -durationNs] : ["", durationNs];
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < NS_PER_S) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / (60n * NS_PER_S);
  const seconds = `${decimal(size % (60n * NS_PER_S), NS_PER_S)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}
