import { PROCESS } from "../../../../grafana/source/promql.ts";
import type { Series } from "../../../../src/backends/index.ts";
import type { Range } from "../../app/time-range.ts";

/** Errors as programs count them by kind: each once, before sampling, whoever saw it. */

export type Kind = {
  /** In the range. */
  readonly count: number;
  /** In each of `KIND_BARS` parts of the range. */
  readonly bars: readonly number[];
};

/** As many as the trend of one kind draws, and a multiple of what a row of the list draws. */
export const KIND_BARS = 90;
/** Programs push once a minute at least: who was silent for so long is taken for new. */
const BEFORE = "10m";
/** What a program makes of further kinds when it has told as many apart as it may (docs/metrics.md, "Labels"). */
const FOLDED = "other";

export const barMsOf = ({ startMs, endMs }: Range): number => Math.max(1, Math.ceil((endMs - startMs) / KIND_BARS));

/**
 * What each kind grew by in each part of the range, exactly: since the last sample before it. A difference within the part alone would leave
 * out what happened between two samples on both sides of its beginning.
 */
export function kindsExpression(range: Range): string {
  const selector = `errors_by_kind_total{${PROCESS}}`;
  const bar = `${barMsOf(range)}ms`;
  const before = `max_over_time(${selector}[${BEFORE}] offset ${bar})`;
  const grown = `max_over_time(${selector}[${bar}]) - (${before} or min_over_time(${selector}[${bar}]))`;
  const resets = `resets(${selector}[${barMsOf(range) + 600_000}ms])`;
  return `sum by (fingerprint) ((${grown}) and ${resets} == 0 or increase(${selector}[${bar}]))`;
}

/** When the parts end. */
export function kindsRange(range: Range): {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
} {
  const stepMs = barMsOf(range);
  return { startMs: range.startMs + stepMs, endMs: range.startMs + KIND_BARS * stepMs, stepMs };
}

export type Kinds = {
  readonly byFingerprint: ReadonlyMap<string, Kind>;
  /** Errors of kinds that a program does not tell apart any more. */
  readonly folded: number;
};

export function readKinds(series: readonly Series[], range: Range): Kinds {
  const barMs = barMsOf(range);
  const byFingerprint = new Map<string, Kind>();
  for (const { labels, points } of series) {
    const bars = new Array<number>(KIND_BARS).fill(0);
    for (const { timeMs, value } of points) {
      const at = Math.round((timeMs - range.startMs) / barMs) - 1;
      if (at >= 0 && at < KIND_BARS) bars[at] = Math.max(0, value);
    }
    const count = Math.round(bars.reduce((sum, one) => sum + one, 0));
    if (count > 0) byFingerprint.set(labels["fingerprint"] ?? FOLDED, { count, bars });
  }
  const folded = byFingerprint.get(FOLDED)?.count ?? 0;
  byFingerprint.delete(FOLDED);
  return { byFingerprint, folded };
}
