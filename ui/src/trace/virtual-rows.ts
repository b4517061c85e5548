import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Rows beyond those in sight, so that a quick scroll does not show what is empty. */
const SPARE_ROWS = 12;

export type VirtualRows = {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
  readonly heightPx: number;
  /** Rows that have room. */
  readonly page: number;
  /** Scrolls so that a row is in sight; in the middle where it was not. */
  readonly reveal: (row: number) => void;
};

/** Which of many rows of one height are to be drawn. `headPx` is what sticks at the top of what scrolls. */
export function useVirtualRows(count: number, rowPx: number, headPx = 0): VirtualRows {
  const ref = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, rows: 40 });
  const read = useCallback(() => {
    const element = ref.current;
    if (element === null) return;
    const top = Math.floor(element.scrollTop / rowPx);
    const rows = Math.ceil(element.clientHeight / rowPx);
    setSeen((before) => (before.top === top && before.rows === rows ? before : { top, rows }));
  }, [rowPx]);

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [read]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: fewer rows may scroll back.
  useEffect(read, [read, count]);

  const reveal = useCallback(
    (row: number) => {
      const element = ref.current;
      if (element === null) return;
      const top = row * rowPx;
      const room = element.clientHeight - headPx;
      const { scrollTop } = element;
      if (top >= scrollTop && top + rowPx <= scrollTop + room) return;
      const isNear = top > scrollTop - room / 2 && top < scrollTop + 1.5 * room;
      element.scrollTop = isNear ? (top < scrollTop ? top : top + rowPx - room) : Math.max(0, top - room / 2);
    },
    [rowPx, headPx],
  );
  const first = Math.max(0, Math.min(seen.top, count - seen.rows) - SPARE_ROWS);
  return {
    ref,
    first,
    last: Math.min(count, Math.max(0, seen.top) + seen.rows + SPARE_ROWS),
    heightPx: count * rowPx,
    page: Math.max(1, seen.rows - 2),
    reveal,
  };
}
