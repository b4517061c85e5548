import { formatFloat, parseFloat64 } from "../gotext/index.ts";
import { compilePattern, PatternError } from "../re2/index.ts";
import type { Matcher } from "../signals/index.ts";
import { mergeValues } from "./arithmetic.ts";
import { type Cursor, createCursor } from "./cursor.ts";
import { LogqlError, parseError } from "./error.ts";
import { parseLiteral } from "./parse-label-filter.ts";
import { parsePipeline, parseUnwrap } from "./parse-pipeline.ts";
import { parseSelector, requireSelective } from "./parse-selector.ts";
import type {
  AggregationExpr,
  BinaryExpr,
  BinaryOperator,
  Grouping,
  LabelReplaceExpr,
  LogExpr,
  LogqlExpr,
  Matching,
  MetricExpr,
  RangeExpr,
} from "./syntax.ts";
import { isRangeOperation, isVectorOperation } from "./tokens.ts";

/** Throws `LogqlError` of kind `bad_data`. */
export function parseLogql(text: string): LogqlExpr {
  const expression = parseWhole(text);
  if (expression.kind === "log") requireSelective(expression.matchers);
  return expression;
}

/** Matchers of a query that is a selector and nothing else. `allowEmpty`: it may match every stream, as /series may. */
export function streamSelectorOf(
  text: string,
  { allowEmpty = false }: { readonly allowEmpty?: boolean } = {},
): readonly Matcher[] {
  const expression = parseWhole(text);
  if (expression.kind !== "log" || expression.stages.length > 0)
    throw new LogqlError("bad_data", "only label matchers are supported");
  if (!allowEmpty) requireSelective(expression.matchers);
  return expression.matchers;
}

function parseWhole(text: string): LogqlExpr {
  const cursor = createCursor(text);
  if (cursor.at("variants")) throw new LogqlError("bad_data", "multi variant queries are disabled for this instance");
  const expression = parseExpression(cursor, 0);
  if (cursor.peek().kind !== "end") throw cursor.unexpected();
  return expression;
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  "==": 3,
  "!=": 3,
  "<": 3,
  "<=": 3,
  ">": 3,
  ">=": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
  "^": 6,
};

function parseExpression(cursor: Cursor, lowest: number): LogqlExpr {
  return cursor.nested(() => {
    let left = parsePrimary(cursor);
    for (let operators = 0; ; operators += 1) {
      // Each makes the expression one level deeper.
      if (operators > 500) throw cursor.tooDeep();
      const token = cursor.peek();
      const precedence = token.kind === "word" ? PRECEDENCE[token.text] : undefined;
      if (precedence === undefined || precedence < lowest) return left;
      cursor.next();
      const operator = token.text as BinaryOperator;
      const modifier = parseModifier(cursor);
      const right = parseExpression(cursor, operator === "^" ? precedence : precedence + 1);
      left = binary(operator, left, right, modifier);
    }
  });
}

type Modifier = { readonly returnBool: boolean; readonly matching: Matching };

function parseModifier(cursor: Cursor): Modifier {
  const returnBool = cursor.accept("bool");
  const none: Matching = { cardinality: "one-to-one", on: false, labels: [], include: [] };
  const on = cursor.at("on");
  if (!on && !cursor.at("ignoring")) return { returnBool, matching: none };
  cursor.next();
  const labels = parseLabels(cursor);
  const left = cursor.at("group_left");
  if (!left && !cursor.at("group_right")) return { returnBool, matching: { ...none, on, labels } };
  cursor.next();
  // A parenthesis behind `group_left` may also begin the right side; what follows it tells.
  const include = cursor.at("(") && isLabelList(cursor) ? parseLabels(cursor) : [];
  return { returnBool, matching: { cardinality: left ? "many-to-one" : "one-to-many", on, labels, include } };
}

const isLabelList = (cursor: Cursor): boolean => {
  const first = cursor.peek(1);
  return first.kind === "identifier" || (first.kind === "word" && first.text === ")");
};

function parseLabels(cursor: Cursor): readonly string[] {
  cursor.expect("(");
  if (cursor.accept(")")) return [];
  if (cursor.peek().kind !== "identifier") throw cursor.unexpected("IDENTIFIER", ")");
  const labels: string[] = [];
  do labels.push(cursor.expectKind("identifier").text);
  while (cursor.accept(","));
  if (!cursor.at(")")) throw cursor.unexpected(",", ")");
  cursor.next();
  return labels;
}

function binary(operator: BinaryOperator, left: LogqlExpr, right: LogqlExpr, modifier: Modifier): MetricExpr {
  const type = (expression: LogExpr): string =>
    expression.stages.length > 0 ? "*syntax.PipelineExpr" : "*syntax.MatchersExpr";
  if (left.kind === "log")
    throw parseError(`unexpected type for left leg of binary operation (${operator}): ${type(left)}`);
  if (right.kind === "log")
    throw parseError(`unexpected type for right leg of binary operation (${operator}): ${type(right)}`);
  if (operator === "or" || operator === "and" || operator === "unless") {
    for (const [side, leg] of [["left", left] as const, ["right", right] as const]) {
      if (leg.kind !== "literal") continue;
      const value = formatFloat(leg.value, "f", 6);
      throw parseError(`unexpected literal for ${side} leg of logical/set binary operation (${operator}): ${value}`);
    }
  } else if (left.kind === "literal" && right.kind === "literal") {
    return { kind: "literal", value: mergeValues(operator, left.value, right.value) };
  }
  return { kind: "binary", operator, left, right, ...modifier } satisfies BinaryExpr;
}

function parsePrimary(cursor: Cursor): LogqlExpr {
  const token = cursor.peek();
  if (token.kind === "number" || cursor.at("+", "-")) return { kind: "literal", value: parseLiteral(cursor) };
  if (cursor.at("{")) {
    const matchers = parseSelector(cursor);
    const stages = parsePipeline(cursor);
    // Only `unwrap` may be left behind a pipe, and belongs into a range.
    if (cursor.accept("|")) throw cursor.unexpected();
    return { kind: "log", matchers, stages };
  }
  if (cursor.accept("(")) {
    const inner = parseExpression(cursor, 0);
    cursor.expect(")");
    return inner;
  }
  if (token.kind !== "function") throw cursor.unexpected();
  if (isRangeOperation(token.text)) return parseRangeAggregation(cursor);
  if (isVectorOperation(token.text)) return parseAggregation(cursor);
  if (token.text === "label_replace") return parseLabelReplace(cursor);
  if (token.text !== "vector") throw cursor.unexpected();
  cursor.next();
  cursor.expect("(");
  const value = parseFloat64(cursor.expectKind("number").text);
  if (typeof value === "string") throw parseError(`unable to parse vectorExpr as a float: ${value}`);
  cursor.expect(")");
  return { kind: "vector", value };
}

function parseMetric(cursor: Cursor): MetricExpr {
  const expression = parseExpression(cursor, 0);
  if (expression.kind === "log") throw cursor.unexpected();
  return expression;
}

function parseGrouping(cursor: Cursor): Grouping | undefined {
  const without = cursor.at("without");
  if (!without && !cursor.at("by")) return undefined;
  cursor.next();
  return { without, labels: parseLabels(cursor) };
}

/** `NUMBER ,` in front of an argument. */
function parseParameter(cursor: Cursor): string | undefined {
  const follows = cursor.peek(1);
  if (cursor.peek().kind !== "number" || follows.kind !== "word" || follows.text !== ",") return undefined;
  const { text } = cursor.next();
  cursor.next();
  return text;
}

function parseAggregation(cursor: Cursor): AggregationExpr {
  const operation = cursor.next().text as AggregationExpr["operation"];
  const before = parseGrouping(cursor);
  cursor.expect("(");
  const text = parseParameter(cursor);
  const inner = parseMetric(cursor);
  cursor.expect(")");
  const grouping = before ?? parseGrouping(cursor);
  const takesParameter = operation === "topk" || operation === "bottomk" || operation === "approx_topk";
  let parameter = 0;
  if (takesParameter) {
    if (text === undefined) throw parseError(`parameter required for operation ${operation}`);
    if (!/^\d+$/.test(text)) throw parseError(`invalid parameter ${operation}(${text},`);
    parameter = Number(text);
    if (parameter <= 0) throw parseError(`invalid parameter (must be greater than 0) ${operation}(${text}`);
  } else if (text !== undefined) throw parseError(`unsupported parameter for operation ${operation}(${text},`);
  if (operation === "approx_topk")
    throw new LogqlError("bad_data", "approx_topk is not supported here, use topk: its answer is exact");
  if ((operation === "sort" || operation === "sort_desc") && (grouping?.labels.length ?? 0) > 0)
    throw parseError("sort and sort_desc doesn't allow grouping by ");
  return { kind: "aggregation", operation, parameter, grouping: grouping ?? { without: false, labels: [] }, inner };
}

function parseLabelReplace(cursor: Cursor): LabelReplaceExpr {
  cursor.next();
  cursor.expect("(");
  const inner = parseMetric(cursor);
  const [target = "", replacement = "", source = "", pattern = ""] = Array.from({ length: 4 }, () => {
    cursor.expect(",");
    return cursor.expectKind("string").text;
  });
  cursor.expect(")");
  try {
    compilePattern(`^(?:${pattern})$`);
  } catch (error) {
    if (error instanceof PatternError) throw parseError(`invalid regex in label_replace: ${error.message}`);
    throw error;
  }
  return { kind: "labelReplace", inner, target, replacement, source, pattern };
}

const GROUPABLE = ["avg", "stddev", "stdvar", "quantile", "max", "min", "first", "last"].map((o) => `${o}_over_time`);
const OF_LINES = ["bytes_over_time", "bytes_rate", "count_over_time", "rate", "absent_over_time"];
const NOT_OF_VALUES = ["bytes_over_time", "bytes_rate", "count_over_time"];

function parseRangeAggregation(cursor: Cursor): RangeExpr {
  const operation = cursor.next().text as RangeExpr["operation"];
  cursor.expect("(");
  const text = parseParameter(cursor);
  const range = parseLogRange(cursor);
  cursor.expect(")");
  const grouping = parseGrouping(cursor);
  let parameter = 0;
  if (text !== undefined) {
    if (operation !== "quantile_over_time")
      throw parseError(`parameter ${text} not supported for operation ${operation}`);
    const value = parseFloat64(text);
    if (typeof value === "string") throw parseError(`invalid parameter for operation ${operation}: ${value}`);
    parameter = value;
  } else if (operation === "quantile_over_time") throw parseError(`parameter required for operation ${operation}`);
  if (grouping !== undefined && !GROUPABLE.includes(operation))
    throw parseError(`grouping not allowed for ${operation} aggregation`);
  if (range.unwrap !== undefined && NOT_OF_VALUES.includes(operation))
    throw parseError(`invalid aggregation ${operation} with unwrap`);
  if (range.unwrap === undefined && !OF_LINES.includes(operation))
    throw parseError(`invalid aggregation ${operation} without unwrap`);
  requireSelective(range.log.matchers);
  return { kind: "range", operation, parameter, grouping, ...range };
}

type LogRange = Pick<RangeExpr, "log" | "unwrap" | "rangeNs" | "offsetNs">;

function parseOffset(cursor: Cursor): number {
  return cursor.accept("offset") ? cursor.expectKind("duration").amount : 0;
}

/** A selection of lines with its range. The range may stand before the pipeline, and parentheses around either. */
function parseLogRange(cursor: Cursor): LogRange {
  return cursor.nested(() => {
    const wrapped = cursor.accept("(");
    if (!wrapped && !cursor.at("{")) throw cursor.unexpected("NUMBER", "{", "(");
    if (wrapped && cursor.at("(")) {
      const inner = parseLogRange(cursor);
      cursor.expect(")");
      return inner;
    }
    const matchers = parseSelector(cursor);
    let stages = parsePipeline(cursor);
    let unwrap = parseUnwrap(cursor);
    const closed = wrapped && cursor.peek().kind !== "range";
    if (closed) cursor.expect(")");
    if (cursor.peek().kind !== "range") throw cursor.unexpected("RANGE");
    const rangeNs = cursor.next().amount;
    const offsetNs = parseOffset(cursor);
    if (stages.length === 0 && unwrap === undefined) {
      if (!closed) stages = parsePipeline(cursor);
      unwrap = parseUnwrap(cursor);
    }
    if (wrapped && !closed) cursor.expect(")");
    return { log: { kind: "log", matchers, stages }, unwrap, rangeNs, offsetNs };
  });
}
