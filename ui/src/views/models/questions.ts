/** What is asked about models, tools and MCP: the expressions of their boards. */
import {
  counted,
  countOf,
  labeled,
  PROCESS,
  perHour,
  perMinute,
  perRequest,
  quantile,
  quantileOverTime,
  share,
  where,
} from "../../../../grafana/source/promql.ts";
import { literal } from "../../measures/expression.ts";
import {
  ALL_COST,
  ANSWERED,
  FAILED_LLM_CALLS,
  FALLBACKS,
  FIRST_TOKEN,
  LLM_CALLS,
  LLM_DURATION,
  LLM_ERRORS,
  RETRIES,
  TOKENS,
  TOOL_CALLS,
  TOOL_CALLS_OK,
  TOOL_DURATION,
  TOOL_ERRORS,
} from "../../measures/series.ts";

const ofType = (type: string): string => where(TOKENS, `type=${literal(type)}`);

const modelColumns = (only: (selector: string) => string, labels: readonly string[]) => ({
  calls: counted(only(LLM_CALLS), ...labels),
  failedShare: share(only(FAILED_LLM_CALLS), only(LLM_CALLS), ...labels),
  p50: quantile(0.5, only(LLM_DURATION), ...labels),
  p95: quantile(0.95, only(LLM_DURATION), ...labels),
  firstToken: quantile(0.95, only(FIRST_TOKEN), ...labels),
  input: counted(only(ofType("input")), ...labels),
  cached: counted(only(ofType("cached")), ...labels),
  output: counted(only(ofType("output")), ...labels),
  cost: counted(only(ALL_COST), ...labels),
  perCall: perRequest(only(ALL_COST), only(ANSWERED), ...labels),
});

export const MODEL_KEYS = ["provider", "model"] as const;
export const MODELS = {
  ...modelColumns((selector) => selector, MODEL_KEYS),
  retries: counted(RETRIES, ...MODEL_KEYS),
  fallbacks: counted(FALLBACKS, ...MODEL_KEYS),
  rateLimits: counted(where(LLM_ERRORS, 'category="rate_limit"'), ...MODEL_KEYS),
} as const;
export type ModelColumn = keyof typeof MODELS;
export const MODEL_ERRORS = { errors: counted(LLM_ERRORS, ...MODEL_KEYS, "category") } as const;

const ofModel =
  (model: string) =>
  (selector: string): string =>
    where(selector, `model=${literal(model)}`);

/** One model, by who calls it. */
export const callersOf = (model: string) => modelColumns(ofModel(model), ["agent"]);
export type CallerColumn = keyof ReturnType<typeof callersOf>;

export function modelCourse(model: string) {
  const only = ofModel(model);
  return {
    well: perMinute(only(ANSWERED)),
    failed: perMinute(only(FAILED_LLM_CALLS)),
    p50: quantileOverTime(0.5, only(LLM_DURATION)),
    p95: quantileOverTime(0.95, only(LLM_DURATION)),
    firstToken50: quantileOverTime(0.5, only(FIRST_TOKEN)),
    firstToken95: quantileOverTime(0.95, only(FIRST_TOKEN)),
    errors: perMinute(only(LLM_ERRORS), "category"),
    tokens: perMinute(only(TOKENS), "type"),
    spend: perHour(only(ALL_COST), "agent"),
    retries: perMinute(only(RETRIES)),
    fallbacks: perMinute(only(FALLBACKS), "from"),
  } as const;
}
export const durationOfModel = (model: string): string => ofModel(model)(LLM_DURATION).replace("{", "_bucket{");

const toolColumns = (only: (selector: string) => string, labels: readonly string[]) => ({
  calls: counted(only(TOOL_CALLS), ...labels),
  success: share(only(TOOL_CALLS_OK), only(TOOL_CALLS), ...labels),
  p50: quantile(0.5, only(TOOL_DURATION), ...labels),
  p95: quantile(0.95, only(TOOL_DURATION), ...labels),
});
export const TOOLS = toolColumns((selector) => selector, ["tool"]);
export type ToolColumn = keyof typeof TOOLS;
export const TOOL_AGENTS = { calls: counted(TOOL_CALLS, "tool", "agent") } as const;
export const ERRORS_OF_TOOLS = { errors: counted(TOOL_ERRORS, "tool", "category") } as const;

const ofTool =
  (tool: string) =>
  (selector: string): string =>
    where(selector, `tool=${literal(tool)}`);

export const agentsOf = (tool: string) => toolColumns(ofTool(tool), ["agent"]);
export function toolCourse(tool: string) {
  const only = ofTool(tool);
  return {
    well: perMinute(only(TOOL_CALLS_OK)),
    failed: perMinute(where(only(TOOL_CALLS), 'status!="ok"')),
    p50: quantileOverTime(0.5, only(TOOL_DURATION)),
    p95: quantileOverTime(0.95, only(TOOL_DURATION)),
    errors: perMinute(only(TOOL_ERRORS), "category"),
  } as const;
}
export const durationOfTool = (tool: string): string => ofTool(tool)(TOOL_DURATION).replace("{", "_bucket{");

const MCP_CLIENT = `mcp_client_operation_duration_seconds{${PROCESS}}`;
const MCP_SERVER = `mcp_server_operation_duration_seconds{${PROCESS}}`;
const FAILED = 'error_type!=""';
const MCP_LABELS = ["job", "mcp_method_name", "gen_ai_tool_name"];

/** What a program asked of MCP servers, and what it answered as one. */
const onBothSides = (expr: (histogram: string) => string): string =>
  `(${labeled(expr(MCP_CLIENT), "side", "client")} or ${labeled(expr(MCP_SERVER), "side", "server")})`;
export const MCP_KEYS = ["side", ...MCP_LABELS];
export const MCP = {
  requests: onBothSides((histogram) => counted(countOf(histogram), ...MCP_LABELS)),
  failedShare: onBothSides((histogram) => share(where(countOf(histogram), FAILED), countOf(histogram), ...MCP_LABELS)),
  p50: onBothSides((histogram) => quantile(0.5, histogram, ...MCP_LABELS)),
  p95: onBothSides((histogram) => quantile(0.95, histogram, ...MCP_LABELS)),
} as const;
export type McpColumn = keyof typeof MCP;
