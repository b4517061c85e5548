import { formatDuration, formatFloat, quote } from "../gotext/index.ts";
import { type Matcher, METRIC_NAME } from "../signals/index.ts";
import type { Aggregate, Binary, Expr, VectorSelector } from "./ast.ts";

const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const printLabel = (name: string): string => (PLAIN_LABEL.test(name) ? name : quote(name));
const printLabels = (names: readonly string[]): string => `(${names.map(printLabel).join(", ")})`;

const printMatcher = ({ name, operator, value }: Matcher): string => `${printLabel(name)}${operator}${quote(value)}`;

type Shift = { readonly offsetMs: number; readonly at?: number | "start" | "end" };

function printShift({ offsetMs, at }: Shift): string {
  const instant =
    at === undefined ? "" : typeof at === "string" ? ` @ ${at}()` : ` @ ${formatFloat(at / 1000, "f", 3)}`;
  return offsetMs === 0 ? instant : `${instant} offset ${formatDuration(offsetMs)}`;
}

function printSelector({ name, matchers }: VectorSelector): string {
  const shown = matchers.filter(
    (one) => !(one.name === METRIC_NAME && one.operator === "=" && one.value === name && name !== ""),
  );
  return shown.length === 0 ? name : `${name}{${shown.map(printMatcher).sort().join(",")}}`;
}

function printBinary({ operator, left, right, returnBool, matching }: Binary): string {
  const { cardinality, on, labels, include } = matching;
  const group = { "many-to-one": " group_left ", "one-to-many": " group_right " }[cardinality as string];
  let middle = operator + (returnBool ? " bool" : "");
  if (labels.length > 0 || on || group !== undefined) middle += ` ${on ? "on" : "ignoring"} ${printLabels(labels)}`;
  if (group !== undefined) middle += group + printLabels(include);
  return `${printPromql(left)} ${middle} ${printPromql(right)}`;
}

function printAggregate({ operator, expr, parameter, grouping, without }: Aggregate): string {
  const by = without
    ? ` without ${printLabels(grouping)} `
    : grouping.length > 0
      ? ` by ${printLabels(grouping)} `
      : "";
  const args = parameter === undefined ? [expr] : [parameter, expr];
  return `${operator}${by}(${args.map(printPromql).join(", ")})`;
}

/** The expression as Prometheus writes it. */
export function printPromql(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return expr.isDuration ? formatDuration(expr.value * 1000) : formatFloat(expr.value, "f", -1);
    case "string":
      return quote(expr.value);
    case "vector":
      return printSelector(expr) + printShift(expr);
    case "matrix":
      return `${printSelector(expr.selector)}[${formatDuration(expr.rangeMs)}]${printShift(expr.selector)}`;
    case "subquery": {
      const step = expr.stepMs === undefined ? "" : formatDuration(expr.stepMs);
      return `${printPromql(expr.expr)}[${formatDuration(expr.rangeMs)}:${step}]${printShift(expr)}`;
    }
    case "paren":
      return `(${printPromql(expr.expr)})`;
    case "unary":
      return expr.operator + printPromql(expr.expr);
    case "binary":
      return printBinary(expr);
    case "call":
      return `${expr.name}(${expr.args.map(printPromql).join(", ")})`;
    case "aggregate":
      return printAggregate(expr);
  }
}
