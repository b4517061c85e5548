import type { ReactNode } from "react";
import type { Range } from "../../app/time-range.ts";
import { Timeline, type TimelineRow } from "../../charts/timeline.tsx";
import { formatSeconds } from "../../format/quantity.ts";
import { Card, Empty, Tag } from "../../parts/parts.tsx";
import type { Check, CheckState } from "./facts.ts";
import css from "./health.module.css";

const TONES = { healthy: "ok", degraded: "warn", unhealthy: "bad" } as const satisfies Record<CheckState, string>;
const STATES = [
  ["ok", "healthy"],
  ["warn", "degraded"],
  ["bad", "unhealthy"],
] as const;

const rowOf = ({ job, check, state, durationS, spans }: Check): TimelineRow => ({
  key: `${job} ${check}`,
  title: (
    <span className={css.check}>
      <Tag tone={TONES[state]}>{state}</Tag>
      <span title={`${check} of ${job}`}>
        {check} <span className={css.quiet}>{job}</span>
      </span>
    </span>
  ),
  bars: spans.map((span) => ({ ...span, tone: TONES[span.state] })),
  sum: durationS === undefined ? "" : `last took ${formatSeconds(durationS)}`,
});

/** Each health check over time. */
export const ChecksCard = ({
  checks,
  range,
}: {
  readonly checks: readonly Check[];
  readonly range: Range;
}): ReactNode => (
  <Card title="Health checks" description="What programs say of their databases, models and queues.">
    {checks.length === 0 ? (
      <Empty
        title="No program reported a health check in this time"
        command={'healthCheck("database", databaseCheck(pool));'}
      >
        <p>Import them from agent-observatory:</p>
      </Empty>
    ) : (
      <Timeline rows={checks.map(rowOf)} range={range} states={STATES} wide />
    )}
  </Card>
);
