/** What was spent today and this month, and what it comes to if it goes on like this. Pure. */
import { countedOrZero } from "../../../grafana/source/promql.ts";
import { filledIn, together } from "./expression.ts";
import { ALL_COST } from "./series.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Days and months of the reader's calendar; a day of a clock change has 23 or 25 hours. */
export type Calendar = {
  readonly dayStartMs: number;
  readonly dayEndMs: number;
  readonly monthStartMs: number;
  readonly monthEndMs: number;
};
export function calendarAt(nowMs: number): Calendar {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  return {
    dayStartMs: new Date(year, month, day).getTime(),
    dayEndMs: new Date(year, month, day + 1).getTime(),
    monthStartMs: new Date(year, month, 1).getTime(),
    monthEndMs: new Date(year, month + 1, 1).getTime(),
  };
}

const spentSince = (startMs: number, nowMs: number): string =>
  filledIn(countedOrZero(ALL_COST), { startMs, endMs: nowMs });

export type SpentToday = { readonly today: number; readonly lastHour: number };
export const askToday = (nowMs: number): string =>
  together({
    today: spentSince(calendarAt(nowMs).dayStartMs, nowMs),
    lastHour: spentSince(nowMs - HOUR_MS, nowMs),
  });

export type SpentThisMonth = { readonly month: number; readonly lastDay: number; readonly oldest: number };
export const askThisMonth = (nowMs: number): string =>
  together({
    month: spentSince(calendarAt(nowMs).monthStartMs, nowMs),
    lastDay: spentSince(nowMs - DAY_MS, nowMs),
    // Only the embedded process has it, in seconds: what is older was removed.
    oldest: "min(agent_observatory_store_oldest_timestamp_seconds)",
  });

/** At the end of the day, if the rest of it goes on at the pace of the last hour. */
export const projectDay = ({ today, lastHour }: SpentToday, nowMs: number): number =>
  today + (lastHour * (calendarAt(nowMs).dayEndMs - nowMs)) / HOUR_MS;

/** At the end of the month, if the rest of it goes on at the pace of the last 24 hours. */
export const projectMonth = ({ month, lastDay }: Pick<SpentThisMonth, "month" | "lastDay">, nowMs: number): number =>
  month + (lastDay * (calendarAt(nowMs).monthEndMs - nowMs)) / DAY_MS;
