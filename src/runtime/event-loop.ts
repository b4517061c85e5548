import { builtin, type Clock } from "../base/index.ts";

/**
 * A timer of so many milliseconds tells how late the loop is. Each time it goes off costs an idle process: 0.45 % of a core in all at Node's own
 * 10 ms, 0.3 % at 20 ms, 0.1 % at 50 ms.
 */
const RESOLUTION_MS = 50;
/** Several may look, each at its own interval: within this time they are told the same. */
const MIN_WINDOW_MS = 10_000;

export type LoopFigures = {
  /** Undefined where it is not measured, or nothing was yet. */
  readonly delaySeconds: { readonly p50: number; readonly p99: number; readonly max: number } | undefined;
  /** From 0 to 1. */
  readonly utilization: number;
};

export type LoopWatch = {
  /** About the time since the last look, at least ten seconds of it once the process has run for so long. */
  readonly read: () => LoopFigures;
  readonly stop: () => void;
};

export type LoopWatchOptions = {
  readonly clock: Clock;
  /** Whether the delay is measured; how busy the loop is costs nothing. */
  readonly measuresDelay: boolean;
};

/** Watches the event loop of this thread. */
export function watchEventLoop({ clock, measuresDelay }: LoopWatchOptions): LoopWatch {
  const histogram = measuresDelay
    ? builtin("node:perf_hooks").monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    : undefined;
  histogram?.enable();
  let sinceMs = clock.nowMs();
  let before = performance.eventLoopUtilization();
  let last: LoopFigures | undefined;

  // What is recorded is the time from one going off to the next.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
  const figures = (): LoopFigures => ({
    delaySeconds:
      histogram === undefined || histogram.count === 0
        ? undefined
        : { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) },
    utilization: performance.eventLoopUtilization(before).utilization,
  });
  return {
    read: () => {
      const nowMs = clock.nowMs();
      const isWhole = nowMs - sinceMs >= MIN_WINDOW_MS;
      if (!isWhole) return last ?? figures();
      last = figures();
      sinceMs = nowMs;
      before = performance.eventLoopUtilization();
      histogram?.reset();
      return last;
    },
    stop: () => void histogram?.disable(),
  };
}
