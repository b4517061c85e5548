import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { Link } from "../../app/link.tsx";
import { formatCount, formatRatio, formatUsd } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useLines, useRows } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { Bar, LevelText } from "../../measures/level-text.tsx";
import { levelOf } from "../../measures/levels.ts";
import { Asked, Card, type Column, Empty, Table } from "../../parts/parts.tsx";
import css from "./cost.module.css";
import { LABELS, type LabelName, type SpenderColumn, spendCourse, spenders } from "./questions.ts";
import { topLines } from "./top-lines.ts";

type SpenderRow = Row<SpenderColumn>;
const { costPerRequestUsd } = THRESHOLDS;
const NONE = "–";
const count = (value: number | undefined): string => (value === undefined ? NONE : formatCount(value));
/** Calls outside any agent carry the agent `none`. */
const named = (by: LabelName, name: string): string => (by === "agent" && name === "none" ? "outside any agent" : name);

function columnsOf(by: LabelName, total: number): readonly Column<SpenderRow>[] {
  const nameOf = ({ labels }: SpenderRow): string => labels[by] ?? "";
  return [
    {
      title: by === "agent" ? "Agent" : "Model",
      by: nameOf,
      show: (row) => (
        <span className={css.name}>
          <Link to="/traces" params={{ [by]: nameOf(row) }}>
            {named(by, nameOf(row))}
          </Link>
          {by === "model" && <span className={css.faint}>{row.labels["provider"]}</span>}
        </span>
      ),
    },
    { title: "Cost", isNumber: true, by: ({ of }) => of.cost ?? 0, show: ({ of }) => formatUsd(of.cost ?? 0) },
    {
      title: "Share",
      by: ({ of }) => of.cost ?? 0,
      show: ({ of: { cost = 0 } }) => (
        <span className={css.share}>
          <Bar ratio={total === 0 ? 0 : cost / total} />
          {total === 0 ? NONE : formatRatio(cost / total)}
        </span>
      ),
    },
    { title: "Calls", isNumber: true, by: ({ of }) => of.calls ?? 0, show: ({ of }) => count(of.calls) },
    {
      title: "Per call",
      isNumber: true,
      by: ({ of }) => of.perCall ?? 0,
      show: ({ of: { perCall } }) =>
        perCall === undefined ? (
          NONE
        ) : (
          <LevelText level={levelOf(perCall, costPerRequestUsd.target, costPerRequestUsd.limit)}>
            {formatUsd(perCall)}
          </LevelText>
        ),
    },
    { title: "Tokens in", isNumber: true, by: ({ of }) => of.input ?? 0, show: ({ of }) => count(of.input) },
    { title: "of them cached", isNumber: true, by: ({ of }) => of.cached ?? 0, show: ({ of }) => count(of.cached) },
    { title: "Tokens out", isNumber: true, by: ({ of }) => of.output ?? 0, show: ({ of }) => count(of.output) },
  ];
}

/** By agent or model: counted exactly by metrics, over all calls. */
export function SpentByLabel({ by }: { readonly by: LabelName }): ReactNode {
  const course = useLines(spendCourse(by));
  const rows = useRows(spenders(by), LABELS[by]);
  return (
    <>
      <CourseChart
        title={`Spend an hour, by ${by}`}
        answer={course}
        format={formatUsd}
        stacked
        height={210}
        of={({ cost = [] }) =>
          topLines(cost.map(({ labels, points }) => ({ name: named(by, labels[by] ?? ""), points })))
        }
      />
      <Card title={by === "agent" ? "Agents" : "Models"}>
        <Asked answer={rows} what="Who spent it was not answered." height={240}>
          {(all) => <Spenders by={by} rows={all} />}
        </Asked>
        <p className={css.basis}>
          Counted by metrics, over every call in the time range, whatever is sampled of traces.
        </p>
      </Card>
    </>
  );
}

function Spenders({ by, rows }: { readonly by: LabelName; readonly rows: readonly SpenderRow[] }): ReactNode {
  const shown = rows.filter(({ of: { calls = 0, cost = 0 } }) => calls > 0 || cost > 0);
  const total = shown.reduce((sum, { of }) => sum + (of.cost ?? 0), 0);
  const columns = useMemo(() => columnsOf(by, total), [by, total]);
  if (shown.length === 0) {
    return (
      <Empty title="No model was called in this time">
        <p>Choose a longer time range, or let an agent work.</p>
      </Empty>
    );
  }
  return <Table label="Who spent it" rows={shown} columns={columns} keyOf={({ id }) => id} sortedBy="Cost" />;
}
