/**
 * Names of span, log and resource attributes. The GenAI conventions are unstable and moved house in 2026, so their names stand
 * here rather than being imported (semantic-conventions-genai, schema 1.42.0).
 */
export const ATTR = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  finishReasons: "gen_ai.response.finish_reasons",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  requestStream: "gen_ai.request.stream",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestSeed: "gen_ai.request.seed",
  requestChoiceCount: "gen_ai.request.choice.count",
  requestStopSequences: "gen_ai.request.stop_sequences",
  requestFrequencyPenalty: "gen_ai.request.frequency_penalty",
  requestPresencePenalty: "gen_ai.request.presence_penalty",
  requestEncodingFormats: "gen_ai.request.encoding_formats",
  embeddingsDimensionCount: "gen_ai.embeddings.dimension.count",
  outputType: "gen_ai.output.type",
  conversationId: "gen_ai.conversation.id",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheCreationTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  requestTopK: "gen_ai.request.top_k",
  agentName: "gen_ai.agent.name",
  agentId: "gen_ai.agent.id",
  agentDescription: "gen_ai.agent.description",
  agentVersion: "gen_ai.agent.version",
  workflowName: "gen_ai.workflow.name",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolDescription: "gen_ai.tool.description",
  toolCallId: "gen_ai.tool.call.id",
  toolArguments: "gen_ai.tool.call.arguments",
  toolResult: "gen_ai.tool.call.result",
  systemInstructions: "gen_ai.system_instructions",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
  toolDefinitions: "gen_ai.tool.definitions",
  openaiApiType: "openai.api.type",
  openaiRequestServiceTier: "openai.request.service_tier",
  openaiResponseServiceTier: "openai.response.service_tier",
  openaiSystemFingerprint: "openai.response.system_fingerprint",
  serverAddress: "server.address",
  serverPort: "server.port",
  httpStatus: "http.response.status_code",
  httpMethod: "http.request.method",
  errorType: "error.type",
  sessionId: "session.id",
  userId: "user.id",
  // Ours: no convention has a word for these yet.
  nodeName: "agent_observatory.workflow.node",
  cacheCreation1hTokens: "agent_observatory.usage.cache_creation_1h.input_tokens",
  inputAudioTokens: "agent_observatory.usage.audio.input_tokens",
  outputAudioTokens: "agent_observatory.usage.audio.output_tokens",
  cacheReadAudioTokens: "agent_observatory.usage.audio.cache_read.input_tokens",
  inputImageTokens: "agent_observatory.usage.image.input_tokens",
  outputImageTokens: "agent_observatory.usage.image.output_tokens",
  cacheReadImageTokens: "agent_observatory.usage.image.cache_read.input_tokens",
  webSearches: "agent_observatory.usage.web_searches",
  fileSearches: "agent_observatory.usage.file_searches",
  // What a call was billed as: `standard`, `flex`, `priority`, `batch`, `fast`, or as the provider calls it.
  serviceTier: "agent_observatory.service_tier",
  inferenceGeo: "agent_observatory.inference_geo",
  contentFiltered: "agent_observatory.content_filter.categories",
  previousResponseId: "agent_observatory.openai.previous_response_id",
  costUsd: "agent_observatory.cost.usd",
  costStatus: "agent_observatory.cost.status",
  errorCategory: "agent_observatory.error.category",
  retryCount: "agent_observatory.request.retry_count",
  // The model that failed before this one was asked instead.
  fallbackFrom: "agent_observatory.request.fallback_from",
  streamOutcome: "agent_observatory.stream.outcome",
  unfinished: "agent_observatory.unfinished",
  runState: "agent_observatory.run.state",
  runName: "agent_observatory.run.name",
  runStartMs: "agent_observatory.run.start_time_ms",
  runParentSpanId: "agent_observatory.run.parent_span_id",
  requestBytes: "agent_observatory.request.body.size",
  responseBytes: "agent_observatory.response.body.size",
  framework: "agent_observatory.framework",
} as const;

/** Values of `gen_ai.operation.name`, and ours for a workflow node, which the conventions do not have. */
export const OPERATION = {
  chat: "chat",
  textCompletion: "text_completion",
  generateContent: "generate_content",
  embeddings: "embeddings",
  invokeAgent: "invoke_agent",
  invokeWorkflow: "invoke_workflow",
  executeNode: "execute_node",
  executeTool: "execute_tool",
  retrieval: "retrieval",
} as const;

/** The log record that tells of a run in progress, in its event name and at the beginning of its text. */
export const RUN_EVENT = "agent_observatory.run";
/** How often a run in progress says that it still is. */
export const RUN_REPEATED_MS = 30_000;
/** `unfinished`: the process ended before the run did. */
export type RunState = "running" | "ended" | "unfinished";

/** Operations that call a model: only their spans carry usage that may be summed. */
export const INFERENCE_OPERATIONS: ReadonlySet<string> = new Set([
  OPERATION.chat,
  OPERATION.textCompletion,
  OPERATION.generateContent,
  OPERATION.embeddings,
]);
