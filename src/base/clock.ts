/** The one owner of wall-clock time, so that tests can hold it still. */
export type Clock = {
  /** Milliseconds since the Unix epoch, with fraction; never runs backwards within a process. */
  readonly nowMs: () => number;
};

const STEP_MS = 1000;

/**
 * Runs evenly, as `steadyMs` does, and follows `wallMs` where that is suddenly ahead: the machine slept, which a steady time does not notice, or its
 * clock was put right. Where the machine's clock is set back, it goes on as before.
 */
export function createClock(originMs: number, steadyMs: () => number, wallMs: () => number): Clock {
  let startMs = originMs;
  return {
    nowMs: () => {
      // Asked first: a pause between the two must not count twice.
      const wall = wallMs();
      const now = startMs + steadyMs();
      if (wall - now < STEP_MS) return now;
      startMs += wall - now;
      return wall;
    },
  };
}

/** When this thread began, by its clock. */
export const threadStartMs: number = performance.timeOrigin;

export const systemClock: Clock = createClock(threadStartMs, () => performance.now(), Date.now);
