import type { LabelSet } from "../signals/index.ts";
import { LogqlError } from "./error.ts";
import { createAccumulator, createCounted, isCounting } from "./range-functions.ts";
import type { RangeExpr } from "./syntax.ts";
import type { Sample, StepSink, Steps } from "./vector.ts";

/** Series that may have lines in one window before they are aggregated, and their labels' length: bounds what a parser may make of lines. */
const MAX_WINDOW_SERIES = 100_000;
const MAX_WINDOW_CHARS = 12_000_000;

/** The windows of a range aggregation as its samples pass by in order of time. A window ends with its step, and begins behind its start. */
export type RangeWindows = {
  readonly add: (series: LabelSet, timeNs: bigint, value: number) => void;
  /** Ends all windows that are left. */
  readonly finish: () => void;
};

/** One series' part of the windows that are open. */
type Window = {
  readonly series: LabelSet;
  readonly add: (timeNs: number, value: number, lastStep: number) => void;
  /** The window's value at a step; undefined where it has nothing. Then lets go of what later windows do not have. */
  readonly close: (step: number) => number | undefined;
  readonly isEmpty: () => boolean;
};

/** For sums: what each line adds is taken off again behind the last window it is in. */
function createCountingWindow(series: LabelSet, finish: (sum: number) => number): Window {
  let sum = 0;
  let lines = 0;
  const leaving: { readonly lastStep: number; value: number; lines: number }[] = [];
  let head = 0;
  return {
    series,
    add: (_timeNs, value, lastStep) => {
      sum += value;
      lines += 1;
      const last = leaving.at(-1);
      if (last !== undefined && leaving.length > head && last.lastStep === lastStep) {
        last.value += value;
        last.lines += 1;
      } else leaving.push({ lastStep, value, lines: 1 });
    },
    close: (step) => {
      const result = lines > 0 ? finish(sum) : undefined;
      for (; head < leaving.length; head += 1) {
        const oldest = leaving[head] as (typeof leaving)[number];
        if (oldest.lastStep > step) break;
        sum -= oldest.value;
        lines -= oldest.lines;
      }
      if (head > 64 && head * 2 > leaving.length) head -= leaving.splice(0, head).length;
      return result;
    },
    isEmpty: () => lines === 0,
  };
}

/** Where no two windows overlap, a window needs no more than what it has come to. */
function createSingleWindow(series: LabelSet, range: RangeExpr): Window {
  let current: ReturnType<typeof createAccumulator> | undefined;
  return {
    series,
    add: (timeNs, value) => {
      current ??= createAccumulator(range);
      current.add(timeNs, value);
    },
    close: () => {
      const result = current?.result();
      current = undefined;
      return result;
    },
    isEmpty: () => current === undefined,
  };
}

/** Overlapping windows of values: kept as long as a window may want them, and added up for each, as rounding has it. */
function createSlidingWindow(series: LabelSet, range: RangeExpr): Window {
  const [times, values, lastSteps]: [number[], number[], number[]] = [[], [], []];
  let head = 0;
  return {
    series,
    add: (timeNs, value, lastStep) => {
      times.push(timeNs);
      values.push(value);
      lastSteps.push(lastStep);
    },
    close: (step) => {
      if (head === values.length) return undefined;
      const window = createAccumulator(range);
      for (let index = head; index < values.length; index += 1)
        window.add(times[index] as number, values[index] as number);
      while (head < values.length && (lastSteps[head] as number) <= step) head += 1;
      if (head > 1024 && head * 2 > values.length) {
        for (const list of [times, values, lastSteps]) list.splice(0, head);
        head = 0;
      }
      return window.result();
    },
    isEmpty: () => head === values.length,
  };
}

/**
 * Calls `emit` for every step, in order, with the value of each series that has lines in the step's window. `requireRoom` hears of every
 * number of series that one window comes to, before it is full.
 */
export function createRangeWindows(
  range: RangeExpr,
  steps: Steps,
  emit: StepSink,
  requireRoom: (seriesCount: number) => void,
): RangeWindows {
  const stepNs = steps.stepNs > 0n ? steps.stepNs : 1n;
  const rangeNs = BigInt(range.rangeNs);
  const firstNs = steps.startNs - BigInt(range.offsetNs);
  const overlaps = rangeNs >= stepNs && steps.count > 1;
  const windows = new Map<string, Window>();
  const counted = createCounted(range);
  const createWindow = (series: LabelSet): Window =>
    isCounting(range)
      ? createCountingWindow(series, counted)
      : overlaps
        ? createSlidingWindow(series, range)
        : createSingleWindow(series, range);
  let current = 0;
  let chars = 0;

  const closeStep = (): void => {
    const samples: Sample[] = [];
    for (const [key, window] of windows) {
      const value = window.close(current);
      if (value !== undefined) samples.push({ series: window.series, value });
      if (!window.isEmpty()) continue;
      windows.delete(key);
      chars -= key.length;
    }
    emit(current, samples);
    current += 1;
  };
  /** The first step at or after a time. */
  const stepAt = (timeNs: bigint): bigint => {
    const since = timeNs - firstNs;
    return since <= 0n ? 0n : (since + stepNs - 1n) / stepNs;
  };

  return {
    add: (series, timeNs, value) => {
      const firstStep = Number(stepAt(timeNs));
      const lastStep = Number(stepAt(timeNs + rangeNs)) - 1;
      if (firstStep >= steps.count || lastStep < firstStep) return;
      while (current < firstStep) closeStep();
      let window = windows.get(series.key);
      if (window === undefined) {
        chars += series.key.length;
        if (windows.size >= MAX_WINDOW_SERIES || chars > MAX_WINDOW_CHARS) {
          throw new LogqlError(
            "limit",
            `the lines of one range make more than ${windows.size} series: group them by fewer labels, or ask for less time`,
          );
        }
        requireRoom(windows.size + 1);
        window = createWindow(series);
        windows.set(series.key, window);
      }
      window.add(Number(timeNs - firstNs), value, lastStep);
    },
    finish: () => {
      while (current < steps.count) closeStep();
    },
  };
}
