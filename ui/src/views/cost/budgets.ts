/** Budgets: how full, and what is left, where a log record tells the limit. Pure. */
import type { LogEntry } from "../../../../src/backends/index.ts";
import { formatCount, formatSeconds, formatUsd } from "../../format/quantity.ts";

/** Metrics know the share that is spent. What the limit is only records say, from 80 % on (docs/budgets.md). */
export const BUDGET_RECORDS = '{service_name=~".+"} | agent_observatory_budget_limit!=""';

export type BudgetLimit = { readonly limit: number; readonly unit: string; readonly per: string };

/** Of each budget the limit that was named last. */
export function limitsIn(entries: readonly LogEntry[]): ReadonlyMap<string, BudgetLimit> {
  const limits = new Map<string, BudgetLimit & { readonly timeMs: number }>();
  for (const { labels, timeMs } of entries) {
    const name = labels["agent_observatory_budget_name"];
    const limit = Number(labels["agent_observatory_budget_limit"] ?? Number.NaN);
    if (name === undefined || !Number.isFinite(limit) || (limits.get(name)?.timeMs ?? 0) > timeMs) continue;
    const { agent_observatory_budget_unit: unit = "", agent_observatory_budget_per: per = "" } = labels;
    limits.set(name, { limit, unit, per, timeMs });
  }
  return limits;
}

export function formatAmount(amount: number, unit: string): string {
  if (unit === "usd") return formatUsd(amount);
  if (unit === "seconds") return formatSeconds(amount);
  return `${formatCount(amount)} ${amount === 1 ? unit.replace(/s$/, "") : unit}`;
}

/** What is left of it: the share, and the amount where the limit is known. */
export function leftOf(
  used: number,
  limit: BudgetLimit | undefined,
): { readonly share: number; readonly amount?: string } {
  const share = Math.max(0, 1 - used);
  return limit === undefined ? { share } : { share, amount: formatAmount(share * limit.limit, limit.unit) };
}
