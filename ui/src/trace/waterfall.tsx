import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { formatMs } from "../format/quantity.ts";
import type { CriticalSegment } from "./critical-path.ts";
import type { LaidOutTrace } from "./layout.ts";
import { Minimap } from "./minimap.tsx";
import { moveBy, type ShownRows } from "./shown-rows.ts";
import { type Coloring, colorOf } from "./span-facts.ts";
import { SpanRow } from "./span-row.tsx";
import { TimeBrush } from "./time-brush.tsx";
import {
  clampWindow,
  isWhole,
  panBy,
  placeIn,
  type TimeWindow,
  ticksOf,
  windowAround,
  zoomAround,
} from "./time-window.ts";
import { useVirtualRows } from "./virtual-rows.ts";
import css from "./waterfall.module.css";

const ROW_PX = 28;
const HEAD_PX = 30;
const LEAST_NAME = 20;
const MOST_NAME = 75;

export type WaterfallProps = {
  readonly trace: LaidOutTrace;
  readonly shown: ShownRows;
  /** Bars over time, or figures in columns. */
  readonly mode: "bars" | "figures";
  readonly window: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
  readonly coloring: Coloring;
  readonly collapsed: ReadonlySet<string>;
  readonly onToggle: (spanId: string) => void;
  /** -1 for none. */
  readonly selected: number;
  readonly onSelect: (row: number) => void;
  readonly onLeave: () => void;
  readonly matches: ReadonlySet<number>;
  readonly showsCritical: boolean;
  /** Rows above this were there when the page was opened. */
  readonly isFresh: (spanId: string) => boolean;
  readonly logsOf: (spanId: string) => number;
};

/** All spans of a trace below each other, of which those in sight are drawn. Keys move in it as in a tree of files. */
export function Waterfall(props: WaterfallProps): ReactNode {
  const { trace, shown, mode, window: looked, onWindow, coloring, collapsed, selected, onSelect, onToggle } = props;
  const { rows, durationMs } = trace;
  const virtual = useVirtualRows(shown.rows.length, ROW_PX, HEAD_PX);
  const { reveal } = virtual;
  const [nameShare, setNameShare] = useState(42);
  const place = shown.placeOf(selected);
  useEffect(() => {
    if (place !== -1) reveal(place);
  }, [place, reveal]);

  const criticalOf = useMemo(() => {
    const byRow = new Map<number, CriticalSegment[]>();
    for (const segment of trace.criticalPath) {
      const list = byRow.get(segment.row);
      if (list === undefined) byRow.set(segment.row, [segment]);
      else list.push(segment);
    }
    return byRow;
  }, [trace]);
  const areas = useRef<HTMLDivElement>(null);
  useWheelZoom(virtual.ref, areas, looked, durationMs, mode === "bars" ? onWindow : undefined);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const row = rows[selected];
    const zooms: Readonly<Record<string, () => TimeWindow | undefined>> = {
      "+": () =>
        zoomAround(looked, row === undefined ? (looked.fromMs + looked.toMs) / 2 : row.startMs, 0.5, durationMs),
      "-": () => zoomAround(looked, (looked.fromMs + looked.toMs) / 2, 2, durationMs),
      "0": () => ({ fromMs: 0, toMs: durationMs }),
      z: () => row && windowAround(row.startMs, row.endMs, durationMs),
      "<": () => panBy(looked, -0.25, durationMs),
      ">": () => panBy(looked, 0.25, durationMs),
    };
    const zoomed = zooms[event.key]?.();
    if (zoomed !== undefined) {
      onWindow(zoomed);
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      props.onLeave();
      return;
    }
    const move = moveBy(event.key, selected, { trace, shown, collapsed, page: virtual.page });
    if (move === undefined) return;
    event.preventDefault();
    if (move.row !== undefined) onSelect(move.row);
    const toggled = move.collapse ?? move.expand;
    if (toggled !== undefined) onToggle(toggled);
  };

  const drawn = [...shown.rows.subarray(virtual.first, virtual.last)];
  const showsService = trace.services.length > 1;
  return (
    <div className={css.box} style={{ "--name": `${nameShare}%` } as React.CSSProperties}>
      {mode === "bars" && (
        <Minimap trace={trace} shown={shown} coloring={coloring} window={looked} onWindow={onWindow} />
      )}
      <div ref={virtual.ref} className={css.scroll} data-mode={mode}>
        <div className={css.head}>
          <NameDivider share={nameShare} onShare={setNameShare} />
          {mode === "bars" ? (
            <div ref={areas} className={css.axisBox}>
              <Axis window={looked} durationMs={durationMs} onWindow={onWindow} />
            </div>
          ) : (
            <div className={css.figures}>
              {["Duration", "Self", "Critical", "Tokens", "Cost", "Errors"].map((title) => (
                <span key={title}>{title}</span>
              ))}
            </div>
          )}
        </div>
        <div
          className={css.tree}
          style={{ height: virtual.heightPx }}
          role="tree"
          aria-label="Spans"
          tabIndex={0}
          aria-activedescendant={place === -1 ? undefined : `row-${selected}`}
          onKeyDown={onKeyDown}
        >
          <div
            role="presentation"
            className={css.block}
            style={{ transform: `translateY(${virtual.first * ROW_PX}px)` }}
          >
            {drawn.map((index, at) => {
              const row = rows[index];
              if (row === undefined) return undefined;
              const { spanId, service } = row.span;
              const above = rows[row.parent]?.span.service;
              return (
                <SpanRow
                  key={index}
                  row={row}
                  depth={shown.depths[virtual.first + at] ?? 0}
                  place={virtual.first + at}
                  color={colorOf(row, coloring, trace.services)}
                  service={showsService && above !== service ? service : undefined}
                  isSelected={index === selected}
                  isCollapsed={collapsed.has(spanId)}
                  isMatch={props.matches.has(index)}
                  isFresh={props.isFresh(spanId)}
                  logs={props.logsOf(spanId)}
                  window={mode === "bars" ? looked : undefined}
                  critical={props.showsCritical ? criticalOf.get(index) : undefined}
                  traceId={trace.traceId}
                  onSelect={onSelect}
                  onToggle={onToggle}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Control and the wheel zoom where the pointer is; Shift and the wheel move along. React's own listeners cannot prevent the page's zoom. */
function useWheelZoom(
  scroll: React.RefObject<HTMLDivElement | null>,
  areas: React.RefObject<HTMLDivElement | null>,
  looked: TimeWindow,
  durationMs: number,
  onWindow: ((window: TimeWindow) => void) | undefined,
): void {
  const now = useRef({ looked, durationMs, onWindow });
  now.current = { looked, durationMs, onWindow };
  useEffect(() => {
    const element = scroll.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      const { looked: seen, durationMs: length, onWindow: put } = now.current;
      const box = areas.current?.getBoundingClientRect();
      if (put === undefined || box === undefined || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      const by = event.deltaY || event.deltaX;
      if (event.shiftKey) {
        put(panBy(seen, Math.sign(by) * 0.1, length));
        return;
      }
      const share = Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width)));
      put(zoomAround(seen, seen.fromMs + share * (seen.toMs - seen.fromMs), by > 0 ? 1.25 : 0.8, length));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroll, areas]);
}

/** Moments above the bars; dragging over it zooms. */
function Axis({
  window: looked,
  durationMs,
  onWindow,
}: {
  readonly window: TimeWindow;
  readonly durationMs: number;
  readonly onWindow: (window: TimeWindow) => void;
}): ReactNode {
  const length = looked.toMs - looked.fromMs;
  return (
    <TimeBrush
      className={css.axis}
      onSelect={(from, to) =>
        onWindow(clampWindow({ fromMs: looked.fromMs + from * length, toMs: looked.fromMs + to * length }, durationMs))
      }
      onReset={() => onWindow({ fromMs: 0, toMs: durationMs })}
    >
      {ticksOf(looked, 6).map((tick) => {
        const { left } = placeIn(looked, tick, tick);
        return (
          <span key={tick} className={css.tick} style={{ left: `${left * 100}%` }}>
            {left < 0.88 && formatMs(tick)}
          </span>
        );
      })}
      {!isWhole(looked, durationMs) && <span className="visually-hidden">zoomed</span>}
    </TimeBrush>
  );
}

/** How much room the names have: dragged, or with the arrow keys. */
function NameDivider({
  share,
  onShare,
}: {
  readonly share: number;
  readonly onShare: (share: number) => void;
}): ReactNode {
  const put = useCallback(
    (next: number) => onShare(Math.max(LEAST_NAME, Math.min(MOST_NAME, Math.round(next)))),
    [onShare],
  );
  return (
    <div className={css.nameHead}>
      Span
      {/* biome-ignore lint/a11y/useSemanticElements: a separator that moves is no line. */}
      <div
        role="separator"
        aria-label="Room for names"
        aria-orientation="vertical"
        aria-valuenow={share}
        aria-valuemin={LEAST_NAME}
        aria-valuemax={MOST_NAME}
        tabIndex={0}
        className={css.divider}
        onKeyDown={(event) => {
          if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
          event.stopPropagation();
          event.preventDefault();
          put(share + (event.key === "ArrowLeft" ? -2 : 2));
        }}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          const box = event.currentTarget.closest("[data-mode]")?.getBoundingClientRect();
          if (event.currentTarget.hasPointerCapture(event.pointerId) && box !== undefined)
            put(((event.clientX - box.left) / box.width) * 100);
        }}
      />
    </div>
  );
}
