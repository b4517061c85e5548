import type { LogAnswer } from "../../../../src/backends/index.ts";
import type { Range } from "../../app/time-range.ts";
import { LEVEL_FIELD } from "./field-names.ts";
import { LEVEL_ORDER, type Level, levelOf } from "./line-fields.ts";

/** How many lines of each level there are over time. */

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const MAX_BARS = 75;

export type Bars = { readonly stepMs: number; readonly startMs: number; readonly endMs: number };

/** Steps that are easy to read and stay where they are as time goes on. */
export function barsOf({ startMs, endMs }: Range): Bars {
  const seconds = (endMs - startMs) / 1000;
  const step = STEPS_S.find((one) => seconds / one <= MAX_BARS) ?? Math.ceil(seconds / MAX_BARS / 86_400) * 86_400;
  const stepMs = step * 1000;
  return { stepMs, startMs: Math.floor(startMs / stepMs) * stepMs, endMs: Math.ceil(endMs / stepMs) * stepMs };
}

export type Bar = {
  readonly startMs: number;
  readonly total: number;
  /** The worst first. */
  readonly parts: readonly { readonly level: Level; readonly count: number }[];
};
export type Histogram = Bars & {
  readonly bars: readonly Bar[];
  readonly most: number;
  readonly totals: readonly { readonly level: Level; readonly count: number }[];
};

/** A point counts what came in the step before it. */
export function histogramOf(answer: LogAnswer, bars: Bars): Histogram {
  const counts = new Map<number, Map<Level, number>>();
  const totals = new Map<Level, number>();
  for (const { labels, points } of "series" in answer ? answer.series : []) {
    const level = levelOf(labels[LEVEL_FIELD]);
    for (const { timeMs, value } of points) {
      const startMs = timeMs - bars.stepMs;
      const at = counts.get(startMs) ?? new Map<Level, number>();
      counts.set(startMs, at.set(level, (at.get(level) ?? 0) + value));
      totals.set(level, (totals.get(level) ?? 0) + value);
    }
  }
  const parts = (of: ReadonlyMap<Level, number>) =>
    LEVEL_ORDER.flatMap((level) => {
      const count = of.get(level) ?? 0;
      return count === 0 ? [] : [{ level, count }];
    });
  const all: Bar[] = [];
  for (let startMs = bars.startMs; startMs < bars.endMs; startMs += bars.stepMs) {
    const here = parts(counts.get(startMs) ?? new Map());
    all.push({ startMs, parts: here, total: here.reduce((sum, { count }) => sum + count, 0) });
  }
  return { ...bars, bars: all, most: all.reduce((most, { total }) => Math.max(most, total), 0), totals: parts(totals) };
}

/** The whole bars between two places of the drawing, each from 0 to 1. */
export function selectedRange({ bars, stepMs }: Histogram, from: number, to: number): Range | undefined {
  const [low, high] = [Math.min(from, to), Math.max(from, to)].map(
    (one) => Math.max(0, Math.min(1, one)) * bars.length,
  );
  const first = bars[Math.min(bars.length - 1, Math.floor(low ?? 0))];
  const last = bars[Math.max(0, Math.ceil(high ?? 0) - 1)];
  if (first === undefined || last === undefined) return undefined;
  return { startMs: first.startMs, endMs: Math.max(first.startMs, last.startMs) + stepMs };
}
