import type { ReactNode } from "react";
import type { Trend as TrendOf } from "./error-groups.ts";
import css from "./errors.module.css";

/** Counts over time, as small bars. */
export function Trend({
  trend: { counts, knownFrom },
  label,
  height = 28,
}: {
  readonly trend: TrendOf;
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
      aria-label={knownFrom > 0 ? `${label}; before that not all were looked at` : label}
      ref={(element) => element?.style.setProperty("height", `${height}px`)}
    >
      {knownFrom > 0 && (
        <rect width={knownFrom} height={height} className={css.unknown}>
          <title>Not all failures of this time were looked at: choose a shorter time</title>
        </rect>
      )}
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
