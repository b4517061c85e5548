import type { ErrorTracker } from "./tracker.ts";

const RUNNING = Symbol.for("agent-observatory.errors");
type Global = { [RUNNING]?: ErrorTracker | undefined };

/** The tracker of this process or thread, on a global symbol for the same reason as `runningTelemetry`. */
export const runningTracker = (): ErrorTracker | undefined => (globalThis as Global)[RUNNING];

export function setRunningTracker(tracker: ErrorTracker | undefined): void {
  (globalThis as Global)[RUNNING] = tracker;
}
