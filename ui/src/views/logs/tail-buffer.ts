import type { LogEntry } from "../../../../src/backends/index.ts";

/** Lines that arrive, between two drawings: the newest first, and never more than are kept. */
export type TailBuffer = {
  readonly add: (entries: readonly LogEntry[], dropped: number) => void;
  /** Lines that wait to be drawn. */
  readonly waiting: () => number;
  /** Lines that nobody will see: Loki left them out, or they came faster than they are kept. */
  readonly missed: () => number;
  /** What is to be drawn from now on. */
  readonly take: () => readonly LogEntry[];
};

export function createTailBuffer(kept: number): TailBuffer {
  let shown: readonly LogEntry[] = [];
  let waiting: LogEntry[] = [];
  let missed = 0;
  return {
    add: (entries, dropped) => {
      missed += dropped;
      for (const entry of entries) waiting.push(entry);
      if (waiting.length <= kept) return;
      missed += waiting.length - kept;
      waiting = waiting.slice(-kept);
    },
    waiting: () => waiting.length,
    missed: () => missed,
    take: () => {
      if (waiting.length > 0) {
        waiting.sort((a, b) => (a.timeNs < b.timeNs ? 1 : a.timeNs > b.timeNs ? -1 : 0));
        shown = [...waiting, ...shown].slice(0, kept);
        waiting = [];
      }
      return shown;
    },
  };
}
