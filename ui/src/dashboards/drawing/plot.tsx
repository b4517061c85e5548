import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useThemeName } from "../../app/theme-name.ts";
import type { Chart, Dot, Line, PlotData } from "../model/chart-model.ts";
import css from "./plot.module.css";
import { axesOf } from "./plot-axes.ts";
import { bandsOf, scaleOf, seriesOptions } from "./plot-lines.ts";
import { addDots, drawThresholds } from "./plot-marks.ts";

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

const LEAST_DRAG = 6;
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
    const { bands, bottoms } = bandsOf(lines, colors);
    const drag = { from: 0 };
    const made = new uPlot(
      {
        width,
        height,
        padding: [8, scales.length > 1 ? 0 : 26, 0, 0],
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
        axes: axesOf(chart, scales, first, color, styles.getPropertyValue("--font")),
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

  return (
    // Not an image: dots that are links stand in it.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    <div ref={box} className={css.plot} role="group" aria-label={label} />
  );
}
