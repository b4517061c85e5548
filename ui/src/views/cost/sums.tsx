import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { useAsk } from "../../app/ask.ts";
import { useTime } from "../../app/url-state.ts";
import { formatCount, formatTime, formatUsd } from "../../format/quantity.ts";
import { readNumbers } from "../../measures/answer.ts";
import { useNumbers } from "../../measures/ask-measures.ts";
import { levelOf } from "../../measures/levels.ts";
import {
  askThisMonth,
  askToday,
  calendarAt,
  projectDay,
  projectMonth,
  type SpentThisMonth,
  type SpentToday,
} from "../../measures/spending.ts";
import { Asked, Card, Stat, Stats } from "../../parts/parts.tsx";
import { SUMS } from "./questions.ts";

const { costPerRequestUsd } = THRESHOLDS;
const NONE = "–";
const shown = (usd: number | undefined): string => (usd === undefined ? NONE : formatUsd(usd));

/** Spent in the range, today, this month; each with what it comes to. */
export function Sums(): ReactNode {
  const { range } = useTime();
  const sums = useNumbers(SUMS);
  return (
    <Card>
      <Stats>
        <Asked answer={sums} what="What was spent was not answered." height={78}>
          {({ spent, perCall, perRun, unpriced = 0 }) => (
            <>
              <Stat
                label="Spent in the range"
                value={shown(spent)}
                note={`since ${formatTime(range.startMs).slice(5, 16)}`}
                to="/d/ao-llm-cost"
              />
              <Today />
              <ThisMonth />
              <Stat
                label="Per model call"
                value={shown(perCall)}
                note={`target ${formatUsd(costPerRequestUsd.target)}`}
                tone={levelOf(perCall, costPerRequestUsd.target, costPerRequestUsd.limit)}
                to="/models"
              />
              <Stat
                label="Per agent run"
                value={shown(perRun)}
                note="with all that it asks for"
                to="/traces"
                {...(perRun !== undefined && { params: { minCost: perRun.toPrecision(3) } })}
              />
              <Stat
                label="Calls without a price"
                value={formatCount(unpriced)}
                note={unpriced === 0 ? "every call has one" : "the sums lack them"}
                tone={unpriced > 0 ? "warn" : "plain"}
                to="/traces"
                params={{ attribute: "agent_observatory.cost.status=unknown_model" }}
              />
            </>
          )}
        </Asked>
      </Stats>
    </Card>
  );
}

function Today(): ReactNode {
  const answer = useAsk(["spent today"], async ({ prometheus }) => {
    const nowMs = Date.now();
    return { nowMs, ...readNumbers<keyof SpentToday>(await prometheus.query(askToday(nowMs), { timeMs: nowMs })) };
  });
  const { data, error } = answer;
  if (data === undefined) return <Stat label="Today" value={NONE} note={error === null ? "…" : error.message} />;
  const { today = 0, lastHour = 0, nowMs } = data;
  return (
    <Stat
      label="Today"
      value={formatUsd(today)}
      note={`≈ ${formatUsd(projectDay({ today, lastHour }, nowMs))} by midnight, at the pace of the last hour`}
      to="/cost"
      params={{ from: String(calendarAt(nowMs).dayStartMs), to: "now" }}
    />
  );
}

/** Asked apart: it looks through a month of samples. */
function ThisMonth(): ReactNode {
  const answer = useAsk(["spent this month"], async ({ prometheus }) => {
    const nowMs = Date.now();
    return {
      nowMs,
      ...readNumbers<keyof SpentThisMonth>(await prometheus.query(askThisMonth(nowMs), { timeMs: nowMs })),
    };
  });
  const { data, error } = answer;
  if (data === undefined) return <Stat label="This month" value={NONE} note={error === null ? "…" : error.message} />;
  const { month = 0, lastDay = 0, oldest, nowMs } = data;
  const { monthStartMs } = calendarAt(nowMs);
  const isKept = oldest === undefined || oldest * 1000 <= monthStartMs;
  const kept = isKept ? "" : ` · data since ${formatTime(oldest * 1000).slice(5, 10)} only`;
  return (
    <Stat
      label="This month"
      value={formatUsd(month)}
      note={`≈ ${formatUsd(projectMonth({ month, lastDay }, nowMs))} at its end, at the pace of the last 24 hours${kept}`}
      to="/cost"
      params={{ from: String(monthStartMs), to: "now" }}
    />
  );
}
