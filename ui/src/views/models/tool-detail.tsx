import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { formatCount, formatSeconds } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useLines, useRows } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { useExemplarDots } from "../../measures/exemplar-dots.ts";
import { type Column, Grid } from "../../parts/parts.tsx";
import { countColumn, secondsColumn, successColumn } from "./amounts.tsx";
import { linesBy } from "./course-lines.ts";
import { DetailHead } from "./detail-head.tsx";
import { Callers, CallsChart, DurationChart } from "./detail-parts.tsx";
import { agentsOf, durationOfTool, type ToolColumn, toolCourse } from "./questions.ts";

const COLUMNS: readonly Column<Row<ToolColumn>>[] = [
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
  const params = useMemo(() => ({ tool }), [tool]);
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
        <DurationChart course={course} dots={dots} />
        <CallsChart course={course} well="succeeded" />
        <CourseChart
          title="Errors a minute, by category"
          answer={course}
          format={formatCount}
          stacked
          of={({ errors }) => linesBy(errors, "category")}
        />
      </Grid>
      <Callers answer={agents} params={params} columns={COLUMNS} />
    </>
  );
}
