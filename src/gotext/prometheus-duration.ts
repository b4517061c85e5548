import { quote } from "./quote.ts";

const UNITS = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;
const PART = /([0-9]*)([^0-9]*)/y;
/** What 64 bits of nanoseconds hold. */
const MAX_MS = 9_223_372_036_854;
const TOO_LARGE = 2n ** 64n;

/** Milliseconds as Prometheus reads them: whole numbers, the largest unit first (`1d12h`), or `0`. */
export function parseDuration(text: string): number | string {
  if (text === "0") return 0;
  if (text === "") return "empty duration string";
  const invalid = (): string => `not a valid duration string: ${quote(text)}`;
  let [total, last] = [0, -1];
  for (let at = 0; at < text.length; ) {
    PART.lastIndex = at;
    const [whole = "", digits = "", name = ""] = PART.exec(text) ?? [];
    const amount = Number(digits);
    if (digits === "" || name === "" || (amount > MAX_MS && BigInt(digits) >= TOO_LARGE)) return invalid();
    const position = UNITS.findIndex(([unit]) => unit === name);
    if (position < 0) return `unknown unit ${quote(name)} in duration ${quote(text)}`;
    if (position <= last) return invalid();
    last = position;
    total += amount * (UNITS[position]?.[1] ?? 0);
    if (total > MAX_MS) return "duration out of range";
    at += whole.length;
  }
  return total;
}

/** As Prometheus writes milliseconds: years and weeks only where nothing is left over. */
export function formatDuration(durationMs: number): string {
  let rest = Math.trunc(Math.abs(durationMs));
  if (rest === 0) return "0s";
  let text = durationMs < 0 ? "-" : "";
  for (const [unit, unitMs] of UNITS) {
    if ((unit === "y" || unit === "w") && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}
