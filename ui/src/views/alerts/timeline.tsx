import type { ReactNode } from "react";
import type { Range } from "../../app/time-range.ts";
import { formatMs, formatTime } from "../../format/quantity.ts";
import type { Bar } from "./history.ts";
import { firingOf } from "./history.ts";
import css from "./timeline.module.css";

export type TimelineRow = { readonly key: string; readonly title: ReactNode; readonly bars: readonly Bar[] };

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

const inWords = (bars: readonly Bar[]): string => {
  const { times, durationMs } = firingOf(bars);
  if (times === 0) return bars.length === 0 ? "silent" : "pending only, never fired";
  return `fired ${times === 1 ? "once" : `${times} times`}, ${formatMs(durationMs)} in all`;
};

/** When alerts were pending and firing: one line for each. */
export function Timeline({ rows, range }: { readonly rows: readonly TimelineRow[]; readonly range: Range }): ReactNode {
  const whole = range.endMs - range.startMs;
  const percent = (ms: number): string => `${Math.min(100, Math.max(0, (ms / whole) * 100)).toFixed(3)}%`;
  return (
    <div className={css.timeline}>
      <ul className={css.rows}>
        {rows.map(({ key, title, bars }) => (
          <li key={key} className={css.row}>
            <div className={css.title}>{title}</div>
            <div className={css.track} role="img" aria-label={inWords(bars)} title={inWords(bars)}>
              {bars.map(({ state, startMs, endMs }) => (
                <span
                  key={`${state}${startMs}`}
                  className={state === "firing" ? css.firing : css.pending}
                  title={`${state}, ${formatTime(startMs)} to ${formatTime(endMs)}`}
                  ref={set({ left: percent(startMs - range.startMs), width: percent(endMs - startMs) })}
                />
              ))}
            </div>
            <div className={css.sum}>{inWords(bars)}</div>
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
        <span className={css.firing} aria-hidden="true" /> firing <span className={css.pending} aria-hidden="true" />{" "}
        pending
      </p>
    </div>
  );
}
