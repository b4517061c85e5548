import { type Labels, type LogSource, sortByLabels } from "../signals/index.ts";
import { LogqlError } from "./error.ts";
import { evaluateQuery } from "./evaluate.ts";
import { createLineScan } from "./line-scan.ts";
import type { LogqlLimits, LogqlOutcome, LogqlRangeParams, LogqlSample, LogqlSeries } from "./outcome.ts";
import { createSeriesLimit } from "./series-limit.ts";
import type { MetricExpr } from "./syntax.ts";
import type { Sample } from "./vector.ts";

const NS_PER_MS = 1_000_000n;

const labelsOf = ({ labels }: { readonly labels: Labels }): Labels => labels;

/** `sort` and `sort_desc` have an order to keep; everything else is sorted by labels. */
function isSorted(expression: MetricExpr): boolean {
  switch (expression.kind) {
    case "aggregation":
      return expression.operation.startsWith("sort") || isSorted(expression.inner);
    case "labelReplace":
      return isSorted(expression.inner);
    case "binary":
      return isSorted(expression.left) || isSorted(expression.right);
    default:
      return false;
  }
}

export function queryMetricInstant(
  source: LogSource,
  expression: MetricExpr,
  timeNs: bigint,
  limits: LogqlLimits,
): LogqlOutcome {
  const steps = { startNs: timeNs, stepNs: 0n, count: 1 };
  const limit = createSeriesLimit(expression, steps, limits.maxSeries);
  const scan = createLineScan(source, limits);
  const timeMs = Number(timeNs / NS_PER_MS);
  if (expression.kind === "literal")
    return { type: "scalar", timeMs, value: expression.value, stats: { ...scan.counted(), entriesReturned: 1 } };
  let samples: readonly Sample[] = [];
  evaluateQuery({ scan, limit, steps }, expression, (_step, result) => {
    samples = result;
  });
  limit.require(samples.length);
  const found: LogqlSample[] = samples.map(({ series, value }) => ({ labels: series.labels, timeMs, value }));
  const answer = isSorted(expression) ? found : sortByLabels(found, labelsOf);
  return { type: "vector", samples: answer, stats: { ...scan.counted(), entriesReturned: answer.length } };
}

/** Loki's frontend begins at the step before the start and ends at the one after the end. */
function alignSteps({ startNs, endNs, stepMs }: LogqlRangeParams): { startNs: bigint; stepNs: bigint; count: number } {
  const stepNs = BigInt(Math.round(stepMs * Number(NS_PER_MS)));
  if (stepNs <= 0n) throw new LogqlError("bad_data", `a step must be more than 0 ms, not ${stepMs}`);
  const first = startNs - (startNs % stepNs);
  const last = endNs + ((stepNs - (endNs % stepNs)) % stepNs);
  return { startNs: first, stepNs, count: Number((last - first) / stepNs) + 1 };
}

export function queryMetricRange(
  source: LogSource,
  expression: MetricExpr,
  params: LogqlRangeParams,
  limits: LogqlLimits,
): LogqlOutcome {
  const steps = alignSteps(params);
  const limit = createSeriesLimit(expression, steps, limits.maxSeries);
  const scan = createLineScan(source, limits);
  const bySeries = new Map<string, LogqlSeries & { readonly timesMs: number[]; readonly values: number[] }>();
  let points = 0;
  evaluateQuery({ scan, limit, steps }, expression, (step, samples) => {
    const timeMs = Number((steps.startNs + steps.stepNs * BigInt(step)) / NS_PER_MS);
    for (const { series, value } of samples) {
      let one = bySeries.get(series.key);
      if (one === undefined) {
        one = { labels: series.labels, timesMs: [], values: [] };
        bySeries.set(series.key, one);
        limit.require(bySeries.size);
      }
      one.timesMs.push(timeMs);
      one.values.push(value);
      points += 1;
    }
  });
  const series = sortByLabels([...bySeries.values()], labelsOf);
  return { type: "matrix", series, stats: { ...scan.counted(), entriesReturned: points } };
}
