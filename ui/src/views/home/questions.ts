/** What Home asks: the Overview board's expressions, or what its numbers are made of. */
import { AGENT, counted, oldest, perHour, perMinute, where } from "../../../../grafana/source/promql.ts";
import {
  ALL_COST,
  BUDGET,
  FAILED_RUNS,
  FIRING,
  LLM_CALLS,
  OLDEST_RUN,
  RUN_DURATION,
  RUNS,
  TOOL_CALLS,
  TOOL_DURATION,
} from "../../measures/series.ts";

/** Over all of it, as the Overview board asks. */
export const SCALARS = {
  fullestBudget: `max(${BUDGET})`,
  oldestRunS: `max(${oldest(OLDEST_RUN, "agent")}) or vector(0)`,
  firing: `count(${FIRING}) or vector(0)`,
  active: `sum(agent_requests_active{${AGENT}}) or vector(0)`,
  // Everything that reported in the time range, whether an agent ran or not.
  programs: 'count(count by (job) (last_over_time(target_info{job!="agent-observatory"}[$__range])))',
} as const;

/**
 * What the board's other numbers are made of. The board asks for each by itself, which reads the same series five times; here each is read once, and
 * sums, shares and quantiles are taken in the page (`numbers.ts`). That they come to the same is tested.
 */
export const COUNTS = {
  runs: counted(RUNS, "agent", "status"),
  cost: counted(ALL_COST, "agent"),
  llm: counted(LLM_CALLS, "status"),
  tools: counted(TOOL_CALLS, "tool", "status"),
} as const;
export const COUNT_KEYS = ["agent", "tool", "status"];
export type CountName = keyof typeof COUNTS;

const bucketsOf = (histogram: string): string => histogram.replace("{", "_bucket{");
export const DURATIONS = {
  runs: `sum by (agent, le) (rate(${bucketsOf(RUN_DURATION)}[$__range]))`,
  tools: `sum by (tool, le) (rate(${bucketsOf(TOOL_DURATION)}[$__range]))`,
} as const;
export const DURATION_KEYS = ["agent", "tool", "le"];
export type DurationName = keyof typeof DURATIONS;

export const COURSE = {
  well: perMinute(where(RUNS, 'status!="error"')),
  failed: perMinute(FAILED_RUNS),
  durations: `sum by (le) (rate(${bucketsOf(RUN_DURATION)}[$__rate_interval]))`,
  spend: perHour(ALL_COST, "model"),
} as const;

/** What is known at a glance. A number that is missing is not known, or of nothing. */
export type GlanceName =
  | keyof typeof SCALARS
  | "runs"
  | "failedRuns"
  | "failedShare"
  | "p95"
  | "agents"
  | "toolCalls"
  | "toolSuccess"
  | "spent"
  | "llmCalls"
  | "llmFailedShare";
export type AgentColumn = "runs" | "failedShare" | "p95" | "cost";
export type ToolColumn = "calls" | "success" | "p95";
