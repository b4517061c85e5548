import { type ReactNode, useEffect, useRef } from "react";
import { useThemeName } from "../app/theme-name.ts";
import type { LaidOutTrace } from "./layout.ts";
import type { ShownRows } from "./shown-rows.ts";
import { type Coloring, colorOf } from "./span-facts.ts";
import { TimeBrush } from "./time-brush.tsx";
import { clampWindow, isWhole, type TimeWindow } from "./time-window.ts";
import css from "./waterfall.module.css";

const HEIGHT_PX = 56;

function draw(canvas: HTMLCanvasElement, trace: LaidOutTrace, shown: ShownRows, coloring: Coloring): void {
  const width = canvas.clientWidth;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(HEIGHT_PX * ratio);
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  const styles = getComputedStyle(canvas);
  const known = new Map<string, string>();
  const paint = (variable: string): string => {
    const found = known.get(variable) ?? styles.getPropertyValue(variable.slice(4, -1));
    known.set(variable, found);
    return found;
  };
  context.scale(ratio, ratio);
  const count = shown.rows.length;
  const step = Math.min(4, HEIGHT_PX / Math.max(1, count));
  const height = Math.max(1, step * 0.75);
  // Rows that fall on the same pixels of the same color need not be drawn twice.
  const last = new Map<string, string>();
  const failed: number[] = [];
  for (let place = 0; place < count; place++) {
    const row = trace.rows[shown.rows[place] as number];
    if (row === undefined) continue;
    const x = (row.startMs / trace.durationMs) * width;
    const length = Math.max(1, ((row.endMs - row.startMs) / trace.durationMs) * width);
    const y = place * step;
    const color = colorOf(row, coloring, trace.services);
    const spot = `${Math.round(x)} ${Math.round(length)} ${Math.round(y)}`;
    if (last.get(color) === spot) continue;
    last.set(color, spot);
    context.fillStyle = paint(color);
    context.fillRect(x, y, length, height);
    if (row.isErrorOrigin) failed.push(x, y);
  }
  // Last, so that nothing hides them.
  context.fillStyle = paint("var(--bad)");
  for (let at = 0; at < failed.length; at += 2)
    context.fillRect((failed[at] as number) - 1, Math.max(0, (failed[at + 1] as number) - 2), 3, 5);
}

type MinimapProps = {
  readonly trace: LaidOutTrace;
  readonly shown: ShownRows;
  readonly coloring: Coloring;
  readonly window: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
};

/** The whole trace, and which part of it is looked at. */
export function Minimap({ trace, shown, coloring, window: looked, onWindow }: MinimapProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeName();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colors.
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    let frame = 0;
    const again = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => draw(element, trace, shown, coloring));
    };
    again();
    const observer = new ResizeObserver(again);
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [trace, shown, coloring, theme]);
  const { durationMs } = trace;
  const from = looked.fromMs / durationMs;
  const to = looked.toMs / durationMs;
  return (
    <TimeBrush
      className={css.minimap}
      onSelect={(start, end) =>
        onWindow(clampWindow({ fromMs: start * durationMs, toMs: end * durationMs }, durationMs))
      }
      onClickAt={(share) => {
        const half = (looked.toMs - looked.fromMs) / 2;
        if (isWhole(looked, durationMs)) return;
        onWindow(clampWindow({ fromMs: share * durationMs - half, toMs: share * durationMs + half }, durationMs));
      }}
      onReset={() => onWindow({ fromMs: 0, toMs: durationMs })}
    >
      <canvas ref={canvas} className={css.canvas} />
      <div className={css.shade} style={{ left: 0, width: `${from * 100}%` }} />
      <div className={css.shade} style={{ left: `${to * 100}%`, right: 0 }} />
      {!isWhole(looked, durationMs) && (
        <div className={css.lookedAt} style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }} />
      )}
    </TimeBrush>
  );
}
