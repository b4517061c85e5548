import { runningTelemetry } from "../telemetry/index.ts";
import { amountOf, labelOf } from "./given.ts";
import { recording } from "./telling.ts";

export type PoolState = { readonly active?: number; readonly idle?: number; readonly waiting?: number };

const STATES = ["active", "idle", "waiting"] as const;
const nothing = (): void => {};

/** Says how many requests wait in a queue, or for an agent (`agent_queue_depth`, whose label `agent` is the queue's name). */
export function setQueueDepth(queue: string, depth: number): void {
  recording(({ metrics }) => {
    const count = amountOf(depth);
    if (count !== undefined) metrics.set("agent_queue_depth", { agent: labelOf(queue) }, count);
  });
}

/** Asks for the depth of a queue whenever metrics are looked at. Returns what stops it. */
export function watchQueue(queue: string, depth: () => number): () => void {
  const metrics = runningTelemetry()?.metrics;
  if (metrics === undefined) return nothing;
  const agent = labelOf(queue);
  return metrics.watch(() => {
    const count = amountOf(depth());
    if (count !== undefined) metrics.note("agent_queue_depth", { agent }, count);
  });
}

/** Asks for the state of a pool whenever metrics are looked at (`pool_members`). What it does not say is not told. Returns what stops it. */
export function watchPool(name: string, state: () => PoolState): () => void {
  const metrics = runningTelemetry()?.metrics;
  if (metrics === undefined) return nothing;
  const pool = labelOf(name);
  return metrics.watch(() => {
    const members = state();
    for (const one of STATES) {
      const count = amountOf(members[one]);
      if (count !== undefined) metrics.note("pool_members", { pool, state: one }, count);
    }
  });
}
