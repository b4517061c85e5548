import { compilePattern } from "../re2/index.ts";
import type { Labels } from "./labels.ts";

export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One condition on one label, of a PromQL or LogQL selector. */
export type Matcher = {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** Given the label's value, "" where the label is absent. */
  readonly matches: (value: string) => boolean;
};

/** Throws `PatternError` where the operator asks for a regular expression and the value is none. */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  if (operator === "=") return { name, operator, value, matches: (given) => given === value };
  if (operator === "!=") return { name, operator, value, matches: (given) => given !== value };
  const { test } = compilePattern(value, { whole: true });
  return { name, operator, value, matches: operator === "=~" ? test : (given) => !test(given) };
}

export const matchesAll = (matchers: readonly Matcher[], labels: Labels): boolean =>
  matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ""));
