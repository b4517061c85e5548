import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { useAsk } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { formatCount, formatRatio } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useRows } from "../../measures/ask-measures.ts";
import { Bar, LevelText } from "../../measures/level-text.tsx";
import { levelOf } from "../../measures/levels.ts";
import { Asked, Card, Empty } from "../../parts/parts.tsx";
import { BUDGET_RECORDS, type BudgetLimit, formatAmount, leftOf, limitsIn } from "./budgets.ts";
import css from "./cost.module.css";
import { BUDGET_COLUMNS, type BudgetColumn } from "./questions.ts";

const { target, limit: nearlyUsed } = THRESHOLDS.budgetUsedRatio;
const RECORDS = 500;

/** How full each budget is, what is left of it, and what it stopped. */
export function Budgets(): ReactNode {
  const rows = useRows(BUDGET_COLUMNS, ["budget"]);
  const records = useAsk(["budget records"], async ({ loki }, range) => {
    const answer = await loki.queryRange(BUDGET_RECORDS, { ...range, limit: RECORDS });
    return limitsIn(answer.type === "lines" ? answer.entries : []);
  });
  return (
    <Card title="Budgets">
      <Asked answer={rows} what="Budgets were not answered." height={160}>
        {(all) => (all.length === 0 ? <NoBudget /> : <BudgetList rows={all} limits={records.data} />)}
      </Asked>
    </Card>
  );
}

const NoBudget = (): ReactNode => (
  <Empty
    title="No budget is set"
    command='setBudget({ name: "per-day", per: "day", limit: { usd: 20 }, mode: "block" })'
  >
    <p>A budget warns, or stops a call before it goes out.</p>
  </Empty>
);

function BudgetList({
  rows,
  limits,
}: {
  readonly rows: readonly Row<BudgetColumn>[];
  readonly limits: ReadonlyMap<string, BudgetLimit> | undefined;
}): ReactNode {
  const sorted = rows.toSorted((a, b) => (b.of.used ?? 0) - (a.of.used ?? 0));
  return (
    <ul className={css.budgets}>
      {sorted.map(({ id, labels: { budget = "" }, of: { used = 0, now, exceeded = 0, blocked = 0 } }) => {
        const limit = limits?.get(budget);
        const left = leftOf(used, limit);
        const level = used >= 1 ? "bad" : levelOf(used, target, nearlyUsed);
        return (
          <li key={id}>
            <div className={css.budgetHead}>
              <Link
                to="/logs"
                params={{ query: `{service_name=~".+"} | agent_observatory_budget_name=${JSON.stringify(budget)}` }}
              >
                {budget}
              </Link>
              {limit !== undefined && (
                <span className={css.faint}>
                  {formatAmount(limit.limit, limit.unit)} per {limit.per}
                </span>
              )}
              <span className={css.used}>
                <LevelText level={level}>{formatRatio(used)}</LevelText> used
              </span>
            </div>
            <Bar ratio={used} tone={level} />
            <p className={css.faint}>
              {left.share === 0 ? "Nothing is left" : `${left.amount ?? formatRatio(left.share)} left`}
              {now === undefined && " · as it was told last"}
              {exceeded > 0 && ` · reached ${exceeded === 1 ? "once" : `${formatCount(exceeded)} times`}`}
              {blocked > 0 && (
                <>
                  {" · "}
                  <Link to="/traces" params={{ attribute: "agent_observatory.error.category=budget" }}>
                    {formatCount(blocked)} {blocked === 1 ? "call" : "calls"} stopped
                  </Link>
                </>
              )}
            </p>
          </li>
        );
      })}
      <li className={css.faint}>
        Of each budget the account that has spent the most: one session, one user, one run, in one process. The limit is
        known once an account has come near it.
      </li>
    </ul>
  );
}
