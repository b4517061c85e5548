import type uPlot from "uplot";
import { TIME_AXIS, widthOf } from "../../charts/axes.ts";
import type { Chart } from "../model/chart-model.ts";
import { axisText } from "../model/shown-value.ts";

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
      ...TIME_AXIS,
      grid,
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
        size: (_, values) => widthOf(values),
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
