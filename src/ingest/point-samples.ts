import { formatFloat } from "../gotext/index.ts";
/**
 * The samples and exemplars of one data point, as Prometheus' OTLP receiver appends them. Each answers why the point
 * was refused, if it was.
 */
import type { NewExemplar } from "../signals/index.ts";
import type { SparsePoint } from "./delta-streams.ts";
import { cumulate, fitBounds } from "./exponential-series.ts";
import type { GaugePoint, HistogramPoint, SummaryPoint, SumPoint } from "./metric-point.ts";
import { addExemplars, type PlacedExemplar, placeExemplars } from "./series-exemplars.ts";
import type { OrderedWriter, SeriesState } from "./series-order.ts";
import type { Place } from "./series-places.ts";

export type SampleOutput = {
  readonly writer: OrderedWriter;
  readonly exemplars: NewExemplar[];
  /** How much older than the newest an exemplar may be. */
  readonly windowMs: number;
};

type Append = (state: SeriesState, value: number) => string | undefined;

export const millis = (nanos: bigint): number => Number(nanos / 1_000_000n);

function appendAt(
  output: SampleOutput,
  point: { readonly startNs: bigint; readonly timeNs: bigint; readonly noRecordedValue: boolean },
): Append {
  const [startMs, timeMs] = [millis(point.startNs), millis(point.timeNs)];
  return (state, value) => output.writer.append(state, startMs, timeMs, value, point.noRecordedValue);
}

const addPlaced = (output: SampleOutput, state: SeriesState, exemplars: readonly PlacedExemplar[]): void =>
  addExemplars(state, exemplars, output.windowMs, output.exemplars);

export function addNumber(output: SampleOutput, place: Place, point: GaugePoint | SumPoint): string | undefined {
  const state = place.series("");
  const refused = appendAt(output, point)(state, point.value);
  if (refused === undefined && point.kind === "sum" && point.exemplars.length > 0 && !point.noRecordedValue) {
    addPlaced(output, state, placeExemplars(point.exemplars));
  }
  return refused;
}

export function addHistogram(output: SampleOutput, place: Place, point: HistogramPoint): string | undefined {
  const append = appendAt(output, point);
  const { bounds, counts } = point;
  let refused: string | undefined;
  if (point.sum !== undefined) refused = append(place.series("_sum"), point.sum);
  refused = append(place.series("_count"), point.count) ?? refused;
  const exemplars = point.noRecordedValue ? [] : placeExemplars(point.exemplars);
  let [placed, cumulative] = [0, 0];
  for (let index = 0; index < bounds.length && index < counts.length; index += 1) {
    const bound = bounds[index] as number;
    cumulative += counts[index] as number;
    // Exemplars come in order of their values; one that does not goes to the bucket at which it is met.
    const first = placed;
    while (placed < exemplars.length && !((exemplars[placed] as PlacedExemplar).value > bound)) placed += 1;
    const state = place.bucket(bound);
    const problem = append(state, cumulative);
    if (problem === undefined) addPlaced(output, state, exemplars.slice(first, placed));
    refused = problem ?? refused;
  }
  const last = place.bucket(Number.POSITIVE_INFINITY);
  const problem = append(last, point.count);
  if (problem === undefined) addPlaced(output, last, exemplars.slice(placed));
  return problem ?? refused;
}

export function addSummary(output: SampleOutput, place: Place, point: SummaryPoint): string | undefined {
  const append = appendAt(output, point);
  let refused = append(place.series("_sum"), point.sum);
  refused = append(place.series("_count"), point.count) ?? refused;
  for (const { quantile, value } of point.quantiles) {
    refused = append(place.series("", ["quantile", formatFloat(quantile, "f", -1)]), value) ?? refused;
  }
  return refused;
}

/** As classic buckets: docs/otlp.md says which, and how exact they are. */
export function addExponential(output: SampleOutput, place: Place, point: SparsePoint): string | undefined {
  const append = appendAt(output, point);
  const refused = append(place.series("_count"), point.count);
  if (refused !== undefined) return refused;
  if (point.sum !== undefined) append(place.series("_sum"), point.sum);
  const last = place.bucket(Number.POSITIVE_INFINITY);
  append(last, point.count);

  const before = place.exponential;
  if (point.noRecordedValue) {
    for (const bound of before.set.bounds) append(place.bucket(bound), 0);
    return undefined;
  }
  const [startMs, timeMs] = [millis(point.startNs), millis(point.timeNs)];
  const { next, added, ended } = fitBounds(before.set, point.sparse);
  for (const bound of ended) output.writer.append(place.bucket(bound), 0, timeMs, 0, true);
  // A bound that is new was not needed before: what it held then is known, and without it rates would be too low.
  const isGoingOn = before.startMs === startMs && before.timeMs !== 0 && before.timeMs < timeMs;
  const earlier = isGoingOn ? cumulate(before.set.cells, next.bounds) : [];
  const now = cumulate(next.cells, next.bounds);
  for (const [index, bound] of next.bounds.entries()) {
    const state = place.bucket(bound);
    if (isGoingOn && added.has(bound)) {
      output.writer.append(state, startMs, before.timeMs, earlier[index] as number, false);
    }
    append(state, now[index] as number);
  }
  if (timeMs >= before.timeMs) place.exponential = { set: next, startMs, timeMs };
  for (const exemplar of placeExemplars(point.exemplars)) {
    const bound = next.bounds.find((one) => exemplar.value <= one);
    addPlaced(output, bound === undefined ? last : place.bucket(bound), [exemplar]);
  }
  return undefined;
}
