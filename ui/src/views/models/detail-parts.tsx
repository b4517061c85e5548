import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { Link } from "../../app/link.tsx";
import type { ChartDot } from "../../charts/time-chart.tsx";
import { formatCount, formatSeconds } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import type { Lines } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { Asked, Card, type Column, Empty, Table } from "../../parts/parts.tsx";
import { lineOf } from "./course-lines.ts";

/** Calls are labeled so where no agent made them. */
export const agentName = (agent: string): string => (agent === "none" ? "outside any agent" : agent);

type CourseProps<Name extends string> = { readonly course: UseQueryResult<Lines<Name>> };

/** How long calls took; single ones open their traces. */
export const DurationChart = ({
  course,
  dots,
}: CourseProps<"p50" | "p95"> & { readonly dots: readonly ChartDot[] | undefined }): ReactNode => (
  <CourseChart
    title="Duration; a dot is a call"
    answer={course}
    dots={dots}
    format={formatSeconds}
    of={({ p50, p95 }) => [...lineOf(p50, "p50", "--series-1"), ...lineOf(p95, "p95", "--series-2")]}
  />
);

export const CallsChart = ({
  course,
  well: name,
}: CourseProps<"well" | "failed"> & {
  /** What those are called that did not fail. */ readonly well: string;
}): ReactNode => (
  <CourseChart
    title="Calls a minute"
    answer={course}
    format={formatCount}
    stacked
    of={({ well, failed }) => [...lineOf(well, name, "--series-1"), ...lineOf(failed, "failed", "--bad")]}
  />
);

type CallersProps<Name extends string> = {
  readonly answer: UseQueryResult<readonly Row<Name | "calls">[]>;
  /** In which traces the calls are. */
  readonly params: Readonly<Record<string, string>>;
  /** Beside who it is. */
  readonly columns: readonly Column<Row<Name | "calls">>[];
};
/** Which agents call it, each a link to the traces in which it does. */
export function Callers<Name extends string>({ answer, params, columns }: CallersProps<Name>): ReactNode {
  const all = useMemo(
    (): readonly Column<Row<Name | "calls">>[] => [
      {
        title: "Agent",
        by: ({ labels }) => labels["agent"] ?? "",
        show: ({ labels: { agent = "" } }) => (
          <Link to="/traces" params={{ ...params, ...(agent !== "none" && { agent }) }}>
            {agentName(agent)}
          </Link>
        ),
      },
      ...columns,
    ],
    [params, columns],
  );
  return (
    <Card title="Who calls it">
      <Asked answer={answer} what="Who calls it was not answered." height={200}>
        {(rows) => {
          const shown = rows.filter(({ of }) => (of.calls ?? 0) > 0);
          return shown.length === 0 ? (
            <Empty title="Nobody called it in this time">
              <p>A longer time range may show who did.</p>
            </Empty>
          ) : (
            <Table label="Callers" rows={shown} columns={all} keyOf={({ id }) => id} sortedBy="Calls" />
          );
        }}
      </Asked>
    </Card>
  );
}
