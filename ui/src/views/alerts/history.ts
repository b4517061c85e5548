import type { Series } from "../../../../src/backends/index.ts";
import { formatMs } from "../../format/quantity.ts";

/** From when to when an alert was in a state. */
export type Bar = { readonly state: "pending" | "firing"; readonly startMs: number; readonly endMs: number };
export type HistoryRow = {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bars: readonly Bar[];
};

/** Points of a range query, about as many as there are pixels to see them by. */
export const stepOf = (startMs: number, endMs: number, points = 240): number =>
  Math.max(5000, Math.ceil((endMs - startMs) / points / 5000) * 5000);

/** A gap of more than one step and a half is an end. */
function barsOf(points: readonly { readonly timeMs: number }[], state: Bar["state"], stepMs: number): Bar[] {
  const bars: { state: Bar["state"]; startMs: number; endMs: number }[] = [];
  for (const { timeMs } of points) {
    const last = bars.at(-1);
    if (last !== undefined && timeMs - last.endMs <= stepMs * 0.5) last.endMs = timeMs + stepMs;
    else bars.push({ state, startMs: timeMs, endMs: timeMs + stepMs });
  }
  return bars;
}

/** What `ALERTS` says over time: one row for each alert, its bars in order. `rowOf` names the row that a series belongs to. */
export function historyOf(
  series: readonly Series[],
  stepMs: number,
  endMs: number,
  rowOf: (labels: Readonly<Record<string, string>>) => string,
): readonly HistoryRow[] {
  const rows = new Map<string, { key: string; labels: Record<string, string>; bars: Bar[] }>();
  for (const { labels, points } of series) {
    const { __name__: _, alertstate, ...own } = labels;
    const key = rowOf(own);
    const row = rows.get(key) ?? { key, labels: own, bars: [] };
    rows.set(key, row);
    const state = alertstate === "firing" ? "firing" : "pending";
    for (const bar of barsOf(points, state, stepMs)) row.bars.push({ ...bar, endMs: Math.min(bar.endMs, endMs) });
  }
  // Firing is drawn over pending.
  for (const row of rows.values())
    row.bars.sort((a, b) => (a.state === b.state ? a.startMs - b.startMs : a.state === "pending" ? -1 : 1));
  return [...rows.values()];
}

/** How long it fired, and how often: bars that touch are one. */
export function firingOf(bars: readonly Bar[]): { readonly times: number; readonly durationMs: number } {
  let [times, durationMs, endMs] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const bar of bars.filter(({ state }) => state === "firing").sort((a, b) => a.startMs - b.startMs)) {
    if (bar.startMs > endMs) times += 1;
    durationMs += Math.max(0, bar.endMs - Math.max(bar.startMs, endMs));
    endMs = Math.max(endMs, bar.endMs);
  }
  return { times, durationMs };
}

/** The same as lines of a timeline draw it. */
export const ALERT_STATES = [
  ["bad", "firing"],
  ["warn", "pending"],
] as const;
export const drawnBars = (bars: readonly Bar[]) =>
  bars.map((bar) => ({ ...bar, tone: bar.state === "firing" ? ("bad" as const) : ("warn" as const) }));

export function sumInWords(bars: readonly Bar[]): string {
  const { times, durationMs } = firingOf(bars);
  if (times === 0) return bars.length === 0 ? "silent" : "pending, never fired";
  return `fired ${times === 1 ? "once" : `${times} times`}, ${formatMs(durationMs)}`;
}
