import type { Matcher } from "../signals/index.ts";

/** Where a node stands in the text, in UTF-16 units. */
type Span = { readonly start: number; readonly end: number };

export type NumberLiteral = Span & {
  readonly kind: "number";
  readonly value: number;
  /** Written as a duration (`1h`), and printed as one. */
  readonly isDuration: boolean;
};

export type StringLiteral = Span & { readonly kind: "string"; readonly value: string };

/** What moves a selector or subquery in time. */
type Shift = {
  readonly offsetMs: number;
  /** `@`: milliseconds since the epoch, or the query's own start or end. */
  readonly at?: number | "start" | "end";
};

export type VectorSelector = Span &
  Shift & {
    readonly kind: "vector";
    /** As written before the braces; "" where the name is only among the matchers. */
    readonly name: string;
    /** With one for `name`, if there is one. */
    readonly matchers: readonly Matcher[];
  };

export type MatrixSelector = Span & {
  readonly kind: "matrix";
  readonly selector: VectorSelector;
  readonly rangeMs: number;
};

export type Subquery = Span &
  Shift & {
    readonly kind: "subquery";
    readonly expr: Expr;
    readonly rangeMs: number;
    /** undefined where the query leaves it to the default. */
    readonly stepMs?: number;
  };

export type Paren = Span & { readonly kind: "paren"; readonly expr: Expr };

export type Unary = Span & { readonly kind: "unary"; readonly operator: "+" | "-"; readonly expr: Expr };

export const ARITHMETIC_OPERATORS = ["+", "-", "*", "/", "%", "^", "atan2"] as const;
export const COMPARISON_OPERATORS = ["==", "!=", ">", "<", ">=", "<="] as const;
export const SET_OPERATORS = ["and", "or", "unless"] as const;
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number];
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];
export type SetOperator = (typeof SET_OPERATORS)[number];
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export const isComparison = (operator: BinaryOperator): operator is ComparisonOperator =>
  (COMPARISON_OPERATORS as readonly string[]).includes(operator);
export const isSetOperator = (operator: BinaryOperator): operator is SetOperator =>
  (SET_OPERATORS as readonly string[]).includes(operator);

export type Matching = {
  readonly cardinality: "one-to-one" | "many-to-one" | "one-to-many" | "many-to-many";
  /** Whether `labels` are those that must agree (`on`) or those that need not (`ignoring`). */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels taken from the "one" side: the list of group_left or group_right. */
  readonly include: readonly string[];
};

export type Binary = Span & {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  readonly matching: Matching;
};

export type Call = Span & { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] };

export const AGGREGATORS = [
  "sum",
  "avg",
  "count",
  "min",
  "max",
  "group",
  "stddev",
  "stdvar",
  "topk",
  "bottomk",
  "count_values",
  "quantile",
] as const;
export type Aggregator = (typeof AGGREGATORS)[number];

export type Aggregate = Span & {
  readonly kind: "aggregate";
  readonly operator: Aggregator;
  readonly expr: Expr;
  /** The k of topk, the quantile, the label of count_values. */
  readonly parameter?: Expr;
  readonly grouping: readonly string[];
  readonly without: boolean;
};

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Paren
  | Unary
  | Binary
  | Call
  | Aggregate;

/** The expression without parentheses around it. */
export function withoutParens(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === "paren") inner = inner.expr;
  return inner;
}

export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "paren":
    case "unary":
    case "subquery":
      return [expr.expr];
    case "matrix":
      return [expr.selector];
    case "binary":
      return [expr.left, expr.right];
    case "call":
      return expr.args;
    case "aggregate":
      return expr.parameter === undefined ? [expr.expr] : [expr.parameter, expr.expr];
    default:
      return [];
  }
}
