/** The one owner of wall-clock time, so that tests can hold it still. */
export type Clock = {
  /** Milliseconds since the Unix epoch, with fraction; never runs backwards within a process. */
  readonly nowMs: () => number;
};

export const systemClock: Clock = {
  // timeOrigin + now() is monotonic; Date.now() jumps when the machine's clock is set.
  nowMs: () => performance.timeOrigin + performance.now(),
};
