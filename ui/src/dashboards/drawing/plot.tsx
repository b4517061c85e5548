import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Chart, Dot, Line, PlotData } from "../model/chart-model.ts";
import { axisText } from "../model/shown-value.ts";
import css from "./plot.module.css";
import { useThemeName } from "./theme-name.ts";

export type Hover = { readonly timeMs: number; readonly left: number; readonly top: number };

type PlotProps = {
  readonly label: string;
  readonly chart: Chart;
  /** Those of the chart that are not hidden, with their data. */
  readonly lines: readonly Line[];
  readonly data: PlotData;
  readonly startMs: number;
  readonly endMs: number;
  readonly width: number;
  readonly height: number;
  /** Charts with the same key share the crosshair. */
  readonly syncKey: string | undefined;
  readonly onZoom: (startMs: number, endMs: number) => void;
  readonly onHover: (hover: Hover | undefined) => void;
  readonly onPin: () => void;
  readonly hrefOf: (dot: Dot) => string;
  readonly onOpen: (dot: Dot) => void;
};

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

const LEAST_DRAG = 6;
/** The width of a letter of an axis, in pixels: a little more than most have. */
const LETTER = 6.4;
/** With so many points a line is seen without them. */
const MANY_POINTS = 40;

/** Points that no line leads to. */
const lonely = (row: readonly (number | null | undefined)[]): number[] => {
  const there = row.flatMap((value, at) => (value === undefined ? [] : [at]));
  return there.filter((at, index) => {
    const [before, after] = [there[index - 1], there[index + 1]];
    return (
      row[at] !== null && (before === undefined || row[before] === null) && (after === undefined || row[after] === null)
    );
  });
};

function scaleOf(chart: Chart, lines: readonly Line[]): uPlot.Scale {
  const [first] = lines;
  const min = chart.min ?? first?.config.min;
  const max = first?.isPercentStack ? 1 : (first?.config.max ?? chart.max);
  return {
    distr: chart.isLogarithmic ? 3 : 1,
    range: (_, low, high) => {
      if (chart.isLogarithmic) return uPlot.rangeLog(low ?? 1, high ?? 10, 10, true);
      const [from, to] = uPlot.rangeNum(min ?? low ?? 0, max ?? high ?? 1, {
        min: { pad: 0.1, soft: 0, mode: 3 },
        max: { pad: 0.1, soft: 0, mode: 3 },
      });
      const bottom = min ?? from ?? 0;
      const top = max ?? to ?? 1;
      return [bottom, top > bottom ? top : bottom + 1];
    },
  };
}

function seriesOptions(line: Line, color: string, points: number): uPlot.Series {
  const isBars = line.style === "bars";
  const paths = isBars
    ? uPlot.paths.bars?.({ size: [0.7, 40] })
    : line.isStepped
      ? uPlot.paths.stepped?.({ align: 1 })
      : undefined;
  return {
    label: line.name,
    scale: line.scale,
    stroke: line.style === "points" ? "transparent" : color,
    width: line.width,
    ...(line.isDashed && { dash: [8, 6] }),
    ...(paths !== undefined && { paths }),
    ...(line.stack === undefined &&
      line.fill > 0 && { fill: `color-mix(in srgb, ${color} ${line.fill * 100}%, transparent)` }),
    points: {
      show: line.points !== "never" || line.style === "points",
      size: 4,
      fill: color,
      stroke: color,
      // Few points are worth seeing; a single one between two gaps would not be seen otherwise.
      filter: (self, index) =>
        line.points === "always" || line.style === "points" || (!isBars && points < MANY_POINTS)
          ? null
          : lonely([...(self.data[index] ?? [])]),
    },
  };
}

/** Fills between a line and the one that it stands on. */
function bandsOf(
  lines: readonly Line[],
  colors: readonly string[],
): { bands: uPlot.Band[]; bottoms: ReadonlySet<number> } {
  const below = new Map<string, number>();
  const bands: uPlot.Band[] = [];
  const bottoms = new Set<number>();
  lines.forEach(({ stack, scale, fill }, index) => {
    if (stack === undefined || fill === 0) return;
    const key = `${stack} ${scale}`;
    const under = below.get(key);
    if (under === undefined) bottoms.add(index);
    else
      bands.push({
        series: [index + 1, under + 1],
        fill: `color-mix(in srgb, ${colors[index]} ${fill * 100}%, transparent)`,
      });
    below.set(key, index);
  });
  return { bands, bottoms };
}

function drawThresholds(plot: uPlot, chart: Chart, scale: string, color: (name: string) => string): void {
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

function addDots(plot: uPlot, scale: string, props: PlotProps): void {
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

/** Lines over time on a canvas. Dragging zooms, a click keeps the tooltip, dots are links. */
export function Plot(props: PlotProps): ReactNode {
  const { label, chart, lines, data, startMs, endMs, width, height, syncKey } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const now = useRef(props);
  now.current = props;
  const theme = useThemeName();

  // biome-ignore lint/correctness/useExhaustiveDependencies: colors are read anew with another theme.
  useEffect(() => {
    const element = box.current;
    if (element === null || width === 0 || height === 0) return;
    const styles = getComputedStyle(element);
    const color = (name: string): string => {
      const [, variable] = /^var\((--[\w-]+)\)$/.exec(name) ?? [];
      return variable === undefined ? name : styles.getPropertyValue(variable).trim();
    };
    const colors = lines.map((line) => color(line.color));
    const scales = [...new Set(chart.lines.map(({ scale }) => scale))];
    const first = chart.lines.find(({ side }) => side === "left")?.scale ?? scales[0] ?? "";
    const axis = {
      stroke: color("var(--text-3)"),
      font: `11px ${styles.getPropertyValue("--font")}`,
      ticks: { show: false },
    };
    const grid = { stroke: color("var(--line)"), width: 1 };
    const { bands, bottoms } = bandsOf(lines, colors);
    const drag = { from: 0 };
    const made = new uPlot(
      {
        width,
        height,
        padding: [8, scales.length > 1 ? 0 : 16, 0, 0],
        legend: { show: false },
        cursor: {
          drag: { x: true, y: false, setScale: false },
          points: { size: 6 },
          ...(syncKey !== undefined && {
            sync: {
              key: syncKey,
              setSeries: false,
              scales: ["x", null],
              // The crosshair is shared; a drag belongs to the chart that it is in.
              filters: { pub: (type: string) => type === "mousemove" || type === "mouseleave", sub: () => true },
            },
          }),
        },
        scales: {
          x: { time: true, range: () => [now.current.startMs / 1000, now.current.endMs / 1000] },
          ...Object.fromEntries(
            scales.map((scale) => [
              scale,
              scaleOf(
                chart,
                chart.lines.filter((line) => line.scale === scale),
              ),
            ]),
          ),
        },
        axes: [
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
        ],
        bands,
        series: [
          {},
          ...lines.map((line, index) => ({
            ...seriesOptions(line, colors[index] ?? "", line.times.length),
            ...(bottoms.has(index) && {
              fill: `color-mix(in srgb, ${colors[index]} ${line.fill * 100}%, transparent)`,
            }),
          })),
        ],
        hooks: {
          draw: [(u) => drawThresholds(u, chart, first, color), (u) => addDots(u, first, now.current)],
          setSelect: [
            (u) => {
              const { left, width: selected } = u.select;
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              if (selected < LEAST_DRAG) return;
              now.current.onZoom(
                Math.round(u.posToVal(left, "x") * 1000),
                Math.round(u.posToVal(left + selected, "x") * 1000),
              );
            },
          ],
          setCursor: [
            (u) => {
              const { idx, left = -1, top = -1, event } = u.cursor;
              // Another chart's crosshair comes without an event of this one.
              if (event === null || event === undefined || !u.over.contains(event.target as Node)) return;
              const time = idx === null || idx === undefined ? undefined : u.data[0]?.[idx];
              now.current.onHover(
                time === undefined || left < 0
                  ? undefined
                  : { timeMs: Math.round(time * 1000), left: left + u.over.offsetLeft, top: top + u.over.offsetTop },
              );
            },
          ],
        },
      },
      [data.times.map((time) => time / 1000), ...data.rows.map((row) => [...row])] as uPlot.AlignedData,
      element,
    );
    made.over.addEventListener("mouseleave", () => now.current.onHover(undefined));
    made.over.addEventListener("mousedown", ({ clientX }) => {
      drag.from = clientX;
    });
    made.over.addEventListener("click", ({ clientX }) => {
      if (Math.abs(clientX - drag.from) < LEAST_DRAG) now.current.onPin();
    });
    plot.current = made;
    return () => {
      plot.current = undefined;
      made.destroy();
    };
  }, [chart, lines, data, startMs, endMs, syncKey, theme, width === 0 || height === 0]);

  useEffect(() => {
    if (plot.current !== undefined && width > 0 && height > 0) plot.current.setSize({ width, height });
  }, [width, height]);

  return <div ref={box} className={css.plot} role="img" aria-label={label} />;
}
