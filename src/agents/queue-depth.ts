import { runningTelemetry } from "../telemetry/index.ts";

/** Says how many requests wait for an agent (`agent_queue_depth`). Does nothing where telemetry is not running. */
export function setQueueDepth(agent: string, depth: number): void {
  runningTelemetry()?.metrics.set("agent_queue_depth", { agent }, depth);
}
