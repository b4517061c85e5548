import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { Link } from "../../app/link.tsx";
import { formatCount, formatSeconds } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useLines, useRows } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { useExemplarDots } from "../../measures/exemplar-dots.ts";
import { Asked, Card, type Column, Empty, Grid, Table } from "../../parts/parts.tsx";
import { countColumn, secondsColumn, successColumn } from "./amounts.tsx";
import { lineOf, linesBy } from "./course-lines.ts";
import { DetailHead } from "./detail-head.tsx";
import { agentsOf, durationOfTool, type ToolColumn, toolCourse } from "./questions.ts";

const columnsOf = (tool: string): readonly Column<Row<ToolColumn>>[] => [
  {
    title: "Agent",
    by: ({ labels }) => labels["agent"] ?? "",
    show: ({ labels: { agent = "" } }) => (
      <Link to="/traces" params={{ tool, ...(agent !== "none" && { agent }) }}>
        {agent === "none" ? "outside any agent" : agent}
      </Link>
    ),
  },
  countColumn("Calls", "calls"),
  successColumn("Success", "success", THRESHOLDS.toolSuccessRatio),
  secondsColumn("p50", "p50"),
  secondsColumn("p95", "p95"),
];

/** One tool: how it developed, and who calls it. */
export function ToolDetail({ tool }: { readonly tool: string }): ReactNode {
  const course = useLines(useMemo(() => toolCourse(tool), [tool]));
  const agents = useRows(
    useMemo(() => agentsOf(tool), [tool]),
    ["agent"],
  );
  const columns = useMemo(() => columnsOf(tool), [tool]);
  const dots = useExemplarDots(durationOfTool(tool), formatSeconds);
  return (
    <>
      <DetailHead
        kind="tool"
        name={tool}
        back={{ title: "All tools", to: "/models", params: { view: "tools" } }}
        ways={[
          { title: "Traces", to: "/traces", params: { tool } },
          { title: "Failed traces", to: "/traces", params: { tool, status: "error" } },
          {
            title: "Log lines",
            to: "/logs",
            params: { query: `{service_name=~".+"} | gen_ai_tool_name=${JSON.stringify(tool)}` },
          },
          { title: "Dashboard", to: "/d/ao-tools", params: { "var-tool": tool } },
        ]}
      />
      <Grid least="340px">
        <CourseChart
          title="Duration; a dot is a call"
          answer={course}
          dots={dots}
          format={formatSeconds}
          of={({ p50, p95 }) => [...lineOf(p50, "p50", "--series-1"), ...lineOf(p95, "p95", "--series-2")]}
        />
        <CourseChart
          title="Calls a minute"
          answer={course}
          format={formatCount}
          stacked
          of={({ well, failed }) => [...lineOf(well, "succeeded", "--series-1"), ...lineOf(failed, "failed", "--bad")]}
        />
        <CourseChart
          title="Errors a minute, by category"
          answer={course}
          format={formatCount}
          stacked
          of={({ errors }) => linesBy(errors, "category")}
        />
      </Grid>
      <Card title="Who calls it">
        <Asked answer={agents} what="Who calls it was not answered." height={160}>
          {(rows) => {
            const shown = rows.filter(({ of }) => (of.calls ?? 0) > 0);
            return shown.length === 0 ? (
              <Empty title="Nobody called it in this time" />
            ) : (
              <Table label="Callers" rows={shown} columns={columns} keyOf={({ id }) => id} sortedBy="Calls" />
            );
          }}
        </Asked>
      </Card>
    </>
  );
}
