import { trackError, watchPool, watchQueue } from "agent-observatory";

export type Queue<Job> = {
  readonly add: (job: Job) => void;
  readonly depth: () => number;
  /** Takes nothing more, and resolves when all that waits is done. */
  readonly drain: () => Promise<void>;
};

/** Jobs that one worker does one after the other, in the background. How many wait, and whether it works, is asked whenever metrics are read. */
export function startQueue<Job>(name: string, work: (job: Job) => Promise<void>): Queue<Job> {
  const waiting: Job[] = [];
  let wake = Promise.withResolvers<void>();
  let working = false;
  let closed = false;

  async function run(): Promise<void> {
    for (;;) {
      const job = waiting.shift();
      if (job === undefined) {
        if (closed) return;
        await wake.promise;
        wake = Promise.withResolvers();
        continue;
      }
      working = true;
      // One job that fails is not to keep the others from being done.
      await work(job).catch((error: unknown) => trackError(error, { context: { queue: name } }));
      working = false;
    }
  }
  const stopped = run();
  const stopWatching = [
    watchQueue(name, () => waiting.length),
    watchPool(`${name}-workers`, () => ({ active: Number(working), idle: Number(!working), waiting: waiting.length })),
  ];

  return {
    add: (job) => {
      if (closed) throw new Error(`${name} takes nothing more`);
      waiting.push(job);
      wake.resolve();
    },
    depth: () => waiting.length,
    drain: async () => {
      closed = true;
      wake.resolve();
      await stopped;
      for (const stop of stopWatching) stop();
    },
  };
}
