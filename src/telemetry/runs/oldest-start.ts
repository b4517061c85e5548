/**
 * The start of the oldest run in progress, by who runs. Runs begin in order of time, so the oldest is the first that is still there.
 * Returns undefined where nothing of that name runs.
 */
export type OldestStart = {
  readonly started: (name: string, run: object, startMs: number) => number | undefined;
  readonly ended: (name: string, run: object) => number | undefined;
};

/** Runs that a program never ends must not pile up for ever. */
const MAX_RUNS = 10_000;

export function createOldestStart(): OldestStart {
  const runsOf = new Map<string, Map<object, number>>();
  const oldest = (name: string): number | undefined => runsOf.get(name)?.values().next().value;
  return {
    started: (name, run, startMs) => {
      const runs = runsOf.get(name) ?? new Map<object, number>();
      if (runs.size < MAX_RUNS) runs.set(run, startMs);
      runsOf.set(name, runs);
      return oldest(name);
    },
    ended: (name, run) => {
      const runs = runsOf.get(name);
      runs?.delete(run);
      if (runs?.size === 0) runsOf.delete(name);
      return oldest(name);
    },
  };
}
