/**
 * The semantic conventions that emitted telemetry is held to: GenAI and MCP (semantic-conventions-genai, schema 1.42.0), HTTP, database and general
 * attributes (semantic-conventions 1.43.0). Attributes of ours stand in docs/conventions.md.
 */

/** Type of an attribute's value: `int` is a whole number, `json` a text that holds JSON. */
export type AttributeType = "string" | "string[]" | "int" | "double" | "boolean" | "json";

export const ATTRIBUTES: Readonly<Record<string, AttributeType>> = {
  "gen_ai.operation.name": "string",
  "gen_ai.provider.name": "string",
  "gen_ai.request.model": "string",
  "gen_ai.request.max_tokens": "int",
  "gen_ai.request.temperature": "double",
  "gen_ai.request.top_p": "double",
  "gen_ai.request.top_k": "double",
  "gen_ai.request.seed": "int",
  "gen_ai.request.choice.count": "int",
  "gen_ai.request.stop_sequences": "string[]",
  "gen_ai.request.frequency_penalty": "double",
  "gen_ai.request.presence_penalty": "double",
  "gen_ai.request.encoding_formats": "string[]",
  "gen_ai.request.stream": "boolean",
  "gen_ai.response.id": "string",
  "gen_ai.response.model": "string",
  "gen_ai.response.finish_reasons": "string[]",
  "gen_ai.response.time_to_first_chunk": "double",
  "gen_ai.usage.input_tokens": "int",
  "gen_ai.usage.output_tokens": "int",
  "gen_ai.usage.cache_read.input_tokens": "int",
  "gen_ai.usage.cache_creation.input_tokens": "int",
  "gen_ai.usage.reasoning.output_tokens": "int",
  "gen_ai.embeddings.dimension.count": "int",
  "gen_ai.output.type": "string",
  "gen_ai.conversation.id": "string",
  "gen_ai.data_source.id": "string",
  "gen_ai.evaluation.name": "string",
  "gen_ai.evaluation.score.value": "double",
  "gen_ai.evaluation.score.label": "string",
  "gen_ai.evaluation.explanation": "string",
  "gen_ai.agent.id": "string",
  "gen_ai.agent.name": "string",
  "gen_ai.agent.description": "string",
  "gen_ai.agent.version": "string",
  "gen_ai.workflow.name": "string",
  "gen_ai.tool.name": "string",
  "gen_ai.tool.type": "string",
  "gen_ai.tool.description": "string",
  "gen_ai.tool.call.id": "string",
  "gen_ai.tool.call.arguments": "string",
  "gen_ai.tool.call.result": "string",
  "gen_ai.tool.definitions": "json",
  "gen_ai.prompt.name": "string",
  "gen_ai.system_instructions": "json",
  "gen_ai.input.messages": "string",
  "gen_ai.output.messages": "string",
  "openai.api.type": "string",
  "openai.request.service_tier": "string",
  "openai.response.service_tier": "string",
  "openai.response.system_fingerprint": "string",
  "aws.bedrock.guardrail.id": "string",
  "mcp.method.name": "string",
  "mcp.session.id": "string",
  "mcp.protocol.version": "string",
  "mcp.resource.uri": "string",
  "jsonrpc.request.id": "string",
  "jsonrpc.protocol.version": "string",
  "rpc.response.status_code": "string",
  "network.transport": "string",
  "network.protocol.name": "string",
  "network.protocol.version": "string",
  "server.address": "string",
  "server.port": "int",
  "client.address": "string",
  "error.type": "string",
  "session.id": "string",
  "user.id": "string",
  "http.request.method": "string",
  "http.request.method_original": "string",
  "http.response.status_code": "int",
  "http.route": "string",
  "url.full": "string",
  "url.path": "string",
  "url.scheme": "string",
  "db.system.name": "string",
  "db.namespace": "string",
  "db.collection.name": "string",
  "db.operation.name": "string",
  "db.operation.batch.size": "int",
  "db.response.returned_rows": "int",
  "db.query.text": "string",
};

export type SpanKindName = "internal" | "server" | "client" | "producer" | "consumer";

export type SpanRule = {
  readonly kinds: readonly SpanKindName[];
  readonly required: readonly string[];
  /** Of which the span's name is the operation, then this one's value where there is one. */
  readonly namedBy: string | undefined;
};

const MODEL_CALL: SpanRule = {
  // A model in the program itself has no server.
  kinds: ["client", "internal"],
  required: ["gen_ai.operation.name", "gen_ai.provider.name"],
  namedBy: "gen_ai.request.model",
};

/** By `gen_ai.operation.name`. */
export const SPANS: Readonly<Record<string, SpanRule>> = {
  chat: MODEL_CALL,
  text_completion: MODEL_CALL,
  generate_content: MODEL_CALL,
  embeddings: MODEL_CALL,
  invoke_agent: {
    kinds: ["internal", "client"],
    required: ["gen_ai.operation.name"],
    namedBy: "gen_ai.agent.name",
  },
  invoke_workflow: { kinds: ["internal"], required: ["gen_ai.operation.name"], namedBy: "gen_ai.workflow.name" },
  execute_tool: {
    // A tool of an MCP server is seen at the client as the tool itself, at the server as its execution.
    kinds: ["internal", "client", "server"],
    required: ["gen_ai.operation.name", "gen_ai.tool.name"],
    namedBy: "gen_ai.tool.name",
  },
  retrieval: { kinds: ["internal", "client"], required: ["gen_ai.operation.name"], namedBy: "gen_ai.data_source.id" },
};

export type MetricRule = {
  readonly unit: string;
  /** Of histograms. */
  readonly buckets?: readonly number[];
  readonly attributes: readonly string[];
};

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const MCP_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const CALL = [
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "server.address",
  "server.port",
];
const MCP_CALL = [
  "mcp.method.name",
  "gen_ai.tool.name",
  "gen_ai.prompt.name",
  "error.type",
  "rpc.response.status_code",
  "network.transport",
  "mcp.protocol.version",
];
const MCP_SESSION = ["mcp.protocol.version", "network.transport", "error.type"];

const POOL = "db.client.connection.pool.name";

/** Of both sides of an HTTP request. */
const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The metrics of the conventions, by their OTLP names. */
export const METRICS: Readonly<Record<string, MetricRule>> = {
  "gen_ai.client.token.usage": {
    unit: "{token}",
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    attributes: [...CALL, "gen_ai.token.type"],
  },
  "gen_ai.client.operation.duration": { unit: "s", buckets: SECONDS, attributes: [...CALL, "error.type"] },
  "gen_ai.client.operation.time_to_first_chunk": { unit: "s", buckets: SECONDS, attributes: CALL },
  "gen_ai.client.operation.time_per_output_chunk": { unit: "s", buckets: SECONDS, attributes: CALL },
  "gen_ai.workflow.duration": {
    unit: "s",
    buckets: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
    attributes: ["gen_ai.workflow.name", "error.type"],
  },
  "gen_ai.invoke_agent.duration": {
    unit: "s",
    buckets: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
    attributes: ["gen_ai.agent.name", "gen_ai.request.model", "error.type"],
  },
  "gen_ai.execute_tool.duration": {
    unit: "s",
    buckets: SECONDS,
    attributes: ["gen_ai.tool.name", "gen_ai.agent.name", "gen_ai.tool.type", "error.type"],
  },
  "mcp.client.operation.duration": { unit: "s", buckets: MCP_SECONDS, attributes: MCP_CALL },
  "mcp.server.operation.duration": { unit: "s", buckets: MCP_SECONDS, attributes: MCP_CALL },
  "mcp.client.session.duration": { unit: "s", buckets: MCP_SECONDS, attributes: MCP_SESSION },
  "mcp.server.session.duration": { unit: "s", buckets: MCP_SECONDS, attributes: MCP_SESSION },
  "db.client.operation.duration": {
    unit: "s",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    attributes: ["db.system.name", "db.operation.name", "error.type"],
  },
  "db.client.connection.count": { unit: "{connection}", attributes: [POOL, "db.client.connection.state"] },
  "db.client.connection.pending_requests": { unit: "{request}", attributes: [POOL] },
  "http.server.request.duration": {
    unit: "s",
    buckets: HTTP_SECONDS,
    attributes: ["http.request.method", "http.route", "http.response.status_code", "error.type"],
  },
  "http.server.active_requests": { unit: "{request}", attributes: ["http.request.method"] },
  "http.client.request.duration": {
    unit: "s",
    buckets: HTTP_SECONDS,
    attributes: ["http.request.method", "server.address", "http.response.status_code", "error.type"],
  },
  "process.cpu.time": { unit: "s", attributes: ["cpu.mode"] },
  "process.memory.usage": { unit: "By", attributes: [] },
  "process.uptime": { unit: "s", attributes: [] },
  "v8js.memory.heap.used": { unit: "By", attributes: [] },
  "v8js.memory.heap.limit": { unit: "By", attributes: [] },
  "v8js.gc.duration": { unit: "s", buckets: [0.01, 0.1, 1, 10], attributes: ["v8js.gc.type"] },
  "nodejs.eventloop.delay.p50": { unit: "s", attributes: [] },
  "nodejs.eventloop.delay.p99": { unit: "s", attributes: [] },
  "nodejs.eventloop.delay.max": { unit: "s", attributes: [] },
  "nodejs.eventloop.utilization": { unit: "1", attributes: [] },
};
