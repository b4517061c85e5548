import { GENAI_DURATION_BUCKETS, type MetricDefinition } from "./definition.ts";

const CALL_LABELS = [
  "gen_ai_operation_name",
  "gen_ai_provider_name",
  "gen_ai_request_model",
  "gen_ai_response_model",
  "server_address",
] as const;

/** The metrics of the OpenTelemetry GenAI semantic conventions, under their own names, for boards that others wrote. */
export const GEN_AI_METRICS = [
  {
    name: "gen_ai_client_token_usage",
    otlpName: "gen_ai.client.token.usage",
    type: "histogram",
    help: "Number of input and output tokens used.",
    unit: "{token}",
    labels: [...CALL_LABELS, "gen_ai_token_type"],
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
  },
  {
    name: "gen_ai_client_operation_duration_seconds",
    otlpName: "gen_ai.client.operation.duration",
    type: "histogram",
    help: "GenAI operation duration.",
    unit: "s",
    labels: [...CALL_LABELS, "error_type"],
    buckets: GENAI_DURATION_BUCKETS,
  },
  {
    name: "gen_ai_client_operation_time_to_first_chunk_seconds",
    otlpName: "gen_ai.client.operation.time_to_first_chunk",
    type: "histogram",
    help: "Time to the first chunk of a streamed GenAI response.",
    unit: "s",
    labels: CALL_LABELS,
    buckets: GENAI_DURATION_BUCKETS,
  },
  {
    name: "gen_ai_invoke_agent_duration_seconds",
    otlpName: "gen_ai.invoke_agent.duration",
    type: "histogram",
    help: "Duration of an in-process agent invocation.",
    unit: "s",
    labels: ["gen_ai_agent_name", "error_type"],
    buckets: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
  },
  {
    name: "gen_ai_execute_tool_duration_seconds",
    otlpName: "gen_ai.execute_tool.duration",
    type: "histogram",
    help: "Duration of a tool execution.",
    unit: "s",
    labels: ["gen_ai_tool_name", "gen_ai_agent_name", "error_type"],
    buckets: GENAI_DURATION_BUCKETS,
  },
  {
    name: "gen_ai_workflow_duration_seconds",
    otlpName: "gen_ai.workflow.duration",
    type: "histogram",
    help: "Duration of a workflow.",
    unit: "s",
    labels: ["gen_ai_workflow_name", "error_type"],
    buckets: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
  },
] as const satisfies readonly MetricDefinition[];
