import { UsageError } from "./command.ts";

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;

/** `1h30m`, `500ms`, `2d`. */
export function parseDuration(flag: string, given: string): number {
  if (!DURATION.test(given))
    throw new UsageError(`--${flag}: expected a duration such as 15m, 2h or 1d, got ${JSON.stringify(given)}.`);
  let ms = 0;
  for (const [, amount, unit] of given.matchAll(PART)) ms += Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  return ms;
}

/** A time: `now`, a duration ago, seconds or milliseconds since 1970, or a date as in ISO 8601, local where it has no zone. */
export function parseTime(flag: string, given: string, nowMs: number): number {
  if (given === "now") return nowMs;
  if (DURATION.test(given)) return nowMs - parseDuration(flag, given);
  if (/^\d{9,10}(?:\.\d+)?$/.test(given)) return Number(given) * 1000;
  if (/^\d{12,13}$/.test(given)) return Number(given);
  // A date alone would be read as UTC, unlike a date with a time.
  const timeMs = /^\d{4}-\d\d-\d\d/.test(given)
    ? Date.parse(given.length === 10 ? `${given}T00:00` : given)
    : Number.NaN;
  if (Number.isNaN(timeMs))
    throw new UsageError(
      `--${flag}: expected a time such as 2026-05-04T12:00, 15m (ago) or now, got ${JSON.stringify(given)}.`,
    );
  return timeMs;
}

type RangeFlags = {
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** The time that `--since`, or `--from` and `--to`, speak of. */
export function parseRange({ since, from, to }: RangeFlags, defaultMs: number, nowMs: number) {
  if (since !== undefined && from !== undefined) throw new UsageError("expected --since or --from, got both.");
  const endMs = to === undefined ? nowMs : parseTime("to", to, nowMs);
  const startMs =
    from !== undefined
      ? parseTime("from", from, nowMs)
      : since !== undefined
        ? parseTime("since", since, nowMs)
        : endMs - defaultMs;
  if (startMs >= endMs) throw new UsageError("expected a time that begins before it ends, got one that does not.");
  return { startMs, endMs };
}

const two = (value: number): string => String(value).padStart(2, "0");

/** How times are written: local, or UTC with a `Z`. */
export type TimeStyle = { readonly utc: boolean };

const clockParts = (timeMs: number, { utc }: TimeStyle) => {
  const at = new Date(timeMs);
  return utc
    ? { date: at.toISOString().slice(0, 10), time: at.toISOString().slice(11, 19), end: "Z" }
    : {
        date: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
        time: `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
        end: "",
      };
};

/** `2026-05-04 12:00:00` */
export function formatTime(timeMs: number, style: TimeStyle): string {
  const { date, time, end } = clockParts(timeMs, style);
  return `${date} ${time}${end}`;
}

/** `12:00:00.123`, for many lines of one day. */
export function formatTimeOfDay(timeMs: number, style: TimeStyle): string {
  const { time, end } = clockParts(timeMs, style);
  return `${time}.${String(Math.floor(timeMs) % 1000).padStart(3, "0")}${end}`;
}

export const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();
