import type { Call } from "../ast.ts";
import { type Column, createColumn } from "../columns.ts";
import type { Evaluation } from "../evaluation.ts";
import { type Grid, timeAt } from "../grid.ts";
import { NO_LABELS } from "../label-sets.ts";
import { mapValues } from "./maths.ts";

const DAY_MS = 86_400_000;

const CALENDAR: Readonly<Record<string, (date: Date) => number>> = {
  minute: (date) => date.getUTCMinutes(),
  hour: (date) => date.getUTCHours(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_month: (date) => date.getUTCDate(),
  day_of_year: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1,
  days_in_month: (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

/** Of seconds since the epoch, whole ones; NaN for times that no Date can hold (some 270,000 years). */
const at =
  (read: (date: Date) => number) =>
  (seconds: number): number =>
    read(new Date(Math.trunc(seconds) * 1000));

function calendar(call: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const read = at(CALENDAR[call.name] ?? (() => Number.NaN));
  const [vector] = call.args;
  if (vector !== undefined) return mapValues(evaluation.vector(vector, grid), grid, evaluation, read);
  const now = createColumn(NO_LABELS, false, grid.count, evaluation.budget);
  now.present.fill(1);
  for (let step = 0; step < grid.count; step += 1) now.values[step] = read(timeAt(grid, step) / 1000);
  return [now];
}

export const CALENDAR_FUNCTIONS = Object.fromEntries(Object.keys(CALENDAR).map((name) => [name, calendar]));
