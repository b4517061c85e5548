import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Line, type LineActions } from "./line.tsx";
import type { KeyedEntry } from "./line-fields.ts";
import css from "./logs.module.css";
import { layOut, rowsBetween } from "./row-window.ts";

const NARROW_PX = 700;
/** Of a line that is closed and not wrapped: on a wide page, and on a phone, where the text stands below. */
const [ROW_PX, NARROW_ROW_PX] = [28, 51];

type LineListProps = LineActions & {
  readonly lines: readonly KeyedEntry[];
  readonly wraps: boolean;
  readonly label: string;
  readonly markedKey?: string | undefined;
  /** Where the reader is: at the top, or reading further down. */
  readonly onTop?: (isAtTop: boolean) => void;
  readonly footer?: ReactNode;
};

/** Lines of any number: those that are seen are drawn. Heights are measured, as opened and wrapped lines have any. */
export function LineList({ lines, wraps, label, markedKey, onTop, footer, ...actions }: LineListProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const [measured, setMeasured] = useState(0);
  const [view, setView] = useState({ top: 0, height: 600, width: 1000 });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const estimate = view.width < NARROW_PX ? NARROW_ROW_PX : ROW_PX;
  const keys = useMemo(() => lines.map(({ key }) => key), [lines]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `measured` tells that heights are others.
  const layout = useMemo(() => layOut(keys, heights.current, estimate), [keys, estimate, measured]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another width or wrapping makes all heights others.
  useLayoutEffect(() => {
    heights.current.clear();
    setMeasured((count) => count + 1);
  }, [wraps, view.width]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void =>
      setView((before) => {
        const next = { top: element.scrollTop, height: element.clientHeight, width: element.clientWidth };
        return before.top === next.top && before.height === next.height && before.width === next.width ? before : next;
      });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  const isAtTop = view.top < ROW_PX / 2;
  useEffect(() => onTop?.(isAtTop && open.size === 0), [onTop, isAtTop, open]);

  const rows = useRowObserver(heights.current, () => setMeasured((count) => count + 1));
  const toggle = useCallback((key: string) => {
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);

  const marked = markedKey === undefined ? -1 : keys.indexOf(markedKey);
  const center = marked < 0 ? undefined : layout.topOf(marked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is shown once; measuring does not scroll again.
  useLayoutEffect(() => {
    if (center !== undefined && box.current !== null)
      box.current.scrollTop = Math.max(0, center - box.current.clientHeight / 2);
  }, [markedKey]);

  const [first, end] = rowsBetween(layout, lines.length, view.top, view.height);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard.
    <section className={css.list} ref={box} aria-label={label} tabIndex={0}>
      <ul className={css.rows} ref={(element) => element?.style.setProperty("height", `${layout.totalHeight}px`)}>
        {lines.slice(first, end).map(({ key, entry }, index) => (
          <li
            key={key}
            className={css.row}
            data-key={key}
            aria-setsize={lines.length}
            aria-posinset={first + index + 1}
            style={{ transform: `translateY(${layout.topOf(first + index)}px)` }}
            ref={rows}
          >
            <Line
              entry={entry}
              wraps={wraps}
              isOpen={open.has(key)}
              isMarked={key === markedKey}
              onToggle={() => toggle(key)}
              {...actions}
            />
          </li>
        ))}
      </ul>
      {footer}
    </section>
  );
}

/** Measures rows as they are drawn and as they change. */
function useRowObserver(
  heights: Map<string, number>,
  onChange: () => void,
): (element: HTMLElement | null) => () => void {
  const changed = useRef(onChange);
  changed.current = onChange;
  const [observer] = useState(
    () =>
      new ResizeObserver((entries) => {
        let differs = false;
        for (const { target } of entries) {
          const { key } = (target as HTMLElement).dataset;
          const { height } = target.getBoundingClientRect();
          if (key === undefined || height === 0 || heights.get(key) === height) continue;
          heights.set(key, height);
          differs = true;
        }
        if (differs) changed.current();
      }),
  );
  useEffect(() => () => observer.disconnect(), [observer]);
  return useCallback(
    (element: HTMLElement | null) => {
      if (element !== null) observer.observe(element);
      return () => {
        if (element !== null) observer.unobserve(element);
      };
    },
    [observer],
  );
}
