import { formatTime } from "../format/quantity.ts";
import type { Range, WrittenRange } from "./time-range.ts";

const SHORT_MS = 5 * 60_000;

/** `21:10 – 21:25`, with the day where it is not today, and seconds where they count. Pure. */
export function rangeText({ startMs, endMs }: Range, nowMs: number): string {
  const [start, end, now] = [startMs, endMs, nowMs].map((timeMs) => formatTime(timeMs)) as [string, string, string];
  const clock = (text: string): string => (endMs - startMs < SHORT_MS ? text.slice(11) : text.slice(11, 16));
  const isOneYear = start.slice(0, 4) === end.slice(0, 4) && start.slice(0, 4) === now.slice(0, 4);
  const day = (text: string): string => (isOneYear ? text.slice(5, 10) : text.slice(0, 10));
  const [from, to, today] = [day(start), day(end), day(now)];
  if (from !== to) return `${from} ${clock(start)} – ${to} ${clock(end)}`;
  return `${from === today && isOneYear ? "" : `${from} `}${clock(start)} – ${clock(end)}`;
}

const UNITS: Readonly<Record<string, string>> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };

/** `Last 30 minutes`; undefined for what does not end now. Pure. */
export function lastText({ from, to }: WrittenRange): string | undefined {
  const [, count = "", unit = ""] = (to === "now" && /^now-(\d+)([smhdw])$/.exec(from)) || [];
  return count === "" ? undefined : `Last ${Number(count)} ${UNITS[unit]}${Number(count) === 1 ? "" : "s"}`;
}
