import type { Clock } from "../base/index.ts";

const INTERVAL_MS = 1000;

export type LoopDelay = {
  /** By how much the event loop was late within the last second, or is since. */
  readonly currentMs: () => number;
};

/** Watches how late the event loop is, once a second, without keeping the process. */
export function watchLoopDelay(clock: Clock): LoopDelay {
  let dueMs = clock.nowMs() + INTERVAL_MS;
  let lateMs = 0;
  setInterval(() => {
    const nowMs = clock.nowMs();
    lateMs = nowMs - dueMs;
    dueMs = nowMs + INTERVAL_MS;
  }, INTERVAL_MS).unref();
  return { currentMs: () => Math.max(0, Math.round(Math.max(lateMs, clock.nowMs() - dueMs))) };
}
