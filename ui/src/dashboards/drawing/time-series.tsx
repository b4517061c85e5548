import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { hrefTo } from "../../app/url-state.ts";
import { formatTime } from "../../format/quantity.ts";
import { type Chart, type Dot, type Line, legendCalcs, plotData } from "../model/chart-model.ts";
import type { Panel } from "../model/dashboard.ts";
import { shownValue, textOfShown } from "../model/shown-value.ts";
import { linksFor, useBoard } from "./board-context.ts";
import { LinkMenu } from "./link-menu.tsx";
import { type Hover, Plot } from "./plot.tsx";
import { useSize } from "./size.ts";
import css from "./time-series.module.css";

type TimeSeriesProps = {
  readonly panel: Panel;
  readonly chart: Chart;
  readonly startMs: number;
  readonly endMs: number;
};

const MOST_IN_TOOLTIP = 20;
const key = (line: Line, index: number): string => `${index} ${line.name}`;

/** The value of a line at a time, if it has a point there. */
function valueAt({ times, values }: Line, timeMs: number): number | undefined {
  let [low, high] = [0, times.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const time = times[middle] as number;
    if (time === timeMs) return values[middle];
    if (time < timeMs) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** A time series panel: its lines, dots that open traces, and a legend in which each name shows its line alone. */
export function TimeSeries({ panel, chart, startMs, endMs }: TimeSeriesProps): ReactNode {
  const board = useBoard();
  const [, navigate] = useLocation();
  const area = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(area);
  const [alone, setAlone] = useState<ReadonlySet<string>>(new Set());
  const [hover, setHover] = useState<Hover | undefined>(undefined);
  const [isPinned, setPinned] = useState(false);

  const lines = useMemo(() => {
    const chosen = chart.lines.filter(({ name }) => alone.has(name));
    return chosen.length === 0 ? chart.lines : chosen;
  }, [chart, alone]);
  const data = useMemo(() => plotData(lines), [lines]);
  const hrefOf = useCallback((dot: Dot) => hrefTo(`/trace/${dot.traceId ?? ""}`), []);

  const choose = (name: string, adds: boolean): void =>
    setAlone((before) => {
      if (before.has(name)) return new Set([...before].filter((one) => one !== name));
      return adds ? new Set([...before, name]) : new Set([name]);
    });

  return (
    <div className={css.chart} data-right={chart.legend.isRight}>
      <div className={css.area} ref={area}>
        <Plot
          label={`${panel.title}: ${chart.lines.length} series over time`}
          chart={chart}
          lines={lines}
          data={data}
          startMs={startMs}
          endMs={endMs}
          width={width}
          height={height}
          syncKey={board.sharesCrosshair ? board.uid : undefined}
          onZoom={board.onZoom}
          onHover={(next) => !isPinned && setHover(next)}
          onPin={() => setPinned(!isPinned)}
          hrefOf={hrefOf}
          onOpen={(dot) => navigate(hrefOf(dot))}
        />
        {hover !== undefined && (
          <Tooltip
            panel={panel}
            lines={lines}
            hover={hover}
            isPinned={isPinned}
            width={width}
            onClose={() => {
              setPinned(false);
              setHover(undefined);
            }}
          />
        )}
      </div>
      {chart.legend.isShown && <Legend panel={panel} chart={chart} alone={alone} onChoose={choose} />}
    </div>
  );
}

type TooltipProps = {
  readonly panel: Panel;
  readonly lines: readonly Line[];
  readonly hover: Hover;
  readonly isPinned: boolean;
  readonly width: number;
  readonly onClose: () => void;
};
function Tooltip({ panel, lines, hover, isPinned, width, onClose }: TooltipProps): ReactNode {
  const board = useBoard();
  const { timeMs, left } = hover;
  const rows = lines
    .flatMap((line, index) => {
      const value = valueAt(line, timeMs);
      return value === undefined ? [] : [{ line, index, value }];
    })
    .sort((a, b) => b.value - a.value);
  const isLeft = left > width / 2;
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (!isPinned) return;
    const onKey = ({ key: pressed }: KeyboardEvent): void => {
      if (pressed === "Escape") close.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [isPinned]);
  return (
    <section
      className={css.tooltip}
      data-pinned={isPinned}
      style={isLeft ? { right: width - left + 14 } : { left: left + 14 }}
      aria-label="Values at this time"
    >
      <div className={css.tooltipHead}>
        {formatTime(timeMs)}
        {isPinned && (
          <button type="button" onClick={onClose} aria-label="Close">
            ×
          </button>
        )}
      </div>
      <ul>
        {rows.slice(0, MOST_IN_TOOLTIP).map(({ line, index, value }) => {
          const shown = shownValue(line.config, "number", value);
          return (
            <li key={key(line, index)}>
              <i style={{ background: line.color }} aria-hidden="true" />
              <span>{line.name}</span>
              <b>{textOfShown(shown)}</b>
              {isPinned && (
                <LinkMenu
                  of={line.name}
                  links={linksFor(board, panel, line.config.links, {
                    seriesName: line.name,
                    fieldName: line.name,
                    labels: line.labels,
                    value: shown,
                    timeMs,
                  })}
                />
              )}
            </li>
          );
        })}
      </ul>
      {rows.length > MOST_IN_TOOLTIP && <p>and {rows.length - MOST_IN_TOOLTIP} more</p>}
      {!isPinned && lines.some(({ config }) => config.links.length > 0) && <p>Click for links</p>}
    </section>
  );
}

type LegendProps = {
  readonly panel: Panel;
  readonly chart: Chart;
  readonly alone: ReadonlySet<string>;
  readonly onChoose: (name: string, adds: boolean) => void;
};
function Legend({ panel, chart, alone, onChoose }: LegendProps): ReactNode {
  const board = useBoard();
  return (
    <ul className={css.legend} data-table={chart.legend.isTable}>
      {chart.lines.map(
        (line, index) =>
          line.inLegend && (
            <li key={key(line, index)} data-off={alone.size > 0 && !alone.has(line.name)}>
              <button
                type="button"
                aria-pressed={alone.has(line.name)}
                title="Show this series alone; with Ctrl, together with others"
                onClick={(event) => onChoose(line.name, event.ctrlKey || event.metaKey || event.shiftKey)}
              >
                <i style={{ background: line.color }} aria-hidden="true" />
                {line.name}
              </button>
              {legendCalcs(line, chart.legend.calcs).map(({ name, text }) => (
                <span key={name} className={css.calc}>
                  {name}: {text}
                </span>
              ))}
              <LinkMenu
                of={line.name}
                links={linksFor(board, panel, line.config.links, {
                  seriesName: line.name,
                  fieldName: line.name,
                  labels: line.labels,
                })}
              />
            </li>
          ),
      )}
    </ul>
  );
}
