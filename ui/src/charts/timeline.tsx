import type { ReactNode } from "react";
import type { Range } from "../app/time-range.ts";
import { formatTime } from "../format/quantity.ts";
import css from "./timeline.module.css";

export type TimelineBar = {
  readonly tone: "bad" | "warn" | "ok";
  /** What it was then. */
  readonly state: string;
  readonly startMs: number;
  readonly endMs: number;
};
export type TimelineRow = {
  readonly key: string;
  readonly title: ReactNode;
  readonly bars: readonly TimelineBar[];
  /** All of it in a few words. */
  readonly sum: string;
};

const TICKS = 4;

function ticksOf({ startMs, endMs }: Range): readonly { readonly timeMs: number; readonly share: number }[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => ({
    timeMs: startMs + ((endMs - startMs) * index) / TICKS,
    share: index / TICKS,
  }));
}

const clock = (timeMs: number, range: Range): string => {
  const text = formatTime(timeMs);
  return range.endMs - range.startMs > 86_400_000 ? text.slice(5, 16) : text.slice(11, 16);
};

const set =
  (values: Readonly<Record<string, string>>) =>
  (element: HTMLElement | null): void => {
    for (const [name, value] of Object.entries(values)) element?.style.setProperty(name, value);
  };

/** What was when: a line for each thing, bars for its states. */
type TimelineProps = {
  readonly rows: readonly TimelineRow[];
  readonly range: Range;
  /** What the bars mean. */
  readonly states: readonly (readonly [tone: TimelineBar["tone"], text: string])[];
  /** More room for titles. */
  readonly wide?: boolean;
};
export function Timeline({ rows, range, states, wide = false }: TimelineProps): ReactNode {
  const whole = range.endMs - range.startMs;
  const percent = (ms: number): string => `${Math.min(100, Math.max(0, (ms / whole) * 100)).toFixed(3)}%`;
  return (
    <div className={css.timeline} data-wide={wide}>
      <ul className={css.rows}>
        {rows.map(({ key, title, bars, sum }) => (
          <li key={key} className={css.row}>
            <div className={css.title}>{title}</div>
            <div className={css.track} role="img" aria-label={sum} title={sum}>
              {bars.map(({ tone, state, startMs, endMs }) => (
                <span
                  key={`${state}${startMs}`}
                  className={css[tone]}
                  title={`${state}, ${formatTime(startMs)} to ${formatTime(endMs)}`}
                  ref={set({ left: percent(startMs - range.startMs), width: percent(endMs - startMs) })}
                />
              ))}
            </div>
            <div className={css.sum}>{sum}</div>
          </li>
        ))}
      </ul>
      <div className={css.row} aria-hidden="true">
        <div className={css.axis}>
          {ticksOf(range).map(({ timeMs, share }) => (
            <span key={share} ref={set({ left: `${share * 100}%` })}>
              {clock(timeMs, range)}
            </span>
          ))}
        </div>
      </div>
      <p className={css.key}>
        {states.map(([tone, text]) => (
          <span key={text}>
            <i className={css[tone]} aria-hidden="true" /> {text}
          </span>
        ))}
      </p>
    </div>
  );
}
