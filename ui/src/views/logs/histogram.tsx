import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import { formatCount, formatTime } from "../../format/quantity.ts";
import css from "./histogram.module.css";
import { type Bar, type Histogram, selectedRange } from "./histogram.ts";
import { LEVEL_COLOR, type Level } from "./line-fields.ts";

const HEIGHT = 88;

type HistogramChartProps = {
  readonly histogram: Histogram;
  readonly onZoom: (startMs: number, endMs: number) => void;
  readonly isChosen: (level: Level) => boolean;
  readonly onLevel: (level: Level) => void;
};

/** Lines over time by level. A click on a bar or dragging over several makes that the time range. */
export function HistogramChart({ histogram, onZoom, isChosen, onLevel }: HistogramChartProps): ReactNode {
  const { bars, most, totals } = histogram;
  const plot = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | undefined>();
  const [hovered, setHovered] = useState<Bar | undefined>();
  const at = ({ clientX }: PointerEvent): number => {
    const { left = 0, width = 1 } = plot.current?.getBoundingClientRect() ?? {};
    return Math.max(0, Math.min(1, (clientX - left) / width));
  };
  const finish = (event: PointerEvent): void => {
    const range = drag && selectedRange(histogram, drag.from, at(event));
    setDrag(undefined);
    if (range !== undefined) onZoom(range.startMs, range.endMs);
  };
  const total = totals.reduce((sum, { count }) => sum + count, 0);
  const [low, high] = drag === undefined ? [0, 0] : [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
  return (
    <div className={css.histogram}>
      <div
        ref={plot}
        className={css.plot}
        role="img"
        aria-label={`${formatCount(total)} lines over time: ${totals.map(({ level, count }) => `${formatCount(count)} ${level}`).join(", ")}`}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => {
          const here = at(event);
          if (drag !== undefined) setDrag({ ...drag, to: here });
          setHovered(bars[Math.min(bars.length - 1, Math.floor(here * bars.length))]);
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setHovered(undefined)}
      >
        <svg viewBox={`0 0 ${bars.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {bars.map((bar, index) => (
            <BarShape key={bar.startMs} bar={bar} index={index} most={most} />
          ))}
        </svg>
        {drag !== undefined && (
          <div className={css.selection} style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
        )}
        {hovered !== undefined && <Hover bar={hovered} histogram={histogram} />}
      </div>
      <div className={css.axis} aria-hidden="true">
        <span>{formatTime(histogram.startMs)}</span>
        <span className={css.most}>{most === 0 ? "" : `up to ${formatCount(most)} per bar`}</span>
        <span>{formatTime(histogram.endMs)}</span>
      </div>
      <div className={css.levels}>
        {totals.map(({ level, count }) => (
          <button
            key={level}
            type="button"
            className={css.level}
            aria-pressed={isChosen(level)}
            disabled={level === "unknown"}
            onClick={() => onLevel(level)}
          >
            <span
              className={css.swatch}
              aria-hidden="true"
              ref={(element) => element?.style.setProperty("background", LEVEL_COLOR[level])}
            />
            {level} <strong>{formatCount(count)}</strong>
          </button>
        ))}
      </div>
    </div>
  );
}

function BarShape({
  bar,
  index,
  most,
}: {
  readonly bar: Bar;
  readonly index: number;
  readonly most: number;
}): ReactNode {
  let top = HEIGHT;
  // The worst stands below, where the eye compares best; what is there is seen, however little.
  return bar.parts.map(({ level, count }) => {
    const height = Math.max(1.5, (count / most) * (HEIGHT - 2));
    top -= height;
    return (
      <rect key={level} x={index + 0.08} width={0.84} y={top} height={height} style={{ fill: LEVEL_COLOR[level] }} />
    );
  });
}

function Hover({ bar, histogram }: { readonly bar: Bar; readonly histogram: Histogram }): ReactNode {
  const share = (bar.startMs - histogram.startMs) / (histogram.endMs - histogram.startMs);
  return (
    <div className={css.hover} style={share > 0.5 ? { right: `${(1 - share) * 100}%` } : { left: `${share * 100}%` }}>
      {formatTime(bar.startMs)}
      {"\n"}
      {bar.total === 0 ? "no lines" : bar.parts.map(({ level, count }) => `${level} ${formatCount(count)}`).join("\n")}
    </div>
  );
}
