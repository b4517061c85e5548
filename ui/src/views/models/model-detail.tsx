import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { Link } from "../../app/link.tsx";
import { formatCount, formatSeconds, formatUsd } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useLines, useRows } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { useExemplarDots } from "../../measures/exemplar-dots.ts";
import { Asked, Card, type Column, Empty, Grid, Table } from "../../parts/parts.tsx";
import { countColumn, pairColumn, secondsColumn, shareColumn } from "./amounts.tsx";
import { lineOf, linesBy } from "./course-lines.ts";
import { DetailHead } from "./detail-head.tsx";
import { type CallerColumn, callersOf, durationOfModel, modelCourse } from "./questions.ts";

const { llmErrorRatio, llmResponseTimeSeconds } = THRESHOLDS;
const outside = (agent: string): string => (agent === "none" ? "outside any agent" : agent);

const callerColumns = (model: string): readonly Column<Row<CallerColumn>>[] => [
  {
    title: "Agent",
    by: ({ labels }) => labels["agent"] ?? "",
    show: ({ labels: { agent = "" } }) => (
      <Link to="/traces" params={{ model, ...(agent !== "none" && { agent }) }}>
        {outside(agent)}
      </Link>
    ),
  },
  countColumn("Calls", "calls"),
  shareColumn("Failed", "failedShare", llmErrorRatio),
  secondsColumn("p50", "p50"),
  secondsColumn("p95", "p95", llmResponseTimeSeconds),
  secondsColumn("First token", "firstToken"),
  pairColumn("Tokens in", ["input", formatCount], ["cached", formatCount], "cached"),
  countColumn("Tokens out", "output"),
  pairColumn("Cost", ["cost", formatUsd], ["perCall", formatUsd], "a call"),
];

/** One model: how it developed, and who calls it. */
export function ModelDetail({ model }: { readonly model: string }): ReactNode {
  const course = useLines(useMemo(() => modelCourse(model), [model]));
  const callers = useRows(
    useMemo(() => callersOf(model), [model]),
    ["agent"],
  );
  const columns = useMemo(() => callerColumns(model), [model]);
  const dots = useExemplarDots(durationOfModel(model), formatSeconds);
  return (
    <>
      <DetailHead
        kind="model"
        name={model}
        back={{ title: "All models", to: "/models" }}
        ways={[
          { title: "Traces", to: "/traces", params: { model } },
          { title: "Failed traces", to: "/traces", params: { model, status: "error" } },
          {
            title: "Log lines",
            to: "/logs",
            params: { query: `{service_name=~".+"} | gen_ai_request_model=${JSON.stringify(model)}` },
          },
          { title: "Dashboard", to: "/d/ao-llm-cost", params: { "var-model": model } },
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
          title="Time to the first token"
          answer={course}
          format={formatSeconds}
          of={({ firstToken50, firstToken95 }) => [
            ...lineOf(firstToken50, "p50", "--series-1"),
            ...lineOf(firstToken95, "p95", "--series-2"),
          ]}
        />
        <CourseChart
          title="Calls a minute"
          answer={course}
          format={formatCount}
          stacked
          of={({ well, failed }) => [...lineOf(well, "answered", "--series-1"), ...lineOf(failed, "failed", "--bad")]}
        />
        <CourseChart
          title="Errors, retries, fallbacks a minute"
          answer={course}
          format={formatCount}
          of={({ errors, retries, fallbacks }) => [
            ...linesBy(errors, "category"),
            ...lineOf(retries, "retries", "--text-3"),
            ...linesBy(fallbacks, "from", (from) => `instead of ${from}`),
          ]}
        />
        <CourseChart
          title="Tokens a minute"
          answer={course}
          format={formatCount}
          of={({ tokens }) => linesBy(tokens, "type")}
        />
        <CourseChart
          title="Spend an hour, by agent"
          answer={course}
          format={formatUsd}
          stacked
          of={({ spend }) => linesBy(spend, "agent", outside)}
        />
      </Grid>
      <Card title="Who calls it">
        <Asked answer={callers} what="Who calls it was not answered." height={200}>
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
