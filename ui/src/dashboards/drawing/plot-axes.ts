import type uPlot from "uplot";
import type { Chart } from "../model/chart-model.ts";
import { axisText } from "../model/shown-value.ts";

const two = (value: number): string => String(value).padStart(2, "0");
/** `17:05`, with seconds or days where the ticks need them. */
function timeText(seconds: number, stepS: number): string {
  const date = new Date(seconds * 1000);
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  if (stepS >= 86_400) return day;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (stepS < 60) return `${time}:${two(date.getSeconds())}`;
  return time === "00:00" ? day : time;
}

/** The width of a letter of an axis, in pixels: a little more than most have. */
const LETTER = 6.4;
/** Time below, and values at the sides with their units. */
export function axesOf(
  chart: Chart,
  scales: readonly string[],
  first: string,
  color: (name: string) => string,
  font: string,
): uPlot.Axis[] {
  const axis = { stroke: color("var(--text-3)"), font: `11px ${font}`, ticks: { show: false } };
  const grid = { stroke: color("var(--line)"), width: 1 };
  return [
    {
      ...axis,
      size: 26,
      gap: 4,
      grid,
      values: (_, splits, __, ___, step) => splits.map((one) => timeText(one, step)),
    },
    ...scales.slice(0, 2).map((scale): uPlot.Axis => {
      const [line] = chart.lines.filter((one) => one.scale === scale);
      const config = line?.isPercentStack ? { ...line.config, unit: "percentunit" } : line?.config;
      return {
        ...axis,
        scale,
        show: line?.side !== "hidden",
        side: line?.side === "right" ? 1 : 3,
        grid: { ...grid, show: scale === first },
        size: (_, values) => Math.max(...(values ?? []).map((text) => text?.length ?? 0), 3) * LETTER + 12,
        values: (_, splits) =>
          splits.map((one) =>
            one === null || config === undefined
              ? ""
              : axisText({ ...config, decimals: undefined }, Number(one.toPrecision(12))),
          ),
      };
    }),
  ];
}
