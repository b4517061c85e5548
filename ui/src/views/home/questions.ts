/** What Home asks: the Overview board's expressions, and a few more. */
import {
  AGENT,
  counted,
  countedOrZero,
  oldest,
  perHour,
  perMinute,
  quantile,
  quantileOverTime,
  share,
  where,
} from "../../../../grafana/source/promql.ts";
import {
  ALL_COST,
  BUDGET,
  FAILED_LLM_CALLS,
  FAILED_RUNS,
  FIRING,
  LLM_CALLS,
  OLDEST_RUN,
  RUN_DURATION,
  RUNS,
  TOOL_CALLS,
  TOOL_CALLS_OK,
  TOOL_DURATION,
} from "../../measures/series.ts";

export const GLANCE = {
  runs: countedOrZero(RUNS),
  failedShare: share(FAILED_RUNS, RUNS),
  failedRuns: countedOrZero(FAILED_RUNS),
  p95: quantile(0.95, RUN_DURATION),
  toolSuccess: share(TOOL_CALLS_OK, TOOL_CALLS),
  toolCalls: countedOrZero(TOOL_CALLS),
  spent: countedOrZero(ALL_COST),
  fullestBudget: `max(${BUDGET})`,
  oldestRunS: `max(${oldest(OLDEST_RUN, "agent")}) or vector(0)`,
  firing: `count(${FIRING}) or vector(0)`,
  active: `sum(agent_requests_active{${AGENT}}) or vector(0)`,
  agents: `count(${counted(RUNS, "agent")} > 0) or vector(0)`,
  llmCalls: countedOrZero(LLM_CALLS),
  llmFailedShare: share(FAILED_LLM_CALLS, LLM_CALLS),
} as const;
export type GlanceName = keyof typeof GLANCE;

/** Everything that reported in the time range, whether an agent ran or not. */
export const PROGRAMS = 'count(count by (job) (last_over_time(target_info{job!="agent-observatory"}[$__range])))';

export const AGENTS = {
  runs: counted(RUNS, "agent"),
  failedShare: share(FAILED_RUNS, RUNS, "agent"),
  p95: quantile(0.95, RUN_DURATION, "agent"),
  cost: counted(ALL_COST, "agent"),
} as const;
export type AgentColumn = keyof typeof AGENTS;

export const TOOLS = {
  calls: counted(TOOL_CALLS, "tool"),
  success: share(TOOL_CALLS_OK, TOOL_CALLS, "tool"),
  p95: quantile(0.95, TOOL_DURATION, "tool"),
} as const;
export type ToolColumn = keyof typeof TOOLS;

export const COURSE = {
  well: perMinute(where(RUNS, 'status!="error"')),
  failed: perMinute(FAILED_RUNS),
  p50: quantileOverTime(0.5, RUN_DURATION),
  p95: quantileOverTime(0.95, RUN_DURATION),
  spend: perHour(ALL_COST, "model"),
} as const;
