/** What is asked about cost: the expressions of the LLM & cost board. */
import {
  AGENT,
  counted,
  countedAmong,
  countedOrZero,
  mean,
  PROCESS,
  perHour,
  perRequest,
  where,
} from "../../../../grafana/source/promql.ts";
import { ALL_COST, ANSWERED, BUDGET, LLM_CALLS, TOKENS, UNPRICED } from "../../measures/series.ts";

export const SUMS = {
  spent: countedOrZero(ALL_COST),
  perCall: perRequest(ALL_COST, ANSWERED),
  perRun: mean(`agent_request_cost_usd{${AGENT}}`),
  unpriced: countedOrZero(UNPRICED),
} as const;

/** Agents and models are labels; users and sessions are not, and come from traces. */
export const LABELS = { agent: ["agent"], model: ["provider", "model"] } as const;
export type LabelName = keyof typeof LABELS;

export const spenders = (by: LabelName) => {
  const labels = LABELS[by];
  return {
    cost: counted(ALL_COST, ...labels),
    calls: counted(LLM_CALLS, ...labels),
    input: counted(where(TOKENS, 'type="input"'), ...labels),
    output: counted(where(TOKENS, 'type="output"'), ...labels),
    cached: counted(where(TOKENS, 'type="cached"'), ...labels),
    perCall: perRequest(ALL_COST, ANSWERED, ...labels),
  } as const;
};
export type SpenderColumn = keyof ReturnType<typeof spenders>;

export const spendCourse = (by: LabelName) => ({ cost: perHour(ALL_COST, by) }) as const;

const TOLD_NOW = `max by (budget) (${BUDGET})`;
/** As the board has it; of a budget that no process reports any more, what was told last. */
const BUDGETS = `(${TOLD_NOW} or max by (budget) (last_over_time(${BUDGET}[$__range])))`;
export const BUDGET_COLUMNS = {
  used: BUDGETS,
  now: TOLD_NOW,
  exceeded: countedAmong(`budget_exceeded_total{${PROCESS}}`, BUDGETS, "budget"),
  blocked: countedAmong(`budget_blocked_calls_total{${PROCESS}}`, BUDGETS, "budget"),
} as const;
export type BudgetColumn = keyof typeof BUDGET_COLUMNS;

export const UNPRICED_CALLS = { calls: counted(UNPRICED, "provider", "model", "reason") } as const;
