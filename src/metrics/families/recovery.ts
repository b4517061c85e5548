import { DURATION_BUCKETS, type MetricDefinition } from "./definition.ts";

/** What a program does about errors: attempts to recover, by strategy. */
export const RECOVERY_METRICS = [
  {
    name: "agent_recovery_attempts_total",
    type: "counter",
    help: "Attempts to recover from an error, by strategy and outcome (ok, error): successes are those with status ok.",
    unit: "{attempt}",
    labels: ["agent", "strategy", "status"],
  },
  {
    name: "agent_recovery_duration_seconds",
    type: "histogram",
    help: "Duration of an attempt to recover, where the program says it.",
    unit: "s",
    labels: ["strategy", "status"],
    buckets: DURATION_BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];
