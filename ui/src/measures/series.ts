/** Selectors of what the page counts, as the dashboards have them. */
import { AGENT, CALL, MODEL, PROCESS, TOOL, where } from "../../../grafana/source/promql.ts";

export const RUNS = `agent_requests_total{${AGENT}}`;
export const FAILED_RUNS = where(RUNS, 'status="error"');
export const RUN_DURATION = `agent_request_duration_seconds{${AGENT}}`;
export const TOOL_CALLS = `agent_tool_calls_total{${TOOL}}`;
export const TOOL_CALLS_OK = where(TOOL_CALLS, 'status!="error"');
export const TOOL_DURATION = `agent_tool_duration_seconds{${TOOL}}`;
export const TOOL_ERRORS = `agent_tool_errors_total{${TOOL}}`;
export const LLM_CALLS = `llm_requests_total{${CALL}}`;
export const FAILED_LLM_CALLS = where(LLM_CALLS, 'status="error"');
/** Failed requests have no usage and would hide what the others use. */
export const ANSWERED = where(LLM_CALLS, 'status!="error"');
export const LLM_DURATION = `llm_request_duration_seconds{${CALL}}`;
export const FIRST_TOKEN = `llm_time_to_first_token_seconds{${CALL}}`;
export const TOKENS = `llm_tokens_total{${CALL}}`;
export const ALL_COST = `llm_cost_usd_total{${CALL}}`;
export const UNPRICED = `llm_unpriced_requests_total{${MODEL}}`;
export const LLM_ERRORS = `llm_errors_total{${MODEL}}`;
export const RETRIES = `llm_retries_total{${MODEL}}`;
export const FALLBACKS = `llm_fallbacks_total{${MODEL}}`;
export const BUDGET = `budget_used_ratio{${PROCESS}}`;
export const OLDEST_RUN = `agent_oldest_run_start_time_seconds{${AGENT}}`;
/** Alerts that fire, apart from the one that always does. */
export const FIRING = 'ALERTS{alertstate="firing", alertname!="Watchdog"}';
