import type uPlot from "uplot";
import type { Chart, Dot } from "../model/chart-model.ts";
import { axisText } from "../model/shown-value.ts";
import css from "./plot.module.css";

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
/** Single requests over the lines, as links. */
export function addDots(plot: uPlot, scale: string, props: DotsProps): void {
  for (const old of plot.over.querySelectorAll("a")) old.remove();
  for (const dot of props.chart.dots) {
    const left = plot.valToPos(dot.timeMs / 1000, "x");
    if (left < 0 || left > plot.over.clientWidth) continue;
    const top = plot.valToPos(dot.value, scale);
    const link = document.createElement("a");
    link.href = props.hrefOf(dot);
    link.className = css.dot ?? "";
    link.dataset["trace"] = dot.traceId ?? "";
    // A duration beside shares is off the scale: it is at the upper edge.
    link.dataset["outside"] = String(top < 0);
    const text = `Trace of a request: ${axisText(props.chart.lines[0]?.config ?? { mappings: [], links: [], custom: {} }, dot.value)}${dot.series === "" ? "" : `, ${dot.series}`}`;
    link.title = text;
    link.setAttribute("aria-label", text);
    link.style.left = `${left}px`;
    link.style.top = `${Math.max(4, Math.min(Number.isFinite(top) ? top : 4, plot.over.clientHeight - 4))}px`;
    link.addEventListener("mousedown", (event) => event.stopPropagation());
    link.addEventListener("click", (event) => {
      event.stopPropagation();
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      props.onOpen(dot);
    });
    plot.over.append(link);
  }
}
