import { createLabels, type Labels, labelsKey, type NewExemplar } from "../signals/index.ts";
import type { MetricExemplar } from "./metric-point.ts";
import type { SeriesState } from "./series-order.ts";
import { valueText } from "./value-text.ts";

/** OpenMetrics: so many characters in all names and values of an exemplar's labels. */
const MAX_CHARACTERS = 128;
/** So many are remembered per series, to know those that are sent again. */
const REMEMBERED = 10;

const charactersOf = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

export type PlacedExemplar = { readonly timeMs: number; readonly value: number; readonly labels: Labels };

/**
 * Its labels: trace and span, and the attributes where all together are short enough. Undefined where it has no time.
 */
function placeExemplar({ timeNs, value, traceId, spanId, attributes }: MetricExemplar): PlacedExemplar | undefined {
  const timeMs = Number(timeNs / 1_000_000n);
  if (timeMs === 0) return undefined;
  const labels: [string, string][] = [];
  if (traceId !== "") labels.push(["trace_id", traceId]);
  if (spanId !== "") labels.push(["span_id", spanId]);
  const own = Object.entries(attributes).map(([key, one]): [string, string] => [key, valueText(one)]);
  const characters = [...labels, ...own].reduce((sum, pair) => sum + charactersOf(pair[0]) + charactersOf(pair[1]), 0);
  return { timeMs, value, labels: createLabels(characters <= MAX_CHARACTERS ? [...labels, ...own] : labels) };
}

export const placeExemplars = (exemplars: readonly MetricExemplar[]): PlacedExemplar[] =>
  exemplars.flatMap((exemplar) => placeExemplar(exemplar) ?? []);

/**
 * Adds those that the series does not have yet. As in Prometheus, an older one than the newest is taken only within the
 * window and where none has its time, and of one time they come in order of their values.
 */
export function addExemplars(
  state: SeriesState,
  exemplars: readonly PlacedExemplar[],
  windowMs: number,
  into: NewExemplar[],
): void {
  for (const { timeMs, value, labels } of exemplars) {
    const key = labelsKey(labels);
    const newest = state.exemplars.at(-1);
    if (newest !== undefined) {
      if (timeMs === newest.timeMs && (value < newest.value || (value === newest.value && key === newest.key)))
        continue;
      if (timeMs < newest.timeMs) {
        if (timeMs <= newest.timeMs - windowMs || state.exemplars.some((one) => one.timeMs === timeMs)) continue;
      }
    }
    into.push({ series: state.series, labels, value, timeMs });
    state.exemplars.push({ timeMs, value, key });
    if (newest !== undefined && timeMs < newest.timeMs) state.exemplars.sort((a, b) => a.timeMs - b.timeMs);
    if (state.exemplars.length > REMEMBERED) state.exemplars.shift();
  }
}
