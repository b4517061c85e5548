import type { MetricDefinition } from "./definition.ts";

const OPERATION_LABELS = [
  "mcp_method_name",
  "gen_ai_tool_name",
  "gen_ai_prompt_name",
  "error_type",
  "rpc_response_status_code",
  "network_transport",
] as const;
const SESSION_LABELS = ["mcp_protocol_version", "network_transport"] as const;
/** Those of the conventions, for all four. */
const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;

/** The metrics of the OpenTelemetry conventions for the Model Context Protocol. */
export const MCP_METRICS = [
  {
    name: "mcp_client_operation_duration_seconds",
    otlpName: "mcp.client.operation.duration",
    type: "histogram",
    help: "Duration of an MCP request as its sender sees it.",
    unit: "s",
    labels: OPERATION_LABELS,
    buckets: BUCKETS,
  },
  {
    name: "mcp_server_operation_duration_seconds",
    otlpName: "mcp.server.operation.duration",
    type: "histogram",
    help: "Duration of an MCP request as its receiver sees it.",
    unit: "s",
    labels: OPERATION_LABELS,
    buckets: BUCKETS,
  },
  {
    name: "mcp_client_session_duration_seconds",
    otlpName: "mcp.client.session.duration",
    type: "histogram",
    help: "Duration of an MCP session from initialization to its end, at the client.",
    unit: "s",
    labels: SESSION_LABELS,
    buckets: BUCKETS,
  },
  {
    name: "mcp_server_session_duration_seconds",
    otlpName: "mcp.server.session.duration",
    type: "histogram",
    help: "Duration of an MCP session from initialization to its end, at the server.",
    unit: "s",
    labels: SESSION_LABELS,
    buckets: BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];
