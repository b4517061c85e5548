import type { Matcher } from "../signals/index.ts";
import { childrenOf, type Expr } from "./ast.ts";

export type SelectorUse = {
  readonly matchers: readonly Matcher[];
  /**
   * How far before the time of evaluation samples are read: range (0 for an instant selector: add the lookback), offset and those of
   * enclosing subqueries together. May be negative.
   */
  readonly backMs: number;
  /** Set by `@`, milliseconds since the epoch or the query's start or end: samples are read relative to this instead. */
  readonly at?: number | "start" | "end";
};

/** Every vector or matrix selector of the expression. */
export function selectorsOf(expr: Expr): readonly SelectorUse[] {
  const uses: SelectorUse[] = [];
  const visit = (node: Expr, backMs: number, at: SelectorUse["at"]): void => {
    if (node.kind === "matrix" || node.kind === "vector") {
      const [selector, rangeMs] = node.kind === "matrix" ? [node.selector, node.rangeMs] : [node, 0];
      const outerMs = selector.at === undefined ? backMs : 0;
      const from = selector.at ?? at;
      const use = { matchers: selector.matchers, backMs: outerMs + rangeMs + selector.offsetMs };
      uses.push(from === undefined ? use : { ...use, at: from });
      return;
    }
    if (node.kind === "subquery") {
      const outerMs = node.at === undefined ? backMs : 0;
      visit(node.expr, outerMs + node.rangeMs + node.offsetMs, node.at ?? at);
      return;
    }
    for (const child of childrenOf(node)) visit(child, backMs, at);
  };
  visit(expr, 0, undefined);
  return uses;
}
