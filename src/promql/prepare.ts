import { type Expr, withoutParens } from "./ast.ts";
import { TIME_DEPENDENT_FUNCTIONS } from "./function-signatures.ts";

/** Times that `@ start()` and `@ end()` stand for. */
export type QueryTimes = { readonly startMs: number; readonly endMs: number };

/** The expression as it is evaluated: times resolved, and no parentheses around arguments. */
export function prepare(expr: Expr, times: QueryTimes): Expr {
  const inner = (one: Expr): Expr => prepare(withoutParens(one), times);
  const resolved = <T extends { readonly at?: number | "start" | "end" }>(one: T): T => {
    if (one.at !== "start" && one.at !== "end") return one;
    return { ...one, at: one.at === "start" ? times.startMs : times.endMs };
  };
  switch (expr.kind) {
    case "vector":
      return resolved(expr);
    case "matrix":
      return { ...expr, selector: resolved(expr.selector) };
    case "subquery":
      return resolved({ ...expr, expr: prepare(expr.expr, times) });
    case "paren":
    case "unary":
      return { ...expr, expr: prepare(expr.expr, times) };
    case "binary":
      return { ...expr, left: prepare(expr.left, times), right: prepare(expr.right, times) };
    case "call":
      return { ...expr, args: expr.args.map(inner) };
    case "aggregate":
      return {
        ...expr,
        expr: inner(expr.expr),
        ...(expr.parameter === undefined ? {} : { parameter: inner(expr.parameter) }),
      };
    default:
      return expr;
  }
}

/** Whether a prepared expression has the same value at every step of a query, so that it is evaluated at one. */
export function isStepInvariant(expr: Expr): boolean {
  switch (expr.kind) {
    case "number":
    case "string":
      return true;
    case "vector":
    case "subquery":
      return expr.at !== undefined;
    case "matrix":
      return expr.selector.at !== undefined;
    case "paren":
    case "unary":
    case "aggregate":
      // Of an aggregation only the vector counts, not its parameter, as in Prometheus.
      return isStepInvariant(expr.expr);
    case "binary":
      return isStepInvariant(expr.left) && isStepInvariant(expr.right);
    case "call":
      if (expr.name === "timestamp" && expr.args[0]?.kind === "vector") return isStepInvariant(expr.args[0]);
      return !TIME_DEPENDENT_FUNCTIONS.has(expr.name) && expr.args.every(isStepInvariant);
  }
}
