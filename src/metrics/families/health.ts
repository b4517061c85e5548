import type { MetricDefinition } from "./definition.ts";

/** The health checks that a program has registered. */
export const HEALTH_METRICS = [
  {
    name: "health_check_status",
    type: "gauge",
    help: "Last result of a health check: 1 healthy, 0.5 degraded, 0 unhealthy.",
    unit: "{status}",
    labels: ["check"],
  },
  {
    name: "health_check_duration_seconds",
    type: "gauge",
    help: "How long the last run of a health check took, at most its timeout.",
    unit: "s",
    labels: ["check"],
  },
] as const satisfies readonly MetricDefinition[];
