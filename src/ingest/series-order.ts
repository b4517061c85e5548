/**
 * In which order the samples of a series may come, and when a 0 is written where its counting began: as Prometheus'
 * head does it with out_of_order_time_window and created-timestamp-zero-ingestion.
 */
import type { LabelSet, NewSample } from "../signals/index.ts";

/** Half of the time that Prometheus' head covers: in order, a sample may be this much older than the latest of all. */
const HEAD_MS = 3_600_000;
/** Clocks differ; what claims to be later than this is refused. */
export const AHEAD_MS = 600_000;

export type SeriesState = {
  readonly series: LabelSet;
  /** -Infinity before the first sample. */
  lastMs: number;
  lastValue: number;
  lastIsStale: boolean;
  /** The exemplars that were taken last, the newest at the end. */
  exemplars: { timeMs: number; value: number; key: string }[];
};

export const newSeriesState = (series: LabelSet): SeriesState => ({
  series,
  // After a restart the 0 at the start of a series is written once more; the store has it and keeps one.
  lastMs: Number.NEGATIVE_INFINITY,
  // Differs from every value: what came before a start is not known.
  lastValue: Number.NaN,
  lastIsStale: false,
  exemplars: [],
});

export type OrderedWriter = {
  /** Why the sample is refused, or undefined where it is taken. `startMs` 0 means that the start is not known. */
  readonly append: (
    state: SeriesState,
    startMs: number,
    timeMs: number,
    value: number,
    stale: boolean,
  ) => string | undefined;
  /** The oldest time that any series may still take. */
  readonly oldestMs: () => number;
};

export type SeriesOrder = {
  /** A writer for one request: what is too old is measured by what came before it. */
  readonly begin: (nowMs: number, samples: NewSample[]) => OrderedWriter;
};

export const TOO_FAR_AHEAD = "the sample's time is more than 10 minutes in the future";
export const DUPLICATE = "the series has another value at this time";
export const TOO_OLD = "the sample is too old, or out of order by more than the window";

export function createSeriesOrder(outOfOrderWindowMs: number): SeriesOrder {
  let latestMs = Number.NEGATIVE_INFINITY;
  return {
    begin: (nowMs, samples) => {
      let headMs = latestMs;
      const inOrderFrom = (): number => headMs - HEAD_MS;
      const outOfOrderFrom = (): number => headMs - outOfOrderWindowMs;

      const push = (state: SeriesState, timeMs: number, value: number, stale: boolean): void => {
        samples.push(
          stale
            ? { series: state.series, timeMs, value: Number.NaN, stale: true }
            : { series: state.series, timeMs, value },
        );
        if (timeMs < state.lastMs) return;
        state.lastMs = timeMs;
        state.lastValue = value;
        state.lastIsStale = stale;
        if (timeMs > latestMs) latestMs = timeMs;
      };

      const append: OrderedWriter["append"] = (state, startMs, timeMs, value, stale) => {
        if (timeMs > nowMs + AHEAD_MS) return TOO_FAR_AHEAD;
        // The first sample of all says where the head begins.
        if (headMs === Number.NEGATIVE_INFINITY) headMs = timeMs;
        if (timeMs === state.lastMs && timeMs >= inOrderFrom()) {
          return (stale && state.lastIsStale) || (stale === state.lastIsStale && Object.is(value, state.lastValue))
            ? undefined
            : DUPLICATE;
        }
        const inOrder = timeMs > state.lastMs && timeMs >= inOrderFrom();
        if (!inOrder && timeMs < outOfOrderFrom()) return TOO_OLD;
        if (startMs !== 0 && startMs < timeMs && startMs >= inOrderFrom() && startMs > state.lastMs) {
          push(state, startMs, 0, false);
        }
        push(state, timeMs, value, stale);
        return undefined;
      };
      return { append, oldestMs: () => Math.min(inOrderFrom(), outOfOrderFrom()) };
    },
  };
}
