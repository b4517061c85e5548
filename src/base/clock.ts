/** The one owner of wall-clock time, so that tests can hold it still. */
export type Clock = {
  /** Milliseconds since the Unix epoch, with fraction; never runs backwards within a process. */
  readonly nowMs: () => number;
};

const { timeOrigin } = performance;

export const systemClock: Clock = {
  // timeOrigin + now() is monotonic; Date.now() jumps when the machine's clock is set.
  nowMs: () => timeOrigin + performance.now(),
};
