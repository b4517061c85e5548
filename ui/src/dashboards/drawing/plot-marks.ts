import type uPlot from "uplot";
import { drawDots } from "../../charts/dots.ts";
import type { Chart, Dot } from "../model/chart-model.ts";
import { axisText } from "../model/shown-value.ts";

/** Lines, or areas above them, of what is too much. */
export function drawThresholds(plot: uPlot, chart: Chart, scale: string, color: (name: string) => string): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  for (const [index, threshold] of chart.thresholds.entries()) {
    const y = plot.valToPos(threshold.value, scale, true);
    ctx.save();
    if (threshold.isArea) {
      const next = chart.thresholds[index + 1];
      const end = next === undefined ? top : Math.max(top, plot.valToPos(next.value, scale, true));
      ctx.globalAlpha = 0.08;
      ctx.fillStyle = color(threshold.color);
      const start = Math.min(top + height, y);
      if (start > end) ctx.fillRect(left, end, width, start - end);
      ctx.globalAlpha = 1;
    }
    if (y >= top && y <= top + height) {
      ctx.strokeStyle = color(threshold.color);
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(left, y);
      ctx.lineTo(left + width, y);
      ctx.stroke();
    }
    ctx.restore();
  }
}

type DotsProps = {
  readonly chart: Chart;
  readonly hrefOf: (dot: Dot) => string;
  readonly onOpen: (dot: Dot) => void;
};
/** Single requests over the lines, as links; the slowest first where there is no room for all. */
export function addDots(plot: uPlot, scale: string, props: DotsProps): void {
  const config = props.chart.lines[0]?.config ?? { mappings: [], links: [], custom: {} };
  const dots = props.chart.dots.toSorted((a, b) => b.value - a.value);
  drawDots(
    plot.over,
    dots.map((dot) => ({
      left: plot.valToPos(dot.timeMs / 1000, "x"),
      top: plot.valToPos(dot.value, scale),
      text: `Trace of a request: ${axisText(config, dot.value)}${dot.series === "" ? "" : `, ${dot.series}`}`,
      href: props.hrefOf(dot),
      trace: dot.traceId ?? "",
      onOpen: () => props.onOpen(dot),
    })),
  );
}
