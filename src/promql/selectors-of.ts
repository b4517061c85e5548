import type { Matcher } from "../signals/index.ts";
import type { Expr } from "./ast.ts";

export type SelectorUse = {
  readonly matchers: readonly Matcher[];
  /** How far before the time of evaluation samples are read: range, offset and enclosing subqueries together. */
  readonly backMs: number;
};

/** Every vector or matrix selector of the expression. */
export function selectorsOf(_expr: Expr): readonly SelectorUse[] {
  return [];
}
