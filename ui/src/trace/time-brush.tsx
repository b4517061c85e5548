import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import css from "./waterfall.module.css";

/** Less than this is a click, not a selection. */
const LEAST_SHARE = 0.005;

type TimeBrushProps = {
  readonly className?: string | undefined;
  readonly onSelect: (fromShare: number, toShare: number) => void;
  readonly onClickAt?: (share: number) => void;
  readonly onReset?: () => void;
  readonly children?: ReactNode;
};

/** An area over which dragging selects a part of it, in shares of its width. What it does can be done by keys elsewhere. */
export function TimeBrush({ className, onSelect, onClickAt, onReset, children }: TimeBrushProps): ReactNode {
  const from = useRef<number | undefined>(undefined);
  const [drag, setDrag] = useState<readonly [number, number]>();
  const shareAt = (event: PointerEvent<HTMLDivElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width)));
  };
  const end = (event: PointerEvent<HTMLDivElement>): void => {
    const start = from.current;
    from.current = undefined;
    setDrag(undefined);
    if (start === undefined) return;
    const to = shareAt(event);
    if (Math.abs(to - start) < LEAST_SHARE) onClickAt?.(to);
    else onSelect(Math.min(start, to), Math.max(start, to));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is for the pointer; the buttons beside do the same.
    <div
      className={`${css.brush} ${className ?? ""}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = shareAt(event);
      }}
      onPointerMove={(event) => {
        const start = from.current;
        if (start === undefined) return;
        const to = shareAt(event);
        setDrag([Math.min(start, to), Math.max(start, to)]);
      }}
      onPointerUp={end}
      onPointerCancel={() => {
        from.current = undefined;
        setDrag(undefined);
      }}
      onDoubleClick={onReset}
    >
      {children}
      {drag !== undefined && (
        <div className={css.selection} style={{ left: `${drag[0] * 100}%`, width: `${(drag[1] - drag[0]) * 100}%` }} />
      )}
    </div>
  );
}
