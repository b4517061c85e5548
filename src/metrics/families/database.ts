import type { MetricDefinition } from "./definition.ts";

/** Databases as the program meets them, and the pools of its connections to them (OpenTelemetry's database conventions). */
export const DATABASE_METRICS = [
  {
    name: "db_client_operation_duration_seconds",
    otlpName: "db.client.operation.duration",
    type: "histogram",
    help: "Duration of a database operation, by system, operation and what went wrong. Its count is that of the operations.",
    unit: "s",
    labels: ["db_system_name", "db_operation_name", "error_type"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
  {
    name: "db_client_connection_count",
    otlpName: "db.client.connection.count",
    type: "gauge",
    help: "Connections of a pool by state (idle, used). Pools to the same database are added up.",
    unit: "{connection}",
    labels: ["db_client_connection_pool_name", "db_client_connection_state"],
  },
  {
    name: "db_client_connection_pending_requests",
    otlpName: "db.client.connection.pending_requests",
    type: "gauge",
    help: "Requests that wait for a connection of a pool.",
    unit: "{request}",
    labels: ["db_client_connection_pool_name"],
  },
] as const satisfies readonly MetricDefinition[];
