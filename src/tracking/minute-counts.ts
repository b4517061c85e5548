/** Counts of the last hour, by the minute, in 250 bytes. Times never run backwards. */
export type MinuteCounts = {
  readonly add: (timeMs: number) => void;
  /** How many in the last `windowMs`, at most an hour; what lies in a minute counts as spread over it evenly. */
  readonly within: (windowMs: number, nowMs: number) => number;
  /** How many in the minute of the clock that `nowMs` is in. */
  readonly thisMinute: (nowMs: number) => number;
};

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** The current minute, and the oldest, of which a part still counts. */
const SLOTS = MINUTES + 1;

export function createMinuteCounts(): MinuteCounts {
  const counts = new Uint32Array(SLOTS);
  let current = 0;
  const moveTo = (timeMs: number): void => {
    const minute = Math.floor(timeMs / MINUTE_MS);
    if (minute <= current) return;
    for (let step = Math.min(minute - current, SLOTS); step > 0; step--) counts[(minute - step + 1) % SLOTS] = 0;
    current = minute;
  };
  const minutesAgo = (minutes: number): number => counts[(current - minutes + SLOTS) % SLOTS] ?? 0;
  return {
    add: (timeMs) => {
      moveTo(timeMs);
      counts[current % SLOTS] = minutesAgo(0) + 1;
    },
    within: (windowMs, nowMs) => {
      moveTo(nowMs);
      const window = Math.min(windowMs / MINUTE_MS, MINUTES);
      const elapsed = nowMs / MINUTE_MS - current;
      let sum = minutesAgo(0);
      for (let minutes = 1; minutes < SLOTS; minutes++) {
        sum += minutesAgo(minutes) * Math.max(0, Math.min(1, window - elapsed - minutes + 1));
      }
      return Math.round(sum);
    },
    thisMinute: (nowMs) => {
      moveTo(nowMs);
      return minutesAgo(0);
    },
  };
}
