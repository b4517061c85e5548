import type { MetricDefinition } from "./definition.ts";

/** Caches of the program's own; that of a provider shows in `llm_tokens_total`. */
export const CACHE_METRICS = [
  {
    name: "cache_operations_total",
    type: "counter",
    help: "Cache operations by kind of cache (exact, semantic) and outcome (hit, miss, set, error). The hit rate is hits by hits and misses.",
    unit: "{operation}",
    labels: ["cache", "kind", "outcome"],
  },
  {
    name: "cache_operation_duration_seconds",
    type: "histogram",
    help: "Duration of a cache operation, by kind of cache and outcome.",
    unit: "s",
    labels: ["cache", "kind", "outcome"],
    // From memory to a vector search on another continent.
    buckets: [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
] as const satisfies readonly MetricDefinition[];
