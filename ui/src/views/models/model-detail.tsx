import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { formatCount, formatSeconds, formatUsd } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useLines, useRows } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { useExemplarDots } from "../../measures/exemplar-dots.ts";
import { type Column, Grid } from "../../parts/parts.tsx";
import { countColumn, modelColumns, shareColumn } from "./amounts.tsx";
import { lineOf, linesBy } from "./course-lines.ts";
import { DetailHead } from "./detail-head.tsx";
import { agentName, Callers, CallsChart, DurationChart } from "./detail-parts.tsx";
import { type CallerColumn, callersOf, durationOfModel, modelCourse } from "./questions.ts";

const { llmErrorRatio } = THRESHOLDS;
const COLUMNS: readonly Column<Row<CallerColumn>>[] = [
  countColumn("Calls", "calls"),
  shareColumn("Failed", "failedShare", llmErrorRatio),
  ...modelColumns<Row<CallerColumn>>(),
];

/** One model: how it developed, and who calls it. */
export function ModelDetail({ model }: { readonly model: string }): ReactNode {
  const course = useLines(useMemo(() => modelCourse(model), [model]));
  const callers = useRows(
    useMemo(() => callersOf(model), [model]),
    ["agent"],
  );
  const params = useMemo(() => ({ model }), [model]);
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
        <DurationChart course={course} dots={dots} />
        <CourseChart
          title="Time to the first token"
          answer={course}
          format={formatSeconds}
          of={({ firstToken50, firstToken95 }) => [
            ...lineOf(firstToken50, "p50", "--series-1"),
            ...lineOf(firstToken95, "p95", "--series-2"),
          ]}
        />
        <CallsChart course={course} well="answered" />
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
          of={({ spend }) => linesBy(spend, "agent", agentName)}
        />
      </Grid>
      <Callers answer={callers} params={params} columns={COLUMNS} />
    </>
  );
}
