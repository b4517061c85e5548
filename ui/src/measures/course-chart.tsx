import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTime } from "../app/url-state.ts";
import { type ChartDot, type ChartSeries, Legend, TimeChart } from "../charts/time-chart.tsx";
import { Asked, Card } from "../parts/parts.tsx";
import type { Lines } from "./ask-measures.ts";
import css from "./measures.module.css";

type CourseChartProps<Name extends string> = {
  readonly title: string;
  readonly description?: string;
  readonly answer: UseQueryResult<Lines<Name>>;
  /** Which lines, from all that were asked for together. */
  readonly of: (lines: Lines<Name>["of"]) => readonly ChartSeries[];
  readonly format: (value: number) => string;
  readonly stacked?: boolean;
  readonly height?: number;
  /** Single requests, which open their traces. */
  readonly dots?: readonly ChartDot[] | undefined;
};

const LEGEND_HEIGHT = 26;

/** A card with a chart of some of the lines that a view asked for; dragging over it narrows the time range. */
export function CourseChart<Name extends string>({
  title,
  description,
  answer,
  height = 150,
  ...rest
}: CourseChartProps<Name>): ReactNode {
  return (
    <Card title={title} {...(description !== undefined && { description })}>
      <Asked answer={answer} what={`${title}: not answered.`} height={height + LEGEND_HEIGHT}>
        {(data) => <Drawn title={title} data={data} height={height} {...rest} />}
      </Asked>
    </Card>
  );
}

type DrawnProps<Name extends string> = Omit<CourseChartProps<Name>, "answer" | "description"> & {
  readonly data: Lines<Name>;
};
function Drawn<Name extends string>({
  title,
  data,
  of,
  format,
  stacked = false,
  height = 150,
  dots,
}: DrawnProps<Name>) {
  const { setRange } = useTime();
  // biome-ignore lint/correctness/useExhaustiveDependencies: which lines they are does not change.
  const series = useMemo(() => of(data.of), [data]);
  if (series.length === 0) {
    return (
      <p className={css.none} ref={(element) => element?.style.setProperty("height", `${height + LEGEND_HEIGHT}px`)}>
        Nothing in this time.
      </p>
    );
  }
  return (
    <>
      <TimeChart
        label={title}
        series={series}
        startMs={data.range.startMs}
        endMs={data.range.endMs}
        format={format}
        height={height}
        stacked={stacked}
        {...(dots !== undefined && { dots })}
        onZoom={(startMs, endMs) => setRange({ from: String(startMs), to: String(endMs) })}
      />
      <Legend series={series} />
    </>
  );
}
