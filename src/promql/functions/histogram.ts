import { formatFloat, parseFloat64, quote } from "../../gotext/index.ts";
import { type Labels, METRIC_NAME } from "../../signals/index.ts";
import { forMetric } from "../annotations.ts";
import type { Call, Expr } from "../ast.ts";
import { type Column, createColumn, mergeColumns } from "../columns.ts";
import type { Evaluation } from "../evaluation.ts";
import { type Grid, timeAt } from "../grid.ts";
import { labelsKey, withoutLabels, withoutMetadata } from "../label-sets.ts";
import { isOddQuantile, ODD_QUANTILE } from "../quantile.ts";
import { type Buckets, fractionOfBuckets, quantileOfBuckets } from "./buckets.ts";

const BUCKET_LABEL = "le";

/** The buckets of one histogram over all steps, in order of their bounds. */
type Histogram = {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  readonly columns: readonly Column[];
};

function histogramsOf(
  vector: Expr,
  grid: Grid,
  { vector: evaluate, notes, delayedNameRemoval }: Evaluation,
): Histogram[] {
  const found = new Map<string, { labels: Labels; buckets: { bound: number; column: Column }[] }>();
  for (const column of evaluate(vector, grid)) {
    const label = column.labels[BUCKET_LABEL] ?? "";
    const bound = parseFloat64(label);
    if (typeof bound === "string") {
      const name = delayedNameRemoval ? (column.labels[METRIC_NAME] ?? "") : "";
      const problem = `bucket label "le" is missing or has a malformed value of ${quote(label)}`;
      notes.warn(problem + forMetric(name), vector.start);
      continue;
    }
    const labels = withoutLabels(column.labels, new Set([BUCKET_LABEL]));
    const key = labelsKey(labels);
    const histogram = found.get(key);
    if (histogram === undefined) found.set(key, { labels, buckets: [{ bound, column }] });
    else histogram.buckets.push({ bound, column });
  }
  return [...found.values()].map(({ labels, buckets }) => {
    buckets.sort((one, other) => (one.bound < other.bound ? -1 : one.bound > other.bound ? 1 : 0));
    return { labels, bounds: buckets.map(({ bound }) => bound), columns: buckets.map(({ column }) => column) };
  });
}

/** Puts the buckets that there are at a step into `buckets`. */
function fill(buckets: Buckets, { bounds, columns }: Histogram, step: number): void {
  buckets.length = 0;
  for (let index = 0; index < bounds.length; index += 1) {
    const column = columns[index] as Column;
    if (column.present[step] !== 1) continue;
    buckets.bounds[buckets.length] = bounds[index] as number;
    buckets.counts[buckets.length] = column.values[step] as number;
    buckets.length += 1;
  }
}

/** A value of every histogram at every step at which it has buckets. */
function overHistograms(
  vector: Expr,
  grid: Grid,
  evaluation: Evaluation,
  valueAt: (buckets: Buckets, step: number, histogram: Histogram) => number,
): Column[] {
  const { budget, delayedNameRemoval } = evaluation;
  const results = histogramsOf(vector, grid, evaluation).map((histogram) => {
    const { bounds } = histogram;
    const labels = delayedNameRemoval ? histogram.labels : withoutMetadata(histogram.labels);
    const result = createColumn(labels, true, grid.count, budget);
    const buckets: Buckets = {
      bounds: new Float64Array(bounds.length),
      counts: new Float64Array(bounds.length),
      length: 0,
    };
    for (let step = 0; step < grid.count; step += 1) {
      fill(buckets, histogram, step);
      budget.work(bounds.length);
      if (buckets.length === 0) continue;
      result.present[step] = 1;
      result.values[step] = valueAt(buckets, step, histogram);
    }
    return result;
  });
  return mergeColumns(results);
}

function histogramQuantile({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [quantileExpr, vector] = args;
  if (quantileExpr === undefined || vector === undefined) throw new TypeError("histogram_quantile without arguments");
  const { notes, delayedNameRemoval } = evaluation;
  const quantiles = evaluation.scalar(quantileExpr, grid);
  for (const quantile of new Set(quantiles)) {
    if (isOddQuantile(quantile)) notes.warn(`${ODD_QUANTILE} ${formatFloat(quantile, "g", -1)}`, quantileExpr.start);
  }
  return overHistograms(vector, grid, evaluation, (buckets, step, { labels }) => {
    const { value, repair } = quantileOfBuckets(quantiles[step] as number, buckets);
    if (repair !== undefined) {
      const timeMs = timeAt(grid, step);
      const name = delayedNameRemoval ? (labels[METRIC_NAME] ?? "") : "";
      notes.repaired(name, vector.start, { ...repair, minTimeMs: timeMs, maxTimeMs: timeMs });
    }
    return value;
  });
}

function histogramFraction({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  const [lower, upper, vector] = args;
  if (lower === undefined || upper === undefined || vector === undefined) {
    throw new TypeError("histogram_fraction without arguments");
  }
  const [lowers, uppers] = [evaluation.scalar(lower, grid), evaluation.scalar(upper, grid)];
  return overHistograms(vector, grid, evaluation, (buckets, step) =>
    fractionOfBuckets(lowers[step] as number, uppers[step] as number, buckets),
  );
}

/** Functions of native histograms, which there are none of here; they pass over floats. */
function ofNativeHistograms({ args }: Call, grid: Grid, evaluation: Evaluation): Column[] {
  for (const arg of args) evaluation.vector(arg, grid);
  return [];
}

export const HISTOGRAM_FUNCTIONS = {
  histogram_quantile: histogramQuantile,
  histogram_fraction: histogramFraction,
  histogram_avg: ofNativeHistograms,
  histogram_count: ofNativeHistograms,
  histogram_sum: ofNativeHistograms,
  histogram_stddev: ofNativeHistograms,
  histogram_stdvar: ofNativeHistograms,
};
