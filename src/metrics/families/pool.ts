import type { MetricDefinition } from "./definition.ts";

/** Pools of connections, workers or clients, as the program shows them. */
export const POOL_METRICS = [
  {
    name: "pool_members",
    type: "gauge",
    help: "Members of a pool by state: active, idle, and waiting for those who wait to get one.",
    unit: "{member}",
    labels: ["pool", "state"],
  },
] as const satisfies readonly MetricDefinition[];
