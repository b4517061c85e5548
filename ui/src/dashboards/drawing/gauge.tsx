import type { ReactNode } from "react";
import { cssColor } from "../model/colors.ts";
import { textOfShown, thresholdsOf } from "../model/shown-value.ts";
import type { SingleValue } from "../model/single-values.ts";
import css from "./values.module.css";

/** Three quarters of a circle, from lower left to lower right. */
const START = 135;
const SWEEP = 270;

function arc(from: number, to: number, radius: number): string {
  const point = (part: number): string => {
    const angle = ((START + SWEEP * part) * Math.PI) / 180;
    return `${(50 + radius * Math.cos(angle)).toFixed(3)} ${(50 + radius * Math.sin(angle)).toFixed(3)}`;
  };
  return `M ${point(from)} A ${radius} ${radius} 0 ${(to - from) * SWEEP > 180 ? 1 : 0} 1 ${point(to)}`;
}

export function Gauge({ one, showsMarks }: { readonly one: SingleValue; readonly showsMarks: boolean }): ReactNode {
  const { min, max, value, shown, config } = one;
  const partOf = (at: number): number => Math.min(1, Math.max(0, (at - min) / (max - min || 1)));
  const { steps, isPercentage } = thresholdsOf(config);
  const starts = steps.map((step) =>
    Number.isFinite(step.value)
      ? isPercentage
        ? partOf(min + (step.value / 100) * (max - min))
        : partOf(step.value)
      : 0,
  );
  const part = value === undefined || Number.isNaN(value) ? 0 : partOf(value);
  return (
    <svg className={css.gauge} viewBox="0 0 100 88" role="img" aria-label={`${one.name} ${textOfShown(shown)}`}>
      <path d={arc(0, 1, 38)} fill="none" stroke="var(--surface-3)" strokeWidth="10" />
      {part > 0 && (
        <path d={arc(0, part, 38)} fill="none" stroke={cssColor(shown.color) ?? "var(--series-1)"} strokeWidth="10" />
      )}
      {showsMarks &&
        steps.map((step, index) => {
          const [from, to] = [starts[index] ?? 0, starts[index + 1] ?? 1];
          return to > from ? (
            <path
              key={step.value}
              d={arc(from, to, 46)}
              fill="none"
              stroke={cssColor(step.color) ?? "var(--text-3)"}
              strokeWidth="2.5"
            />
          ) : null;
        })}
      <text x="50" y="54" textAnchor="middle" fontSize="15" fontWeight="620" fill="var(--text)">
        {textOfShown(shown)}
      </text>
    </svg>
  );
}
