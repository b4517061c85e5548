import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import { measureDatabase } from "./database-measurements.ts";
import { measureHttp } from "./http-measurements.ts";
import type { Exemplar, Metrics } from "./registry.ts";

/** What the metrics need to know of an ended span in canonical form. */
export type MeasuredSpan = {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
  readonly durationSeconds: number;
  readonly exemplar: Exemplar | undefined;
  /** Of the agent that asked for a run by a tool of its own. */
  readonly askedBy?: string | undefined;
  /** The span is of the side that was asked: an MCP client has counted the tool call already. */
  readonly isServer?: boolean;
  readonly isClient?: boolean;
  /** A span above or below tells of the same HTTP request. */
  readonly isToldElsewhere?: boolean;
};

/** Label value where the program does not say: Prometheus would drop an empty one. */
const NONE = "none";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const label = (value: unknown): string => text(value) ?? NONE;

/** Values of the cost's status that leave nothing open: by the price table, as the provider or the program says, or counted elsewhere. */
const COST_KNOWN: ReadonlySet<string> = new Set(["priced", "reported", "deferred"]);

type UsageLabels = { readonly agent: string; readonly provider: string; readonly model: string };

/** What was used and what it cost. Returns the counts by their label. */
export function measureUsage(
  metrics: Metrics,
  { attributes, exemplar }: Pick<MeasuredSpan, "attributes" | "exemplar">,
  labels: UsageLabels,
) {
  const tokens = {
    input: number(attributes[ATTR.inputTokens]),
    output: number(attributes[ATTR.outputTokens]),
    cached: number(attributes[ATTR.cacheReadTokens]),
    cache_write: number(attributes[ATTR.cacheCreationTokens] ?? attributes[ATTR.cacheWriteTokens]),
    reasoning: number(attributes[ATTR.reasoningTokens]),
    input_audio: number(attributes[ATTR.inputAudioTokens]),
    output_audio: number(attributes[ATTR.outputAudioTokens]),
  };
  for (const type of Object.keys(tokens) as (keyof typeof tokens)[]) {
    const count = tokens[type];
    if (count !== undefined && count > 0) metrics.add("llm_tokens_total", { ...labels, type }, count);
  }
  const cost = number(attributes[ATTR.costUsd]);
  if (cost !== undefined) metrics.add("llm_cost_usd_total", labels, cost, exemplar);
  const unpriced = text(attributes[ATTR.costStatus]);
  if (unpriced !== undefined && !COST_KNOWN.has(unpriced)) {
    metrics.add("llm_unpriced_requests_total", { provider: labels.provider, model: labels.model, reason: unpriced });
  }
  return tokens;
}

/** What somebody called off is nothing to wake anybody for. What was under way as the process ended was not called off. */
const failureOf = ({ attributes }: MeasuredSpan): "cancelled" | "error" =>
  attributes[ATTR.errorCategory] === "cancelled" && attributes[ATTR.unfinished] !== true ? "cancelled" : "error";

function measureInference(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes, failed, durationSeconds, exemplar } = span;
  const agent = label(attributes[ATTR.agentName]);
  const provider = label(attributes[ATTR.provider]);
  const model = label(attributes[ATTR.requestModel] ?? attributes[ATTR.responseModel]);
  const operation = label(attributes[ATTR.operation]);
  const abandoned = attributes[ATTR.streamOutcome] === "abandoned";
  const status = failed ? failureOf(span) : abandoned ? "abandoned" : "ok";
  const call = { agent, provider, model, operation };

  metrics.add("llm_requests_total", { ...call, status }, 1, exemplar);
  metrics.observe("llm_request_duration_seconds", { ...call, status }, durationSeconds, exemplar);
  if (failed) {
    metrics.add("llm_errors_total", { provider, model, category: label(attributes[ATTR.errorCategory]) }, 1, exemplar);
  }
  if ((number(attributes[ATTR.retryCount]) ?? 0) > 0) metrics.add("llm_retries_total", { provider, model });
  const fallbackFrom = text(attributes[ATTR.fallbackFrom]);
  if (fallbackFrom !== undefined) metrics.add("llm_fallbacks_total", { provider, model, from: fallbackFrom });

  const firstChunk = number(attributes[ATTR.timeToFirstChunk]);
  if (firstChunk !== undefined) metrics.observe("llm_time_to_first_token_seconds", call, firstChunk, exemplar);

  const tokens = measureUsage(metrics, span, { agent, provider, model });

  const standard = {
    gen_ai_operation_name: operation,
    gen_ai_provider_name: provider,
    gen_ai_request_model: model,
    gen_ai_response_model: text(attributes[ATTR.responseModel]) ?? "",
    server_address: text(attributes[ATTR.serverAddress]) ?? "",
  };
  const errorType = failed ? (text(attributes[ATTR.errorType]) ?? "_OTHER") : "";
  metrics.observe(
    "gen_ai_client_operation_duration_seconds",
    { ...standard, error_type: errorType },
    durationSeconds,
    exemplar,
  );
  if (firstChunk !== undefined) {
    metrics.observe("gen_ai_client_operation_time_to_first_chunk_seconds", standard, firstChunk, exemplar);
  }
  for (const type of ["input", "output"] as const) {
    const count = tokens[type];
    if (count !== undefined) {
      metrics.observe("gen_ai_client_token_usage", { ...standard, gen_ai_token_type: type }, count, exemplar);
    }
  }
}

/** Calls of a batch, or in the background, were made elsewhere, perhaps by another program: here only what they used is news. */
function measureFetched(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes } = span;
  measureUsage(metrics, span, {
    agent: label(attributes[ATTR.agentName]),
    provider: label(attributes[ATTR.provider]),
    model: label(attributes[ATTR.responseModel]),
  });
}

/** The program's own word for how a run came out says more than that it did not fail. */
const statusOf = (span: MeasuredSpan): string =>
  span.failed ? failureOf(span) : (text(span.attributes[ATTR.runStatus]) ?? "ok");
const errorTypeOf = (span: MeasuredSpan): string =>
  span.failed ? (text(span.attributes[ATTR.errorType]) ?? "_OTHER") : "";

function measureAgent(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes, durationSeconds, exemplar } = span;
  const agent = label(attributes[ATTR.agentName]);
  const labels = { agent, status: statusOf(span) };
  metrics.add("agent_requests_total", labels, 1, exemplar);
  metrics.observe("agent_request_duration_seconds", labels, durationSeconds, exemplar);
  if (span.failed) {
    metrics.add("agent_errors_total", { agent, category: label(attributes[ATTR.errorCategory]) }, 1, exemplar);
  }
  metrics.observe(
    "gen_ai_invoke_agent_duration_seconds",
    { gen_ai_agent_name: agent, error_type: errorTypeOf(span) },
    durationSeconds,
    exemplar,
  );
}

/** From one agent to another: what frameworks tell as a handoff, and agents that are tools of others. */
function measureHandoff(metrics: Metrics, { attributes, exemplar, askedBy }: MeasuredSpan): void {
  const to = text(attributes[ATTR.handoffTo]) ?? (askedBy === undefined ? undefined : text(attributes[ATTR.agentName]));
  const from = text(attributes[ATTR.handoffFrom]) ?? askedBy;
  if (to !== undefined && from !== undefined && to !== from)
    metrics.add("agent_handoffs_total", { agent: from, to }, 1, exemplar);
}

function measureTool(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes, durationSeconds, exemplar } = span;
  const agent = label(attributes[ATTR.agentName]);
  const tool = label(attributes[ATTR.toolName]);
  const labels = { agent, tool, status: statusOf(span) };
  metrics.add("agent_tool_calls_total", labels, 1, exemplar);
  metrics.observe("agent_tool_duration_seconds", labels, durationSeconds, exemplar);
  if (span.failed) {
    metrics.add(
      "agent_tool_errors_total",
      { agent, tool, category: label(attributes[ATTR.errorCategory]) },
      1,
      exemplar,
    );
  }
  metrics.observe(
    "gen_ai_execute_tool_duration_seconds",
    { gen_ai_tool_name: tool, gen_ai_agent_name: agent, error_type: errorTypeOf(span) },
    durationSeconds,
    exemplar,
  );
}

function measureWorkflow(metrics: Metrics, span: MeasuredSpan): void {
  const workflow = label(span.attributes[ATTR.workflowName]);
  const labels = { workflow, status: statusOf(span) };
  metrics.add("workflow_executions_total", labels, 1, span.exemplar);
  metrics.observe("workflow_duration_seconds", labels, span.durationSeconds, span.exemplar);
  metrics.observe(
    "gen_ai_workflow_duration_seconds",
    { gen_ai_workflow_name: workflow, error_type: errorTypeOf(span) },
    span.durationSeconds,
    span.exemplar,
  );
}

function measureNode(metrics: Metrics, span: MeasuredSpan): void {
  const labels = {
    workflow: label(span.attributes[ATTR.workflowName]),
    node: label(span.attributes[ATTR.nodeName]),
    status: statusOf(span),
  };
  metrics.add("workflow_nodes_executed_total", labels, 1, span.exemplar);
  metrics.observe("workflow_node_duration_seconds", labels, span.durationSeconds, span.exemplar);
}

function measureMcp(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes, durationSeconds, exemplar, isServer = false } = span;
  const labels = {
    mcp_method_name: label(attributes[ATTR.mcpMethod]),
    gen_ai_tool_name: text(attributes[ATTR.toolName]) ?? "",
    gen_ai_prompt_name: text(attributes[ATTR.promptName]) ?? "",
    error_type: errorTypeOf(span),
    rpc_response_status_code: text(attributes[ATTR.rpcStatusCode]) ?? "",
    network_transport: text(attributes[ATTR.networkTransport]) ?? "",
  };
  const name = isServer ? "mcp_server_operation_duration_seconds" : "mcp_client_operation_duration_seconds";
  metrics.observe(name, labels, durationSeconds, exemplar);
}

/** Counts one ended span. Called for every span, sampled or not, so that no number depends on sampling. */
export function measureSpan(metrics: Metrics, span: MeasuredSpan): void {
  const operation = span.attributes[ATTR.operation];
  const isMcp = span.attributes[ATTR.mcpMethod] !== undefined;
  measureHandoff(metrics, span);
  if (isMcp) measureMcp(metrics, span);
  measureDatabase(metrics, span);
  measureHttp(metrics, span);
  if (typeof operation !== "string" || (isMcp && span.isServer === true)) return;
  // A call that a budget has stopped never went out: budget_blocked_calls_total counts it.
  if (INFERENCE_OPERATIONS.has(operation)) {
    if (span.attributes[ATTR.errorCategory] !== "budget") measureInference(metrics, span);
  } else if (operation === OPERATION.batchResults || operation === OPERATION.backgroundAnswer)
    measureFetched(metrics, span);
  else if (operation === OPERATION.invokeAgent) measureAgent(metrics, span);
  else if (operation === OPERATION.executeTool) measureTool(metrics, span);
  else if (operation === OPERATION.invokeWorkflow) measureWorkflow(metrics, span);
  else if (operation === OPERATION.executeNode) measureNode(metrics, span);
}

/** Moves the gauge of what is in progress as a span starts (1) or ends (-1). */
export function measureProgress(metrics: Metrics, attributes: MeasuredSpan["attributes"], change: 1 | -1): void {
  const operation = attributes[ATTR.operation];
  if (operation === OPERATION.invokeAgent) {
    metrics.add("agent_requests_active", { agent: label(attributes[ATTR.agentName]) }, change);
  } else if (operation === OPERATION.invokeWorkflow) {
    metrics.add("workflow_executions_active", { workflow: label(attributes[ATTR.workflowName]) }, change);
  }
}
