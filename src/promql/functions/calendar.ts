import type { Call } from "../ast.ts";
import { type Column, createColumn } from "../columns.ts";
import type { Evaluation } from "../evaluation.ts";
import { type Grid, timeAt } from "../grid.ts";
import { NO_LABELS } from "../label-sets.ts";
import { mapValues } from "./maths.ts";

const DAY_MS = 86_400_000;

/** A date of the Gregorian calendar, in a year that Date may be too small for. */
type Moment = { readonly date: Date; readonly year: number };

// 400 years have a whole number of weeks: all but the year is the same in the next ones.
const CYCLE_YEARS = 400n;
const CYCLE_SECONDS = 12_622_780_800n;
const DATE_SECONDS = 8.64e12;
/** What Go's time makes of seconds that no 64 bits hold, NaN among them (on x86). */
const BEYOND_SECONDS = 2n ** 63n;

function momentOf(value: number): Moment {
  if (Math.abs(value) < DATE_SECONDS) {
    const date = new Date(Math.trunc(value) * 1000);
    return { date, year: date.getUTCFullYear() };
  }
  const seconds = Math.abs(value) < Number(BEYOND_SECONDS) ? BigInt(Math.trunc(value)) : BEYOND_SECONDS;
  const cycles = seconds / CYCLE_SECONDS;
  const date = new Date(Number(seconds % CYCLE_SECONDS) * 1000);
  return { date, year: date.getUTCFullYear() + Number(cycles * CYCLE_YEARS) };
}

const CALENDAR: Readonly<Record<string, (moment: Moment) => number>> = {
  minute: ({ date }) => date.getUTCMinutes(),
  hour: ({ date }) => date.getUTCHours(),
  day_of_week: ({ date }) => date.getUTCDay(),
  day_of_month: ({ date }) => date.getUTCDate(),
  day_of_year: ({ date }) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1,
  days_in_month: ({ date }) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  month: ({ date }) => date.getUTCMonth() + 1,
  year: ({ year }) => year,
};

function calendar(call: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const readMoment = CALENDAR[call.name];
  if (readMoment === undefined) throw new TypeError(`${call.name} is not of the calendar`);
  const read = (seconds: number): number => readMoment(momentOf(seconds));
  const [vector] = call.args;
  if (vector !== undefined) return mapValues(evaluation.vector(vector, grid), grid, evaluation, read);
  const now = createColumn(NO_LABELS, false, grid.count, evaluation.budget);
  now.present.fill(1);
  for (let step = 0; step < grid.count; step += 1) now.values[step] = read(timeAt(grid, step) / 1000);
  return [now];
}

export const CALENDAR_FUNCTIONS = Object.fromEntries(Object.keys(CALENDAR).map((name) => [name, calendar]));
