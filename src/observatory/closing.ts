/** The stages of an end, in order: first what brings work, last what keeps it. */
export const STAGES = ["work", "servers", "rules", "queries", "store"] as const;
export type Stage = (typeof STAGES)[number];

export type Closing = {
  readonly add: (stage: Stage, step: () => unknown) => void;
  /** Runs what was added, once: stage after stage, the steps of one at the same time. What fails keeps nothing after it. */
  readonly run: () => Promise<void>;
};

export function createClosing(): Closing {
  const steps = new Map<Stage, (() => unknown)[]>();
  return {
    add: (stage, step) => void steps.set(stage, [...(steps.get(stage) ?? []), step]),
    run: async () => {
      for (const stage of STAGES) {
        const now = steps.get(stage) ?? [];
        steps.delete(stage);
        await Promise.allSettled(now.map(async (step) => step()));
      }
    },
  };
}

/** Resolves with the promise, or when the time is over. */
export function within(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
