import type { MetricDefinition } from "./definition.ts";

/** Vector stores, and databases where they search by vectors. */
export const VECTOR_METRICS = [
  {
    name: "vector_operations_total",
    type: "counter",
    help: "Operations of a vector store, by outcome (ok, error).",
    unit: "{operation}",
    labels: ["db_system_name", "operation", "status"],
  },
  {
    name: "vector_operation_duration_seconds",
    type: "histogram",
    help: "Duration of an operation of a vector store.",
    unit: "s",
    labels: ["db_system_name", "operation"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  {
    name: "vector_results_returned",
    type: "histogram",
    help: "Results that a search by vectors returned.",
    unit: "{result}",
    labels: ["db_system_name"],
    buckets: [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000],
  },
  {
    name: "vector_dimensions",
    type: "gauge",
    help: "Numbers in a vector of the last operation that showed one, by collection.",
    unit: "{dimension}",
    labels: ["db_system_name", "collection"],
  },
] as const satisfies readonly MetricDefinition[];
