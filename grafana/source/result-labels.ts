import { type Expr, parsePromql } from "../../src/promql/index.ts";
import type { KnownSeries } from "./known-metrics.ts";
import { filledIn } from "./lint-model.ts";

/** Labels that a result has; undefined where that cannot be told. */
export type Labels = ReadonlySet<string> | undefined;

const NONE: Labels = new Set();
/** Functions whose result has no labels. */
const LABELLESS = new Set(["vector", "scalar", "time", "pi"]);
const LABELED = new Set(["label_replace", "label_join"]);

const without = (labels: Labels, left: readonly string[]): Labels =>
  labels === undefined ? undefined : new Set([...labels].filter((label) => !left.includes(label)));
const both = (one: Labels, other: Labels): Labels =>
  one === undefined || other === undefined ? undefined : new Set([...one, ...other]);

type Known = ReadonlyMap<string, KnownSeries>;

/** The expression without parentheses around it. */
const inside = (expr: Expr): Expr => (expr.kind === "paren" ? inside(expr.expr) : expr);

const SCALARS = new Set(["scalar", "time", "pi"]);

/** Whether it yields a number instead of series. */
function isScalar(expr: Expr): boolean {
  const inner = inside(expr);
  if (inner.kind === "unary") return isScalar(inner.expr);
  if (inner.kind === "binary") return isScalar(inner.left) && isScalar(inner.right);
  return inner.kind === "number" || (inner.kind === "call" && SCALARS.has(inner.name));
}

const textOf = (expr: Expr | undefined): string => (expr?.kind === "string" ? expr.value : "");

function ofBinary(expr: Extract<Expr, { kind: "binary" }>, known: Known): Labels {
  const left = labelsOf(expr.left, known);
  const right = labelsOf(expr.right, known);
  if (expr.operator === "or") return both(left, right);
  if (expr.operator === "and" || expr.operator === "unless") return left;
  if (isScalar(expr.left)) return right;
  if (isScalar(expr.right)) return left;
  const { cardinality, on, labels, include } = expr.matching;
  if (cardinality === "many-to-one") return both(left, new Set(include));
  if (cardinality === "one-to-many") return both(right, new Set(include));
  return on ? new Set(labels) : without(left, labels);
}

/** Labels of the series that an expression yields. */
export function labelsOf(expr: Expr, known: Known): Labels {
  switch (expr.kind) {
    case "number":
    case "string":
      return NONE;
    case "vector":
      return labelsOfSeries(expr.name, known);
    case "matrix":
      return labelsOf(expr.selector, known);
    case "paren":
    case "unary":
    case "subquery":
      return labelsOf(expr.expr, known);
    case "aggregate": {
      if (expr.operator === "topk" || expr.operator === "bottomk") return labelsOf(expr.expr, known);
      const added = expr.operator === "count_values" ? [textOf(expr.parameter)] : [];
      return expr.without
        ? both(without(labelsOf(expr.expr, known), expr.grouping), new Set(added))
        : new Set([...expr.grouping, ...added]);
    }
    case "call": {
      if (LABELLESS.has(expr.name)) return NONE;
      if (expr.name.startsWith("absent")) return undefined;
      const argument = expr.args.find(({ kind }) => kind !== "number" && kind !== "string");
      const labels = argument === undefined ? NONE : labelsOf(argument, known);
      if (expr.name === "histogram_quantile") return without(labels, ["le"]);
      return LABELED.has(expr.name) ? both(labels, new Set([textOf(expr.args[1])])) : labels;
    }
    default:
      return ofBinary(expr, known);
  }
}

/** Labels of a series: of a recorded one, those that its rule keeps. */
export function labelsOfSeries(name: string, known: Known): Labels {
  const series = known.get(name);
  if (series === undefined) return undefined;
  if (series.recordedAs === undefined || series.labels !== undefined) return series.labels;
  return both(labelsOf(parsePromql(filledIn(series.recordedAs)), known), new Set(series.addedLabels ?? []));
}
