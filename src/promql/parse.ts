import { quote } from "../gotext/index.ts";
import { createMatcher, type Matcher, type MatchOperator, METRIC_NAME } from "../signals/index.ts";
import type { Aggregate, Aggregator, Binary, BinaryOperator, Expr, Matching, Subquery, VectorSelector } from "./ast.ts";
import { checkTypes } from "./check.ts";
import { EXPERIMENTAL_AGGREGATORS, EXPERIMENTAL_FUNCTIONS, SIGNATURES } from "./function-signatures.ts";
import { isLabelName } from "./label-sets.ts";
import { danglingModifier, modify, rangeProblem } from "./modifiers.ts";
import { parseError } from "./source-text.ts";
import { parseSyntax, type SyntaxNode } from "./syntax.ts";
import {
  childOf,
  childrenOf,
  type Reader,
  readNumber,
  readPositiveDuration,
  readString,
  textOf,
} from "./syntax-literals.ts";

// Deeper trees than any person or dashboard writes; every level costs some stack. The syntax tree itself is exact to twice as many.
const MOST_LEVELS = 1000;

function readLabels(reader: Reader, node: SyntaxNode | undefined): string[] {
  if (node === undefined) return [];
  return childrenOf(node).map((child) => {
    if (child.name === "LabelName") return textOf(reader, child);
    const name = readString(reader, child);
    if (!isLabelName(name)) throw reader.fail(child.from, `invalid label name for grouping: ${quote(name)}`);
    return name;
  });
}

function readMatcher(reader: Reader, node: SyntaxNode): Matcher {
  const [name, operator, value] = childrenOf(node);
  if (name === undefined) throw reader.fail(node.from, "a label matcher without a name");
  if (node.name === "QuotedLabelName") return createMatcher(METRIC_NAME, "=", readString(reader, node));
  if (operator === undefined || value === undefined) throw reader.fail(node.from, "a label matcher without a value");
  const label = name.name === "LabelName" ? textOf(reader, name) : readString(reader, name);
  try {
    return createMatcher(label, textOf(reader, operator) as MatchOperator, readString(reader, value));
  } catch (error) {
    throw reader.fail(name.from, error instanceof Error ? error.message : String(error));
  }
}

function readSelector(reader: Reader, node: SyntaxNode): VectorSelector {
  const identifier = childOf(node, "Identifier");
  const braces = childOf(node, "LabelMatchers");
  const name = identifier === undefined ? "" : textOf(reader, identifier);
  const matchers = braces === undefined ? [] : childrenOf(braces).map((child) => readMatcher(reader, child));
  if (name !== "") matchers.push(createMatcher(METRIC_NAME, "=", name));
  return modified(reader, { kind: "vector", name, matchers, offsetMs: 0, start: node.from, end: node.to });
}

/** The selector or subquery with the modifiers that follow it. */
function modified<T extends VectorSelector | Subquery>(reader: Reader, target: T): T {
  const modifiers = reader.modifiers.get(target.end);
  if (modifiers === undefined) return target;
  reader.modifiers.delete(target.end);
  const result = modify(target, modifiers);
  if (typeof result === "string") throw reader.fail(target.start, result);
  return result;
}

const CARDINALITIES = { GroupLeft: "many-to-one", GroupRight: "one-to-many" } as const;

function readMatching(reader: Reader, node: SyntaxNode | undefined, isSet: boolean): Matching {
  const children = node === undefined ? [] : childrenOf(node);
  const [labels, include] = children.filter(({ name }) => name === "GroupingLabels");
  const group = children.find(({ name }) => name === "GroupLeft" || name === "GroupRight");
  const cardinality = group === undefined ? undefined : CARDINALITIES[group.name as keyof typeof CARDINALITIES];
  return {
    cardinality: cardinality ?? (isSet ? "many-to-many" : "one-to-one"),
    on: children[0]?.name === "On",
    labels: readLabels(reader, labels),
    include: readLabels(reader, include),
  };
}

function readBinary(reader: Reader, node: SyntaxNode, depth: number): Expr {
  const children = childrenOf(node);
  const [leftNode, operatorNode, rightNode] = [children[0], children[1], children.at(-1)];
  if (leftNode === undefined || operatorNode === undefined || rightNode === undefined) {
    throw reader.fail(node.from, "a binary expression without two sides");
  }
  const operator = textOf(reader, operatorNode).toLowerCase();
  if (operator === "</" || operator === ">/") {
    throw reader.fail(operatorNode.from, `operator ${operator} trims native histograms, which are not supported`);
  }
  if (children.some(({ name }) => name === "FillModifier")) {
    throw reader.fail(node.from, "binop fill modifiers are experimental and not enabled");
  }
  const isSet = operator === "and" || operator === "or" || operator === "unless";
  const binary = (left: Expr, start: number): Binary => ({
    kind: "binary",
    operator: operator as BinaryOperator,
    left,
    right: readExpr(reader, rightNode, depth),
    returnBool: children.some(({ name }) => name === "BoolModifier"),
    matching: readMatching(reader, childOf(node, "MatchingModifierClause"), isSet),
    start,
    end: node.to,
  });
  const left = readExpr(reader, leftNode, depth);
  // The grammar takes a sign before a number as part of it; but -1^2 is -(1^2).
  const sign = reader.text[leftNode.from];
  if (
    operator === "^" &&
    left.kind === "number" &&
    leftNode.name === "NumberDurationLiteral" &&
    /[-+]/.test(sign ?? "")
  ) {
    const unsigned = { ...left, value: sign === "-" ? -left.value : left.value };
    return {
      kind: "unary",
      operator: sign as "-",
      expr: binary(unsigned, node.from + 1),
      start: node.from,
      end: node.to,
    };
  }
  return binary(left, node.from);
}

const readArguments = (reader: Reader, node: SyntaxNode | undefined, depth: number): Expr[] =>
  node === undefined ? [] : childrenOf(node).map((child) => readExpr(reader, child, depth));

function readCall(reader: Reader, node: SyntaxNode, depth: number): Expr {
  const [identifier, body] = childrenOf(node);
  const name = identifier === undefined ? "" : textOf(reader, identifier);
  if (EXPERIMENTAL_FUNCTIONS.has(name)) throw reader.fail(node.from, `function "${name}" is not enabled`);
  if (!SIGNATURES.has(name)) throw reader.fail(node.from, `unknown function with name "${name}"`);
  return { kind: "call", name, args: readArguments(reader, body, depth), start: node.from, end: node.to };
}

const WITH_PARAMETER: ReadonlySet<string> = new Set(["topk", "bottomk", "count_values", "quantile"]);

function readAggregate(reader: Reader, node: SyntaxNode, depth: number): Aggregate {
  const operatorNode = childOf(node, "AggregateOp");
  const operator = operatorNode === undefined ? "" : textOf(reader, operatorNode).toLowerCase();
  const modifier = childOf(node, "AggregateModifier");
  const args = readArguments(reader, childOf(node, "FunctionCallBody"), depth);
  if (args.length === 0) throw reader.fail(node.from, "no arguments for aggregate expression provided");
  if (EXPERIMENTAL_AGGREGATORS.has(operator)) {
    const flag = "--enable-feature=promql-experimental-functions";
    throw reader.fail(node.from, `${operator}() is experimental and must be enabled with ${flag}`);
  }
  const expected = WITH_PARAMETER.has(operator) ? 2 : 1;
  const [first, second] = args;
  if (args.length !== expected || first === undefined) {
    throw reader.fail(
      node.from,
      `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${args.length}`,
    );
  }
  return {
    kind: "aggregate",
    operator: operator as Aggregator,
    expr: second ?? first,
    ...(second === undefined ? {} : { parameter: first }),
    grouping: readLabels(reader, modifier === undefined ? undefined : childOf(modifier, "GroupingLabels")),
    without: modifier !== undefined && childOf(modifier, "Without") !== undefined,
    start: node.from,
    end: node.to,
  };
}

/** What the grammar takes for a range on a whole expression is one on its last operand, of a type that no operator takes. */
function checkRanged(reader: Reader, { name, from }: SyntaxNode): void {
  if (name === "BinaryExpr") {
    throw reader.fail(from, "binary expression must contain only scalar and instant vector types");
  }
  if (name === "UnaryExpr") {
    const problem = "unary expression only allowed on expressions of type scalar or instant vector";
    throw reader.fail(from, `${problem}, got "range vector"`);
  }
}

function readExpr(reader: Reader, node: SyntaxNode, outerDepth: number): Expr {
  const depth = outerDepth + 1;
  if (depth > MOST_LEVELS) throw reader.fail(node.from, `expected at most ${MOST_LEVELS} nested expressions`);
  const span = { start: node.from, end: node.to };
  const [first, second, third] = childrenOf(node);
  if (node.name === "NumberDurationLiteral") return readNumber(reader, node);
  if (node.name === "StringLiteral") return { kind: "string", value: readString(reader, node), ...span };
  if (node.name === "VectorSelector") return readSelector(reader, node);
  if (node.name === "BinaryExpr") return readBinary(reader, node, depth);
  if (node.name === "FunctionCall") return readCall(reader, node, depth);
  if (node.name === "AggregateExpr") return readAggregate(reader, node, depth);
  if (first === undefined) throw reader.fail(node.from, `unexpected ${node.name}`);
  if (node.name === "ParenExpr") return { kind: "paren", expr: readExpr(reader, first, depth), ...span };
  if (node.name === "AnchoredExpr") throw reader.fail(node.from, "anchored modifier is experimental and not enabled");
  if (node.name === "SmoothedExpr") throw reader.fail(node.from, "smoothed modifier is experimental and not enabled");
  if (second === undefined) throw reader.fail(node.from, `unexpected ${node.name}`);
  if (node.name === "UnaryExpr") {
    const operator = textOf(reader, first) as "+" | "-";
    const expr = readExpr(reader, second, depth);
    if (expr.kind !== "number") return { kind: "unary", operator, expr, ...span };
    return { ...expr, value: operator === "-" ? -expr.value : expr.value, start: node.from };
  }
  checkRanged(reader, first);
  if (node.name === "MatrixSelector") {
    const expr = readExpr(reader, first, depth);
    const rangeMs = readPositiveDuration(reader, second);
    const problem = rangeProblem(expr);
    if (problem !== undefined || expr.kind !== "vector") throw reader.fail(first.to, problem ?? "");
    const selector = modified(reader, { ...expr, end: node.to });
    return { kind: "matrix", selector: { ...selector, end: expr.end }, rangeMs, start: node.from, end: selector.end };
  }
  if (node.name === "SubqueryExpr") {
    const expr = readExpr(reader, first, depth);
    const rangeMs = readPositiveDuration(reader, second);
    const step = third === undefined ? {} : { stepMs: readPositiveDuration(reader, third) };
    return modified(reader, { kind: "subquery", expr, rangeMs, ...step, offsetMs: 0, ...span });
  }
  // Whatever offset or @ is left was none that the tokens could tell.
  if (node.name === "OffsetExpr") throw reader.fail(second.to, "experimental duration expression is not enabled");
  throw reader.fail(node.from, `unexpected ${node.name}`);
}

const texts = new WeakMap<Expr, string>();

/** The text an expression was parsed from, undefined for one that was not. */
export const textOfExpr = (expr: Expr): string | undefined => texts.get(expr);

function readText<T>(text: string, read: (reader: Reader, top: SyntaxNode) => T): T {
  const { top, modifiers } = parseSyntax(text);
  const reader: Reader = {
    text,
    fail: (at, message) => parseError(text, at, message),
    modifiers: Map.groupBy(modifiers, ({ anchor }) => anchor),
  };
  const result = read(reader, top);
  const [dangling] = reader.modifiers.values().next().value ?? [];
  if (dangling !== undefined) throw reader.fail(dangling.start, danglingModifier(dangling));
  return result;
}

/** The text as a tree, with its types checked. Throws `PromqlError` (bad_data). */
export function parsePromql(text: string): Expr {
  const expr = readText(text, (reader, top) => readExpr(reader, top, 0));
  checkTypes(expr, (at, message) => parseError(text, at, message));
  texts.set(expr, text);
  return expr;
}

/** The matchers of a bare selector, as in the `match[]` parameter. Throws `PromqlError` (bad_data). */
export function parseSelector(text: string): Matcher[] {
  return readText(text, (reader, top) => {
    if (top.name !== "VectorSelector") throw reader.fail(top.from, "expected a metric selector");
    const { matchers, offsetMs, at } = readSelector(reader, top);
    if (offsetMs !== 0 || at !== undefined) throw reader.fail(top.from, "expected a metric selector without modifiers");
    return [...matchers];
  });
}
