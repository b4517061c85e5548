import { parseFloat64 } from "../gotext/index.ts";
import type { Cursor } from "./cursor.ts";
import { parseError } from "./error.ts";
import { matcherOf } from "./parse-selector.ts";
import type { Comparison, LabelFilter } from "./syntax.ts";

const COMPARISONS: readonly string[] = ["=", "==", "!=", ">", ">=", "<", "<="];

/** A number, with a sign or without. */
export function parseLiteral(cursor: Cursor): number {
  const negative = cursor.at("-");
  if (negative || cursor.at("+")) cursor.next();
  const value = parseFloat64(cursor.expectKind("number").text);
  if (typeof value === "string") throw parseError(`unable to parse literal as a float: ${value}`);
  return negative ? -value : value;
}

function parseComparison(cursor: Cursor): LabelFilter {
  const label = cursor.expectKind("identifier").text;
  const operator = cursor.peek();
  if (operator.kind !== "word") throw cursor.unexpected();
  if (operator.text === "=~" || operator.text === "!~") {
    cursor.next();
    return { kind: "string", matcher: matcherOf(label, operator.text, cursor.expectKind("string").text) };
  }
  if (!COMPARISONS.includes(operator.text)) throw cursor.unexpected();
  cursor.next();
  const value = cursor.peek();
  if (operator.text === "=" || operator.text === "!=") {
    if (value.kind === "string") {
      cursor.next();
      return { kind: "string", matcher: matcherOf(label, operator.text, value.text) };
    }
    if (cursor.accept("ip")) {
      cursor.expect("(");
      const pattern = cursor.expectKind("string").text;
      cursor.expect(")");
      return { kind: "ip", label, negated: operator.text === "!=", pattern };
    }
  }
  const comparison = (operator.text === "=" ? "==" : operator.text) as Comparison;
  if (value.kind === "duration" || value.kind === "bytes") {
    cursor.next();
    return { kind: value.kind, label, comparison, value: value.amount };
  }
  if (value.kind !== "number" && !cursor.at("+", "-")) throw cursor.unexpected();
  return { kind: "number", label, comparison, value: parseLiteral(cursor) };
}

/** How tightly an operator binds. A comma, or nothing, between two filters takes all that follows, whatever stood before. */
const PRECEDENCE = { or: 1, and: 2 } as const;

export function parseLabelFilter(cursor: Cursor, lowest = 0): LabelFilter {
  return cursor.nested(() => {
    let left: LabelFilter;
    if (cursor.accept("(")) {
      left = parseLabelFilter(cursor);
      cursor.expect(")");
    } else left = parseComparison(cursor);
    for (let operators = 0; ; operators += 1) {
      // Each makes the filter one level deeper.
      if (operators > 500) throw cursor.tooDeep();
      const word = cursor.at("or") ? "or" : cursor.at("and") ? "and" : undefined;
      if (word !== undefined) {
        const precedence = PRECEDENCE[word];
        if (precedence < lowest) return left;
        cursor.next();
        left = { kind: word, left, right: parseLabelFilter(cursor, precedence + 1) };
      } else if (cursor.accept(",") || cursor.peek().kind === "identifier" || cursor.at("(")) {
        left = { kind: "and", left, right: parseLabelFilter(cursor) };
      } else return left;
    }
  });
}
