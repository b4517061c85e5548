/** Ranges as Grafana writes them, in a URL too: `now-1h`, `now`, milliseconds since 1970, or an ISO date. */

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export type Range = { readonly startMs: number; readonly endMs: number };

/** A moment; undefined for what is none. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const relative = /^now(?:([+-])(\d+)([smhdw]))?$/.exec(text);
  if (relative !== null) {
    const [, sign, count, unit] = relative;
    if (sign === undefined) return nowMs;
    return nowMs + (sign === "-" ? -1 : 1) * Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  const moment = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(moment) ? moment : undefined;
}

export type WrittenRange = { readonly from: string; readonly to: string };
export const DEFAULT_RANGE: WrittenRange = { from: "now-1h", to: "now" };

/** What cannot be read, or ends before it begins, is the default. */
export function resolveRange({ from, to }: WrittenRange, nowMs: number): Range {
  const startMs = parseMoment(from, nowMs);
  const endMs = parseMoment(to, nowMs);
  if (startMs === undefined || endMs === undefined || startMs >= endMs) {
    return { startMs: nowMs - UNIT_MS.h, endMs: nowMs };
  }
  return { startMs, endMs };
}

export const QUICK_RANGES: readonly (readonly [from: string, label: string])[] = [
  ["now-5m", "5 minutes"],
  ["now-15m", "15 minutes"],
  ["now-1h", "1 hour"],
  ["now-6h", "6 hours"],
  ["now-1d", "1 day"],
  ["now-7d", "7 days"],
  ["now-30d", "30 days"],
];

/** Intervals of `?refresh=`, in milliseconds; 0 is off. */
export const REFRESH_MS: Readonly<Record<string, number>> = {
  off: 0,
  "5s": 5000,
  "10s": 10_000,
  "30s": 30_000,
  "1m": 60_000,
  "5m": 300_000,
};
