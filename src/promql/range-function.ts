import type { Samples } from "../signals/index.ts";

/** A window over samples at one step. One object is reused for all of them. */
export type Window = {
  /** Index of the step, by which parameters are found. */
  step: number;
  /** The time of evaluation; not the end of the window where there is an offset or `@`. */
  timeMs: number;
  startMs: number;
  endMs: number;
};

/** The value of the samples from index `from` up to `to`, not included. */
export type Kernel = (from: number, to: number, window: Window) => number;

/** A function over a range vector, applied to one series after the other. */
export type RangeFunction = {
  /** Fewer samples in a window give no value; 1 where nothing is said. */
  readonly leastSamples?: number;
  readonly keepsName?: true;
  /** Warn of a metric that is not named like a counter. */
  readonly isForCounters?: true;
  /** What is odd about the value of the (only) parameter; a warning where the function has been applied with it. */
  readonly oddity?: (parameter: number) => string | undefined;
  /** Called once for every series, with the function's other arguments by step. */
  readonly open: (samples: Samples, parameters: readonly Float64Array[]) => Kernel;
};
