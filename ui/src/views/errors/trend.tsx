import type { ReactNode } from "react";
import css from "./errors.module.css";

/** Counts over time, as small bars. */
export function Trend({
  counts,
  label,
  height = 28,
}: {
  readonly counts: readonly number[];
  readonly label: string;
  readonly height?: number;
}): ReactNode {
  const most = Math.max(1, ...counts);
  return (
    <svg
      className={css.trend}
      viewBox={`0 0 ${counts.length} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      ref={(element) => element?.style.setProperty("height", `${height}px`)}
    >
      {counts.map((count, index) => {
        const tall = count === 0 ? 1 : Math.max(3, (count / most) * height);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
            key={index}
            x={index + 0.1}
            width={0.8}
            y={height - tall}
            height={tall}
            className={count === 0 ? css.none : css.some}
          />
        );
      })}
    </svg>
  );
}
