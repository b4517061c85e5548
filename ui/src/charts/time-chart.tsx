import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useThemeName } from "../app/theme-name.ts";
import { TIME_AXIS, widthOf } from "./axes.ts";
import type { ChartSeries } from "./chart-series.ts";
import { drawDots } from "./dots.ts";
import css from "./time-chart.module.css";

export type { ChartSeries } from "./chart-series.ts";

export type ChartDot = {
  readonly timeMs: number;
  readonly value: number;
  readonly title: string;
  readonly onOpen: () => void;
};

export type TimeChartProps = {
  readonly label: string;
  readonly series: readonly ChartSeries[];
  readonly startMs: number;
  readonly endMs: number;
  readonly format: (value: number) => string;
  readonly height?: number;
  readonly stacked?: boolean;
  readonly thresholds?: readonly { readonly value: number; readonly color: string }[];
  /** Exemplars and the like: single requests, which open. */
  readonly dots?: readonly ChartDot[];
  readonly onZoom?: (startMs: number, endMs: number) => void;
};

const PALETTE = 8;

function alignedData(series: readonly ChartSeries[], stacked: boolean): uPlot.AlignedData {
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ timeMs }) => timeMs)))].sort((a, b) => a - b);
  const at = new Map(times.map((time, index) => [time, index]));
  const below = new Array<number>(times.length).fill(0);
  const rows = series.map(({ points }) => {
    const row = new Array<number | null>(times.length).fill(null);
    for (const { timeMs, value } of points) {
      const index = at.get(timeMs);
      if (index === undefined || !Number.isFinite(value)) continue;
      row[index] = stacked ? value + (below[index] ?? 0) : value;
      if (stacked) below[index] = (below[index] ?? 0) + value;
    }
    return row;
  });
  return [times.map((time) => time / 1000), ...rows];
}

/** Lines over time. Dragging over it zooms; a dot opens what it stands for. */
export function TimeChart(props: TimeChartProps): ReactNode {
  const { label, series, height = 180 } = props;
  const box = useRef<HTMLDivElement>(null);
  const now = useRef(props);
  now.current = props;
  const theme = useThemeName();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart is drawn anew for whatever is another in `props`.
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const styles = getComputedStyle(element);
    const color = (name: string): string => (name.startsWith("--") ? styles.getPropertyValue(name) : name);
    const line = color("--line");
    const text = color("--text-3");
    const font = `11px ${styles.getPropertyValue("--font")}`;
    const { format, thresholds = [], stacked = false, dots = [], startMs, endMs } = now.current;
    const slowest = dots.toSorted((a, b) => b.value - a.value);
    const colors = series.map(({ color: own }, index) => color(own ?? `--series-${(index % PALETTE) + 1}`));
    const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width: Math.max(80, element.clientWidth),
        height,
        padding: [8, 26, 0, 0],
        cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
        legend: { show: false },
        scales: {
          x: { time: true, range: [startMs / 1000, endMs / 1000] },
          y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 0, 1e-9) * 1.08] },
        },
        axes: [
          { ...axis, ...TIME_AXIS },
          {
            ...axis,
            size: (_, texts) => widthOf(texts),
            values: (_, splits) => splits.map((split) => (split === null ? "" : format(split))),
          },
        ],
        series: [
          {},
          ...series.map((one, index) => ({
            label: one.name,
            stroke: colors[index] ?? text,
            width: 1.5,
            ...(stacked && { fill: `color-mix(in srgb, ${colors[index] ?? text} 30%, transparent)` }),
            points: { show: one.points.length < 3, size: 5 },
          })),
        ],
        // Of stacked areas each is filled down to the one below it.
        ...(stacked && {
          bands: series.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })),
        }),
        hooks: {
          draw: [
            // With every drawing anew: places are known only then, and change with the size.
            (u) =>
              drawDots(
                u.over,
                slowest.map(({ timeMs, value, title: text, onOpen }) => ({
                  left: u.valToPos(timeMs / 1000, "x"),
                  top: u.valToPos(value, "y"),
                  text,
                  onOpen,
                })),
              ),
            (u) => {
              const { ctx } = u;
              for (const threshold of thresholds) {
                const y = u.valToPos(threshold.value, "y", true);
                if (y < u.bbox.top || y > u.bbox.top + u.bbox.height) continue;
                ctx.save();
                ctx.strokeStyle = color(threshold.color);
                ctx.setLineDash([6, 4]);
                ctx.beginPath();
                ctx.moveTo(u.bbox.left, y);
                ctx.lineTo(u.bbox.left + u.bbox.width, y);
                ctx.stroke();
                ctx.restore();
              }
            },
          ],
          setSelect: [
            (u) => {
              if (u.select.width < 4) return;
              const from = u.posToVal(u.select.left, "x") * 1000;
              const to = u.posToVal(u.select.left + u.select.width, "x") * 1000;
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              now.current.onZoom?.(Math.round(from), Math.round(to));
            },
          ],
          setCursor: [(u) => showHover(element, u, series, now.current)],
        },
      },
      alignedData(series, stacked),
      element,
    );
    const observer = new ResizeObserver(() => {
      const width = Math.max(80, element.clientWidth);
      if (width !== plot.width) plot.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      element.querySelector("output")?.remove();
    };
  }, [series, height, props.startMs, props.endMs, props.dots, props.thresholds, props.stacked, theme]);

  return (
    // Not an image: what opens requests stands in it.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    <div ref={box} className={css.chart} role="group" aria-label={label} />
  );
}

function showHover(
  element: HTMLElement,
  plot: uPlot,
  series: readonly ChartSeries[],
  { format }: TimeChartProps,
): void {
  const { idx, left = -1 } = plot.cursor;
  let output = element.querySelector("output");
  if (idx === null || idx === undefined || left < 0) {
    output?.remove();
    return;
  }
  if (output === null) {
    output = document.createElement("output");
    output.className = css.hover ?? "";
    element.append(output);
  }
  const timeMs = (plot.data[0]?.[idx] ?? 0) * 1000;
  const rows = series
    .flatMap(({ name, points }) => {
      const point = points.find((one) => one.timeMs === timeMs);
      return point === undefined ? [] : [{ name, value: point.value }];
    })
    .sort((a, b) => b.value - a.value)
    .slice(0, 12);
  // Text only: names of series come from programs.
  output.textContent = [
    new Date(timeMs).toLocaleTimeString(),
    ...rows.map(({ name, value }) => `${name}: ${format(value)}`),
  ].join("\n");
  output.style.left = `${Math.min(Math.max(0, left), Math.max(0, element.clientWidth - 240))}px`;
}

/** Names and colors of the series of a chart, as it has them. */
export function Legend({ series }: { readonly series: readonly ChartSeries[] }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one is scrolled, by the keyboard as well.
    <ul className={css.legend} tabIndex={0} aria-label="Series">
      {series.map(({ name, color }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two series may have the same name; they have no state.
        <li key={`${name}${index}`}>
          <span
            aria-hidden="true"
            className={css.swatch}
            ref={(element) => {
              const own = color?.startsWith("--") ? `var(${color})` : color;
              element?.style.setProperty("background", own ?? `var(--series-${(index % PALETTE) + 1})`);
            }}
          />
          {name}
        </li>
      ))}
    </ul>
  );
}
