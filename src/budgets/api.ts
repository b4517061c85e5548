import type { CostSummary, CostSummaryBy } from "../cost/index.ts";
import { type Budget, type BudgetOptions, NOTHING } from "./definition.ts";
import { runningBudgets } from "./running.ts";

export type SetBudget = (options: BudgetOptions) => Budget;

/**
 * Sets a budget for this process; one of the same name takes the place of the one before. At 80 % and at 100 % of a limit a log record is
 * written and `onReached` is called; in mode `block` further calls are stopped from then on: wrapped agents, tools and models throw
 * `BudgetExceededError`, and requests to models fail with it as their cause. What a call costs is known once it has ended, so what is under way
 * as a limit is reached is not stopped. Options that are no budget are said once on stderr and do nothing.
 */
export const setBudget: SetBudget = (options) => {
  const running = runningBudgets();
  const budget = running?.budgets.add(options);
  if (running !== undefined && budget === undefined) {
    running.complain(
      "setBudget: expected { name, limit: { usd, tokens, calls or seconds }, per: run, session, user, agent, hour or day, mode: warn or block }, got something else; there is no such budget.",
    );
  }
  const name: unknown = (options as { name?: unknown } | undefined)?.name;
  return budget ?? { name: typeof name === "string" ? name : "", spent: () => NOTHING, remove: () => {} };
};

export type CostSummaryOptions = { readonly by?: CostSummaryBy };

/**
 * What calls to models have cost in this process since it began, in US dollars, by agent (the default), model, provider, session or user, with
 * what this hour and this day (UTC) will come to at the rate of the last quarter of an hour. Undefined where telemetry is not running.
 */
export const costSummary = ({ by = "agent" }: CostSummaryOptions = {}): CostSummary | undefined =>
  runningBudgets()?.costs.summary(by);
