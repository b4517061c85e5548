import { LogqlError } from "./error.ts";
import type { AggregationExpr, BinaryExpr, Grouping, MetricExpr, RangeExpr, Stage } from "./syntax.ts";
import type { StepSink, Steps } from "./vector.ts";

/** Loki's `max_query_series`. */
const MAX_SERIES = 500;
/** Loki's `split_queries_by_interval`. */
const SPLIT_NS = 3_600_000_000_000n;

export type SeriesLimit = {
  /** Throws where an answer would have too many series. */
  readonly require: (count: number) => void;
  /** The sink for an expression's steps: as given, or one that counts. */
  readonly hold: (expression: MetricExpr, sink: StepSink) => StepSink;
};

/**
 * Loki's frontend cuts a query into parts that queriers answer, and the limit holds for each of their answers. So a query can have too many
 * series of which the whole answer shows a few. As Loki does it with less data than makes it cut by shards (600 MB an hour).
 */
export function createSeriesLimit(expression: MetricExpr, steps: Steps, maxSeries = MAX_SERIES): SeriesLimit {
  const parts = new Set<MetricExpr>();
  addParts(expression, true, parts);
  const splitOf = createSplits(expression, steps);
  const require = (count: number): void => {
    if (count <= maxSeries) return;
    throw new LogqlError(
      "limit",
      `maximum number of series (${maxSeries}) reached for a single query; consider reducing query cardinality by adding ` +
        "more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()",
    );
  };
  return {
    require,
    hold: (part, sink) => {
      if (!parts.has(part)) return sink;
      const seen = new Set<string>();
      let split: bigint | undefined;
      return (step, samples) => {
        const current = splitOf(step);
        if (current !== split) seen.clear();
        split = current;
        require(samples.length);
        for (const { series } of samples) seen.add(series.key);
        require(seen.size);
        sink(step, samples);
      };
    },
  };
}

/** Which part of the time a step is in. A last step that would be alone goes with the one before it. */
function createSplits(expression: MetricExpr, { startNs, stepNs, count }: Steps): (step: number) => bigint {
  const longest = BigInt(longestRangeNs(expression));
  const splitNs = [SPLIT_NS, longest, stepNs].reduce((a, b) => (a > b ? a : b));
  return (step) => (startNs + stepNs * BigInt(step > 0 && step === count - 1 ? step - 1 : step)) / splitNs;
}

function longestRangeNs(expression: MetricExpr): number {
  switch (expression.kind) {
    case "range":
      return expression.rangeNs;
    case "aggregation":
    case "labelReplace":
      return longestRangeNs(expression.inner);
    case "binary":
      return Math.max(longestRangeNs(expression.left), longestRangeNs(expression.right));
    default:
      return 0;
  }
}

/** Adds the parts of an expression that queriers answer; none where the frontend passes the whole of it on. */
function addParts(expression: MetricExpr, isWhole: boolean, parts: Set<MetricExpr>): void {
  switch (expression.kind) {
    case "range":
      if (isPart(expression, isWhole)) parts.add(expression);
      break;
    case "aggregation":
      if (isPart(expression, isWhole)) parts.add(expression);
      else addParts(expression.inner, false, parts);
      break;
    case "labelReplace":
      addParts(expression.inner, isWhole, parts);
      break;
    case "binary":
      for (const side of [expression.left, expression.right]) {
        const before = parts.size;
        addParts(side, isWhole, parts);
        if (parts.size === before && side.kind !== "literal" && side.kind !== "vector") parts.add(side);
      }
  }
}

const PART_RANGES = [
  "avg_over_time",
  "bytes_over_time",
  "bytes_rate",
  "count_over_time",
  "max_over_time",
  "min_over_time",
  "rate",
  "sum_over_time",
];
/** Those that only an aggregation around them makes a part. */
const INNER_RANGES = ["first_over_time", "last_over_time"];

const isPart = (expression: RangeExpr | AggregationExpr, isWhole: boolean): boolean =>
  expression.kind === "range"
    ? PART_RANGES.includes(expression.operation)
    : canSplit(expression, isWhole) && !(isExtreme(expression) && reducesLabels(expression.inner));

const isExtreme = ({ operation }: AggregationExpr): boolean => operation === "max" || operation === "min";

/** Whether Loki could make the result of an expression from the results over parts of the streams. */
function canSplit(expression: MetricExpr, isWhole: boolean): boolean {
  switch (expression.kind) {
    case "literal":
      return true;
    case "range":
      if (expression.operation === "quantile_over_time") return isWhole;
      return PART_RANGES.includes(expression.operation) || INNER_RANGES.includes(expression.operation);
    case "aggregation":
      return canSplit(expression.inner, isWhole) && canMerge(expression);
    case "binary":
      return (
        (expression.operator === "+" || expression.operator === "*") &&
        !changesLabels(expression) &&
        canSplit(expression.left, isWhole) &&
        canSplit(expression.right, isWhole)
      );
    default:
      return false;
  }
}

function canMerge(expression: AggregationExpr): boolean {
  const { operation, inner } = expression;
  if (operation === "count" || operation === "avg") return !reducesLabels(inner);
  if (isExtreme(expression)) return inner.kind === "range" && canSplit(inner, false);
  return operation === "sum" && !(inner.kind === "aggregation" && isExtreme(inner));
}

const changesLabels = ({ matching: { on, labels } }: BinaryExpr): boolean => on || labels.length > 0;

const reduces = (grouping: Grouping | undefined): boolean => (grouping?.labels.length ?? 0) > 0;

function reducesLabels(expression: MetricExpr): boolean {
  switch (expression.kind) {
    case "range":
      return reduces(expression.grouping) || expression.log.stages.some(removesLabels);
    case "aggregation":
      return reduces(expression.grouping) || reducesLabels(expression.inner);
    case "labelReplace":
      return reducesLabels(expression.inner);
    case "binary":
      return reducesLabels(expression.left) || reducesLabels(expression.right);
    default:
      return false;
  }
}

const removesLabels = (stage: Stage): boolean =>
  stage.kind === "drop" ||
  stage.kind === "keep" ||
  (stage.kind === "labelFormat" && stage.formats.some((format) => "from" in format));
