import type { ReactNode } from "react";
import type { ChartSeries } from "../../charts/time-chart.tsx";
import { formatCount, formatSeconds, formatUsd } from "../../format/quantity.ts";
import { type Lines, useLines } from "../../measures/ask-measures.ts";
import { CourseChart } from "../../measures/course-chart.tsx";
import { quantileLine } from "../../measures/quantile.ts";
import { Grid } from "../../parts/parts.tsx";
import { COURSE } from "./questions.ts";

type Asked = Lines<keyof typeof COURSE>["of"];
const LOOKS = {
  well: { name: "ended well", color: "--series-1" },
  failed: { name: "failed", color: "--bad" },
  p50: { name: "p50", color: "--series-1" },
  p95: { name: "p95", color: "--series-2" },
} as const;

const quantile = (q: number, look: "p50" | "p95", { durations = [] }: Asked): ChartSeries[] => {
  const points = quantileLine(q, durations);
  return points.length === 0 ? [] : [{ ...LOOKS[look], points }];
};

const lines =
  (...names: ("well" | "failed")[]) =>
  (of: Asked): ChartSeries[] =>
    names.flatMap((name) => (of[name] ?? []).map(({ points }) => ({ ...LOOKS[name], points })));

const spend = ({ spend: all = [] }: Asked): ChartSeries[] =>
  all.map(({ labels, points }) => ({ name: labels["model"] ?? "", points }));

/** How runs, their duration and what they cost developed. */
export function Course(): ReactNode {
  const answer = useLines(COURSE);
  return (
    <Grid least="320px">
      <CourseChart answer={answer} title="Runs a minute" format={formatCount} stacked of={lines("well", "failed")} />
      <CourseChart
        answer={answer}
        title="Response time"
        format={formatSeconds}
        of={(of) => [...quantile(0.5, "p50", of), ...quantile(0.95, "p95", of)]}
      />
      <CourseChart answer={answer} title="Spend an hour, by model" format={formatUsd} stacked of={spend} />
    </Grid>
  );
}
