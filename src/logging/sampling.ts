import type { Clock } from "../base/index.ts";

export type SamplingOptions = {
  /** Share of the lines of a level that are written, from 0 to 1. */
  readonly rates: Readonly<Record<string, number>>;
  /** How many lines of one level with the same message are written in a second; undefined: all. */
  readonly burst: number | undefined;
  readonly clock: Clock;
  readonly onLeftOut: (level: string, reason: "rate" | "burst") => void;
};

export type Sampling = {
  /** Whether a line is written. If so, `leftOut` of its kind were not since the last that was. */
  readonly decide: (level: string, template: string, traceId: string | undefined) => number | undefined;
};

/** Levels of which every line is written, whatever is set. */
const NEVER_LEFT_OUT = new Set(["error", "fatal", "crit", "alert", "emerg"]);
const WINDOW_MS = 1000;
/** A program that puts values into its messages has no end of different ones. */
const MAX_TEMPLATES = 1000;
const MAX_TEMPLATE_LENGTH = 120;
const VALUES = /[0-9a-f]{8,}(?:-[0-9a-f]+)*|\d+/gi;

type Count = { windowMs: number; written: number; leftOut: number };

/** From 0 to 1, the same for all lines of a trace and wherever it passes, so that they are kept or left out together. */
const shareOf = (traceId: string): number => Number.parseInt(traceId.slice(-8), 16) / 0x1_0000_0000;

/** Decides which lines of many are written. Lines of errors always are. */
export function createSampling({ rates, burst, clock, onLeftOut }: SamplingOptions): Sampling {
  const hasRates = Object.keys(rates).length > 0;
  /** How much of a line outside of traces has come together, by level: at 1 one is written. */
  const shares = new Map<string, number>();
  const leftOutByRate = new Map<string, number>();
  const counts = new Map<string, Count>();

  const passesRate = (level: string, traceId: string | undefined): boolean => {
    const rate = rates[level] ?? 1;
    if (rate >= 1) return true;
    if (rate <= 0) return false;
    if (traceId !== undefined) return shareOf(traceId) < rate;
    const share = (shares.get(level) ?? 1 - rate) + rate;
    // Sums of a tenth are not exactly 1.
    const passes = share >= 1 - 1e-9;
    shares.set(level, passes ? share - 1 : share);
    return passes;
  };
  const countOf = (level: string, template: string): Count => {
    const key = `${level} ${template.slice(0, MAX_TEMPLATE_LENGTH).replace(VALUES, "#")}`;
    let count = counts.get(key);
    if (count === undefined) {
      if (counts.size >= MAX_TEMPLATES) {
        // The oldest, which a program that writes it often would soon have again.
        for (const first of counts.keys()) {
          counts.delete(first);
          break;
        }
      }
      count = { windowMs: Number.NEGATIVE_INFINITY, written: 0, leftOut: 0 };
      counts.set(key, count);
    }
    return count;
  };

  return {
    decide: (level, template, traceId) => {
      if ((!hasRates && burst === undefined) || NEVER_LEFT_OUT.has(level)) return 0;
      if (hasRates && !passesRate(level, traceId)) {
        leftOutByRate.set(level, (leftOutByRate.get(level) ?? 0) + 1);
        onLeftOut(level, "rate");
        return undefined;
      }
      let leftOut = 0;
      if (burst !== undefined) {
        const count = countOf(level, template);
        const nowMs = clock.nowMs();
        if (nowMs - count.windowMs >= WINDOW_MS) {
          count.windowMs = nowMs;
          count.written = 0;
        }
        if (count.written >= burst) {
          count.leftOut += 1;
          onLeftOut(level, "burst");
          return undefined;
        }
        count.written += 1;
        leftOut = count.leftOut;
        count.leftOut = 0;
      }
      if (hasRates) {
        leftOut += leftOutByRate.get(level) ?? 0;
        leftOutByRate.delete(level);
      }
      return leftOut;
    },
  };
}
