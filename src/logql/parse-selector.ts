import { PatternError } from "../re2/index.ts";
import { createMatcher, type Matcher, type MatchOperator } from "../signals/index.ts";
import type { Cursor } from "./cursor.ts";
import { parseError } from "./error.ts";

const MATCH_OPERATORS: readonly string[] = ["=", "!=", "=~", "!~"];
const isMatchOperator = (text: string): text is MatchOperator => MATCH_OPERATORS.includes(text);

export function matcherOf(name: string, operator: MatchOperator, value: string): Matcher {
  try {
    return createMatcher(name, operator, value);
  } catch (error) {
    if (error instanceof PatternError) throw parseError(error.message);
    throw error;
  }
}

/** `name="value"`, where the name has been seen. */
export function parseMatcher(cursor: Cursor): Matcher {
  const name = cursor.expectKind("identifier").text;
  const operator = cursor.peek();
  if (operator.kind !== "word" || !isMatchOperator(operator.text)) throw cursor.unexpected("=", "=~", "!~", "!=");
  cursor.next();
  return matcherOf(name, operator.text, cursor.expectKind("string").text);
}

/** `{…}`. */
export function parseSelector(cursor: Cursor): readonly Matcher[] {
  cursor.expect("{");
  if (cursor.accept("}")) return [];
  if (cursor.peek().kind !== "identifier") throw cursor.unexpected("IDENTIFIER", "}");
  const matchers = [parseMatcher(cursor)];
  while (!cursor.accept("}")) {
    if (!cursor.accept(",")) throw cursor.unexpected("}", ",");
    matchers.push(parseMatcher(cursor));
  }
  return matchers;
}

/** A selector must not match every stream there is. */
export function requireSelective(matchers: readonly Matcher[]): void {
  if (matchers.some((matcher) => !matcher.matches(""))) return;
  throw parseError(
    "queries require at least one regexp or equality matcher that does not have an empty-compatible value. " +
      'For instance, app=~".*" does not meet this requirement, but app=~".+" will',
  );
}
