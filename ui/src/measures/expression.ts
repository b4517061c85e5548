/**
 * PromQL of the page, made of the same fragments as the dashboards (grafana/source/promql.ts), so that both show the same numbers. What is a
 * variable there is filled in here.
 */
import { labeled } from "../../../grafana/source/promql.ts";
import type { Range } from "../app/time-range.ts";

/**
 * Matchers of the boards' variables that select programs, agents and so on. Here it is always all of them: these are left out, as what every series
 * meets has to be parsed and matched all the same. The first group stand at the beginning of a selector.
 */
const SELECTING = /(?<=\{)\w+=~"\$\w+"(?:, \w+=~"\$\w+")*(?:, )?|, \w+=~"\$\w+"/g;

/** Points of a chart, about: as many as can be told apart on a phone, and half as many as on a screen. */
const POINTS = 120;
/** As the boards have it: a program that pushes once a minute has two samples in four steps. */
const LEAST_STEP_MS = 60_000;

const secondsOf = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))}s`;

/** The step of a chart over a range. */
export const stepOf = ({ startMs, endMs }: Range): number =>
  Math.max(LEAST_STEP_MS, Math.ceil((endMs - startMs) / POINTS / LEAST_STEP_MS) * LEAST_STEP_MS);

/** Grafana's `$__rate_interval` for a step. */
export const rateIntervalOf = (stepMs: number): number => Math.max(stepMs + LEAST_STEP_MS, 4 * LEAST_STEP_MS);

/** `expr` with Grafana's variables replaced for a range. */
export function filledIn(expr: string, range: Range): string {
  const values: Readonly<Record<string, string>> = {
    __range: secondsOf(range.endMs - range.startMs),
    __rate_interval: secondsOf(rateIntervalOf(stepOf(range))),
  };
  return expr.replaceAll(SELECTING, "").replaceAll(/\$(__\w+)/g, (text, name: string) => values[name] ?? text);
}

/** A text within an expression: whatever it holds, it matches nothing but itself, and is no variable. */
export const literal = (text: string): string => JSON.stringify(text).replaceAll("$", "\\x24");

/** Label by which the parts of one question are told apart in its answer. */
export const COLUMN = "page_column";

/**
 * Several expressions as one question: a view asks once instead of a dozen times. Each series of the answer has its name in the label COLUMN.
 * Every name says something of its own, so that nothing hides another.
 */
export const together = (parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts)
    .map(([name, expr]) => labeled(expr, COLUMN, name))
    .join(" or ");
