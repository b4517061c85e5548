import { createLabelSet, type Labels, METRIC_NAME } from "../signals/index.ts";
import { LogqlError } from "./error.ts";
import { createLabelReplace } from "./label-replace.ts";
import { ERROR_LABEL, PRESERVE_ERROR_LABEL } from "./label-state.ts";
import type { LineScan } from "./line-scan.ts";
import { metricText } from "./metric-text.ts";
import { createRangeWindows } from "./range-windows.ts";
import { createSampleExtractor } from "./sample-extractor.ts";
import type { SeriesLimit } from "./series-limit.ts";
import type { AggregationExpr, BinaryExpr, Grouping, MetricExpr, RangeExpr } from "./syntax.ts";
import type { Sample, StepSink, Steps } from "./vector.ts";
import { createAggregation, EMPTY_SERIES } from "./vector-aggregation.ts";
import { combineVectors, combineWithLiteral } from "./vector-matching.ts";

/** Samples that the right side of an operator may come to before the left one is read. */
const MAX_HELD_SAMPLES = 2_000_000;

export type Evaluation = {
  readonly scan: LineScan;
  readonly steps: Steps;
  readonly limit: SeriesLimit;
};

/** Evaluates step after step as lines are read, and hands each to `emit`. Throws `LogqlError`. */
export function evaluateQuery(evaluation: Evaluation, expression: MetricExpr, emit: StepSink): void {
  // What nothing aggregates is an answer with as many series as a window has: too many are known before the lines are.
  if (expression.kind === "range") evaluateRange(evaluation, expression, undefined, emit, evaluation.limit.require);
  else evaluate(evaluation, expression, emit);
}

function evaluate(evaluation: Evaluation, expression: MetricExpr, sink: StepSink): void {
  const emit = evaluation.limit.hold(expression, sink);
  switch (expression.kind) {
    case "range":
      evaluateRange(evaluation, expression, undefined, emit);
      break;
    case "aggregation": {
      const aggregate = createAggregation(expression);
      const inner: StepSink = (step, samples) => emit(step, aggregate(samples));
      if (canGroupLines(expression)) evaluateRange(evaluation, expression.inner, expression.grouping, inner);
      else evaluate(evaluation, expression.inner, inner);
      break;
    }
    case "labelReplace": {
      const replace = createLabelReplace(expression);
      evaluate(evaluation, expression.inner, (step, samples) => emit(step, replace(samples)));
      break;
    }
    case "binary":
      evaluateBinary(evaluation, expression, emit);
      break;
    case "vector":
    case "literal":
      for (let step = 0; step < evaluation.steps.count; step += 1)
        emit(step, [{ series: EMPTY_SERIES, value: expression.value }]);
  }
}

const SUMMED = ["bytes_over_time", "bytes_rate", "sum_over_time", "rate", "count_over_time"];

/** Lines can be grouped by a sum's labels as they are read, which also spares their parsers the other labels. */
function canGroupLines(expression: AggregationExpr): expression is AggregationExpr & { readonly inner: RangeExpr } {
  const { operation, inner } = expression;
  return (
    operation === "sum" && inner.kind === "range" && inner.grouping === undefined && SUMMED.includes(inner.operation)
  );
}

function evaluateRange(
  { scan, steps }: Evaluation,
  range: RangeExpr,
  outer: Grouping | undefined,
  emit: StepSink,
  requireRoom: (seriesCount: number) => void = () => {},
): void {
  const extract = createSampleExtractor(range, outer);
  const missing = range.operation === "absent_over_time" ? createLabelSet(absentLabels(range)) : undefined;
  const close: StepSink = (step, samples) => {
    scan.requireTime();
    requireNoErrors(samples);
    if (missing === undefined) emit(step, samples);
    else emit(step, samples.length > 0 ? [] : [{ series: missing, value: 1 }]);
  };
  const windows = createRangeWindows(range, steps, close, requireRoom);
  const offsetNs = BigInt(range.offsetNs);
  const lastNs = steps.startNs + steps.stepNs * BigInt(steps.count - 1);
  // Windows are open at their start and closed at their end; readings of lines the other way round.
  const startNs = steps.startNs - offsetNs - BigInt(range.rangeNs) + 1n;
  scan.run(range.log, { startNs, endNs: lastNs - offsetNs + 1n, direction: "forward" }, (line) => {
    const sample = extract(line);
    if (sample !== undefined) windows.add(sample.series, line.timeNs, sample.value);
    return true;
  });
  windows.finish();
}

/** A number made of lines that could not be read would be wrong: unless errors were asked for, they end the query. */
function requireNoErrors(samples: readonly Sample[]): void {
  for (const { series } of samples) {
    const error = series.labels[ERROR_LABEL];
    if (error === undefined || series.labels[PRESERVE_ERROR_LABEL] === "true") continue;
    throw new LogqlError(
      "bad_data",
      `pipeline error: '${error}' for series: '${metricText(series.labels)}'.\n` +
        `Use a label filter to intentionally skip this error. (e.g | __error__!="${error}").\n` +
        'To skip all potential errors you can match empty errors.(e.g __error__="")\n' +
        'The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n',
    );
  }
}

/** What is missing has the labels that the selector says it would have. */
function absentLabels({ log }: RangeExpr): Labels {
  const labels = Object.create(null) as Record<string, string>;
  const unclear = new Set<string>();
  for (const { name, operator, value } of log.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === "=" && labels[name] === undefined) {
      if (value !== "") labels[name] = value;
    } else unclear.add(name);
  }
  for (const name of unclear) delete labels[name];
  return labels;
}

function evaluateBinary(evaluation: Evaluation, expression: BinaryExpr, emit: StepSink): void {
  const { left, right } = expression;
  if (left.kind === "literal") {
    const { value } = left;
    evaluate(evaluation, right, (step, samples) => emit(step, combineWithLiteral(expression, samples, value, true)));
    return;
  }
  if (right.kind === "literal") {
    const { value } = right;
    evaluate(evaluation, left, (step, samples) => emit(step, combineWithLiteral(expression, samples, value, false)));
    return;
  }
  const held: Sample[][] = [];
  let count = 0;
  evaluate(evaluation, right, (step, samples) => {
    held[step] = samples;
    count += samples.length;
    if (count <= MAX_HELD_SAMPLES) return;
    throw new LogqlError(
      "limit",
      `the right side of "${expression.operator}" has more than ${MAX_HELD_SAMPLES} samples: aggregate it, or ask for less time`,
    );
  });
  evaluate(evaluation, left, (step, samples) => {
    emit(step, combineVectors(expression, samples, held[step] ?? []));
    delete held[step];
  });
}
