import type { LabelSet } from "../signals/index.ts";

/** One series at one step. */
export type Sample = { readonly series: LabelSet; readonly value: number };

/** The moments a query is asked for. An instant query has one, and no distance between them. */
export type Steps = {
  readonly startNs: bigint;
  readonly stepNs: bigint;
  readonly count: number;
};

/** Takes the samples of step after step, in order, every step once. */
export type StepSink = (step: number, samples: Sample[]) => void;
