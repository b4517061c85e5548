import { type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Range } from "../../app/time-range.ts";
import { hrefTo } from "../../app/url-state.ts";
import { formatMs, formatTime } from "../../format/quantity.ts";
import type { ListedTrace } from "../../trace/trace-list.ts";
import { stateOfTrace } from "../../trace/trace-query.ts";
import css from "./traces.module.css";

const HEIGHT = 150;
const LEFT = 58;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 20;
/** Less than this is a click. */
const LEAST_PX = 5;

export type Selection = Range & { readonly minMs: number | undefined; readonly maxMs: number | undefined };
type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** Powers of ten around the durations. */
function scaleOf(traces: readonly ListedTrace[]): { low: number; high: number } {
  const all = traces.map(({ summary }) => Math.max(0.01, summary.durationMs));
  const low = Math.floor(Math.log10(Math.min(...all, 100)));
  return { low, high: Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all, 0.1)))) };
}

/** Traces by when they began and how long they took. Dragging selects a time, and durations where it leaves some out; the list has the same. */
export function Scatter({
  traces,
  range,
  onSelect,
}: {
  readonly traces: readonly ListedTrace[];
  readonly range: Range;
  readonly onSelect: (selection: Selection) => void;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<Box>();
  const start = useRef<{ x: number; y: number } | undefined>(undefined);
  const [, navigate] = useLocation();
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { low, high } = scaleOf(traces);
  const [plotWidth, plotHeight] = [Math.max(1, width - LEFT - RIGHT), HEIGHT - TOP - BOTTOM];
  const xOf = (timeMs: number): number => LEFT + ((timeMs - range.startMs) / (range.endMs - range.startMs)) * plotWidth;
  const yOf = (ms: number): number =>
    TOP + (1 - (Math.log10(Math.max(10 ** low, ms)) - low) / (high - low)) * plotHeight;
  const timeAt = (x: number): number =>
    Math.round(range.startMs + ((x - LEFT) / plotWidth) * (range.endMs - range.startMs));
  const durationAt = (y: number): number => 10 ** (low + (1 - (y - TOP) / plotHeight) * (high - low));

  const at = (event: PointerEvent<HTMLDivElement>): { x: number; y: number } => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return {
      x: Math.max(LEFT, Math.min(width - RIGHT, event.clientX - left)),
      y: Math.max(TOP, Math.min(HEIGHT - BOTTOM, event.clientY - top)),
    };
  };
  const boxTo = (to: { x: number; y: number }): Box | undefined => {
    const from = start.current;
    if (from === undefined || Math.abs(to.x - from.x) < LEAST_PX) return undefined;
    // Along the time is meant as time alone.
    const isTimeOnly = Math.abs(to.y - from.y) < 4 * LEAST_PX;
    return {
      left: Math.min(from.x, to.x),
      right: Math.max(from.x, to.x),
      top: isTimeOnly ? TOP : Math.min(from.y, to.y),
      bottom: isTimeOnly ? HEIGHT - BOTTOM : Math.max(from.y, to.y),
    };
  };
  const end = (event: PointerEvent<HTMLDivElement>): void => {
    const chosen = boxTo(at(event));
    start.current = undefined;
    setDrag(undefined);
    if (chosen === undefined) return;
    const isAll = chosen.top === TOP && chosen.bottom === HEIGHT - BOTTOM;
    onSelect({
      startMs: timeAt(chosen.left),
      endMs: Math.max(timeAt(chosen.left) + 1, timeAt(chosen.right)),
      minMs: isAll ? undefined : durationAt(chosen.bottom),
      maxMs: isAll ? undefined : durationAt(chosen.top),
    });
  };
  const powers = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  const times = [0, 0.25, 0.5, 0.75, 1].map((share) => range.startMs + share * (range.endMs - range.startMs));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a field set is for forms.
    <div
      ref={box}
      className={css.scatter}
      role="group"
      aria-label={`${traces.length} traces by start and duration, as in the list below`}
      onPointerDown={(event) => {
        if (event.button !== 0 || (event.target as Element).closest("a") !== null) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = at(event);
      }}
      onPointerMove={(event) => start.current !== undefined && setDrag(boxTo(at(event)))}
      onPointerUp={end}
      onPointerCancel={() => {
        start.current = undefined;
        setDrag(undefined);
      }}
    >
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {powers.map((ms) => (
            <g key={ms}>
              <line x1={LEFT} x2={width - RIGHT} y1={yOf(ms)} y2={yOf(ms)} />
              <text x={LEFT - 6} y={yOf(ms) + 4} textAnchor="end">
                {formatMs(ms)}
              </text>
            </g>
          ))}
          {times.map((timeMs, index) => (
            <text
              key={timeMs}
              x={xOf(timeMs)}
              y={HEIGHT - 4}
              textAnchor={index === 0 ? "start" : index === times.length - 1 ? "end" : "middle"}
            >
              {formatTime(timeMs).slice(range.endMs - range.startMs > 86_400_000 ? 5 : 11, 16)}
            </text>
          ))}
          {traces.map(({ summary, failure }) => {
            const state = stateOfTrace(summary);
            const [x, y] = [xOf(summary.startMs), yOf(summary.durationMs)];
            if (x < LEFT - 1 || x > width - RIGHT + 1) return undefined;
            const href = hrefTo(`/trace/${summary.traceId}`);
            return (
              <a
                key={summary.traceId}
                href={href}
                tabIndex={-1}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  navigate(href);
                }}
              >
                <title>{`${summary.name}\n${formatTime(summary.startMs)} · ${formatMs(summary.durationMs)} · ${state}${failure === undefined ? "" : `\n${failure.text}`}`}</title>
                <Mark x={x} y={y} state={state} />
              </a>
            );
          })}
        </svg>
      )}
      {drag !== undefined && (
        <div
          className={css.drag}
          style={{ left: drag.left, top: drag.top, width: drag.right - drag.left, height: drag.bottom - drag.top }}
        />
      )}
    </div>
  );
}

/** Form as well as color tells what became of it. */
function Mark({ x, y, state }: { readonly x: number; readonly y: number; readonly state: string }): ReactNode {
  if (state === "error") return <path className={css.markError} d={`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`} />;
  return (
    <circle
      cx={x}
      cy={y}
      r={4}
      className={state === "ok" ? css.markOk : state === "running" ? css.markRunning : css.markCut}
    />
  );
}
