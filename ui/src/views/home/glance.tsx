import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import type { Range } from "../../app/time-range.ts";
import { formatCount, formatRatio, formatSeconds, formatUsd } from "../../format/quantity.ts";
import type { Numbers } from "../../measures/answer.ts";
import { levelBelow, levelOf } from "../../measures/levels.ts";
import { projectDay } from "../../measures/spending.ts";
import { Card, Failure, Skeleton, Stat, Stats } from "../../parts/parts.tsx";
import type { GlanceName } from "./questions.ts";

const { agentErrorRatio, responseTimeSeconds, toolSuccessRatio, budgetUsedRatio, stuckRunSeconds } = THRESHOLDS;
const NONE = "–";
const MINUTE_MS = 60_000;
const shown = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? NONE : format(value);

type Today = Numbers<"today" | "lastHour"> & { readonly nowMs: number };

function SpendToday({ today }: { readonly today: UseQueryResult<Today> }) {
  const { data, error } = today;
  const note =
    data?.today === undefined
      ? error === null
        ? "…"
        : "not answered"
      : `≈ ${formatUsd(projectDay({ today: data.today, lastHour: data.lastHour ?? 0 }, data.nowMs))} by midnight`;
  return <Stat label="Spend today" value={shown(data?.today, formatUsd)} note={note} to="/cost" />;
}

/** The numbers that are looked at first. Those of the time range are the Overview board's. */
export function Glance({
  glance,
  today,
  range,
}: {
  readonly glance: { readonly data: Numbers<GlanceName> | undefined; readonly error: Error | null };
  readonly today: UseQueryResult<Today>;
  readonly range: Range;
  readonly when: string;
}): ReactNode {
  const { data, error } = glance;
  if (data === undefined) {
    return (
      <Card>
        {error === null ? <Skeleton height={150} /> : <Failure what="The numbers were not answered." error={error} />}
      </Card>
    );
  }
  const { runs = 0, failedRuns = 0, failedShare, p95, toolSuccess, toolCalls = 0, firing = 0, active = 0 } = data;
  const perMinute = runs / ((range.endMs - range.startMs) / MINUTE_MS);
  return (
    <Card>
      {/* Five in a row at most, so that there are two full rows; two on a phone. */}
      <Stats least="max(150px, 18%)">
        <Stat label="Agent runs" value={formatCount(runs)} note={`${formatCount(perMinute)} a minute`} to="/traces" />
        <Stat
          label="Failed runs"
          value={shown(failedShare, formatRatio)}
          note={`${formatCount(failedRuns)} of ${formatCount(runs)}`}
          tone={levelOf(failedShare, agentErrorRatio.target, agentErrorRatio.limit)}
          to="/traces"
          params={{ status: "error" }}
        />
        <Stat
          label="Response time, p95"
          value={shown(p95, formatSeconds)}
          note={`target ${formatSeconds(responseTimeSeconds.target)}`}
          tone={levelOf(p95, responseTimeSeconds.target, responseTimeSeconds.limit)}
          to="/traces"
          {...(p95 !== undefined && { params: { minDuration: `${Math.round(p95 * 1000)}ms` } })}
        />
        <SpendToday today={today} />
        <Stat
          label="Active agents"
          value={formatCount(data.agents ?? 0)}
          note={active > 0 ? `${formatCount(active)} run${active === 1 ? "" : "s"} in progress` : "no run in progress"}
          to="/d/ao-orchestration"
        />
        <Stat
          label="Firing alerts"
          value={formatCount(firing)}
          note={firing > 0 ? "see which" : "none"}
          tone={firing > 0 ? "bad" : "plain"}
          to="/alerts"
        />
        <Stat
          label="Tool success"
          value={shown(toolSuccess, formatRatio)}
          note={`${formatCount(toolCalls)} calls`}
          tone={levelBelow(toolSuccess, toolSuccessRatio.target, toolSuccessRatio.limit)}
          to="/models"
          params={{ view: "tools" }}
        />
        <Stat
          label="Fullest budget"
          value={shown(data.fullestBudget, formatRatio)}
          note={data.fullestBudget === undefined ? "no budget is set" : "of it is spent"}
          tone={levelOf(data.fullestBudget, budgetUsedRatio.target, budgetUsedRatio.limit)}
          to="/cost"
        />
        <Stat
          label="Oldest run"
          value={data.oldestRunS ? formatSeconds(data.oldestRunS) : NONE}
          note={data.oldestRunS ? "still going on" : "nothing is under way"}
          tone={levelOf(data.oldestRunS, stuckRunSeconds.limit, stuckRunSeconds.limit)}
          to="/d/ao-orchestration"
        />
        <Stat
          label="Model calls"
          value={formatCount(data.llmCalls ?? 0)}
          note={`${shown(data.spent, formatUsd)}${data.llmFailedShare === undefined ? "" : `, ${formatRatio(data.llmFailedShare)} failed`}`}
          to="/models"
        />
      </Stats>
    </Card>
  );
}
