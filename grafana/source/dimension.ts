import { type Expr, parsePromql } from "../../src/promql/index.ts";
import type { KnownSeries } from "./known-metrics.ts";
import { filledIn } from "./lint-model.ts";

/** What a number is of. `1` is a part of a whole, `number` any amount of things. */
export type Dimension = {
  readonly of: "s" | "timestamp" | "By" | "USD" | "1" | "percent" | "number";
  readonly per?: "s" | "min" | "h";
};
/** Undefined where it cannot be told. */
type Told = Dimension | undefined;
type Known = ReadonlyMap<string, KnownSeries>;

const NUMBER: Dimension = { of: "number" };
const PART: Dimension = { of: "1" };
const UNITS: Readonly<Record<string, Dimension["of"]>> = {
  s: "s",
  timestamp: "timestamp",
  By: "By",
  USD: "USD",
  "{USD}": "USD",
  "1": "1",
};
const RATES = new Set(["rate", "irate", "deriv"]);
const COUNTS = new Set(["count_over_time", "changes", "resets", "present_over_time", "absent", "absent_over_time"]);
const SET_OPERATORS = new Set(["and", "or", "unless"]);
const COMPARISONS = new Set(["==", "!=", "<", ">", "<=", ">="]);
/** What a number of seconds is called that a rate is multiplied with. */
const PERIODS: Readonly<Record<number, Dimension["per"]>> = { 60: "min", 3600: "h" };

const inside = (expr: Expr): Expr => (expr.kind === "paren" ? inside(expr.expr) : expr);

function literal(expr: Expr): number | undefined {
  const inner = inside(expr);
  return inner.kind === "number" ? inner.value : undefined;
}

const same = (one: Dimension, other: Dimension): boolean => one.of === other.of && one.per === other.per;

function ofSeries(name: string, known: Known): Told {
  const series = known.get(name);
  if (series === undefined) return undefined;
  // A bucket counts observations, whatever these are of.
  if (series.kind === "bucket") return NUMBER;
  if (series.recordedAs !== undefined) return dimensionOf(parsePromql(filledIn(series.recordedAs)), known);
  return series.unit === undefined ? undefined : { of: UNITS[series.unit] ?? "number" };
}

/** The histogram of which buckets are asked. */
function observed(expr: Expr, known: Known): Told {
  const inner = inside(expr);
  switch (inner.kind) {
    case "vector": {
      const unit = known.get(inner.name)?.unit;
      return unit === undefined ? undefined : { of: UNITS[unit] ?? "number" };
    }
    case "matrix":
      return observed(inner.selector, known);
    case "aggregate":
      return observed(inner.expr, known);
    case "call":
      return inner.args[0] === undefined ? undefined : observed(inner.args[0], known);
    case "binary":
      return observed(inner.left, known);
    default:
      return undefined;
  }
}

function ofCall(expr: Extract<Expr, { kind: "call" }>, known: Known): Told {
  const { name, args } = expr;
  if (COUNTS.has(name)) return NUMBER;
  if (name === "time" || name === "timestamp") return { of: "timestamp" };
  if (name === "vector" || args.length === 0) return undefined;
  if (name === "histogram_quantile") return args[1] === undefined ? undefined : observed(args[1], known);
  const argument = args.find(({ kind }) => kind !== "number" && kind !== "string");
  const told = argument === undefined ? undefined : dimensionOf(argument, known);
  return RATES.has(name) && told !== undefined ? { ...told, per: "s" } : told;
}

function times(factor: number, told: Dimension): Told {
  if (factor === 100 && told.of === "1") return { of: "percent" };
  if (factor === 0 || factor === 1 || told.per === undefined) return told;
  const per = PERIODS[factor];
  return per === undefined ? undefined : { ...told, per };
}

function ofProduct(left: Told, right: Told): Told {
  if (left?.of === "1") return right;
  return right?.of === "1" ? left : undefined;
}

function ofQuotient(left: Told, right: Told): Told {
  if (left === undefined || right === undefined) return undefined;
  if (same(left, right)) return PART;
  if (right.of === "1") return left;
  return right.of === "number" && left.per === right.per ? { of: left.of } : undefined;
}

function ofBinary({ operator, left, right, returnBool }: Extract<Expr, { kind: "binary" }>, known: Known): Told {
  const one = dimensionOf(left, known);
  const other = dimensionOf(right, known);
  if (operator === "or") return one ?? other;
  if (SET_OPERATORS.has(operator)) return one;
  if (COMPARISONS.has(operator)) return returnBool ? NUMBER : one;
  const factor = literal(left) ?? literal(right);
  if (operator === "*") {
    const told = one ?? other;
    return factor === undefined ? ofProduct(one, other) : told && times(factor, told);
  }
  if (operator === "/") return factor === undefined ? ofQuotient(one, other) : factor === 1 ? one : undefined;
  if (operator !== "+" && operator !== "-") return undefined;
  if (one?.of === "timestamp" && other?.of === "timestamp") return operator === "-" ? { of: "s" } : undefined;
  return one ?? other;
}

/** What the values of an expression are of, as far as the units of its metrics tell. */
export function dimensionOf(expr: Expr, known: Known): Told {
  switch (expr.kind) {
    case "vector":
      return ofSeries(expr.name, known);
    case "matrix":
      return dimensionOf(expr.selector, known);
    case "paren":
    case "unary":
    case "subquery":
      return dimensionOf(expr.expr, known);
    case "aggregate":
      return expr.operator.startsWith("count") || expr.operator === "group" ? NUMBER : dimensionOf(expr.expr, known);
    case "call":
      return ofCall(expr, known);
    case "binary":
      return ofBinary(expr, known);
    default:
      return undefined;
  }
}
