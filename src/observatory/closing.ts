/** The stages of an end, in order, and how long each may take: first what brings work, last what keeps it. Together 5 seconds. */
const STAGES_MS = { work: 100, servers: 1600, rules: 1600, queries: 300, store: 1400 } as const;
export type Stage = keyof typeof STAGES_MS;

export type Closing = {
  readonly add: (stage: Stage, step: () => unknown) => void;
  /** Runs what was added, once: stage after stage, the steps of one at the same time. What fails or hangs keeps nothing after it. */
  readonly run: () => Promise<void>;
};

/** Resolves when the promise is settled or the time is over. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

export function createClosing(): Closing {
  const steps = new Map<Stage, (() => unknown)[]>();
  return {
    add: (stage, step) => void steps.set(stage, [...(steps.get(stage) ?? []), step]),
    run: async () => {
      for (const [stage, ms] of Object.entries(STAGES_MS) as [Stage, number][]) {
        const now = steps.get(stage) ?? [];
        steps.delete(stage);
        await within(Promise.allSettled(now.map(async (step) => step())), ms);
      }
    },
  };
}
