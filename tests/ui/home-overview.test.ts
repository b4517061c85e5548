import { equal } from "node:assert/strict";
import { test } from "node:test";
import { listPanelQueries } from "../../grafana/source/panel-queries.ts";
import { filledIn } from "../../ui/src/measures/expression.ts";
import { SUMS } from "../../ui/src/views/cost/questions.ts";
import { SCALARS } from "../../ui/src/views/home/questions.ts";

/** Panels of boards, and what the page asks for the same. */
const SAME = [
  ["ao-overview", "Fullest budget", SCALARS.fullestBudget],
  ["ao-overview", "Oldest run", SCALARS.oldestRunS],
  ["ao-overview", "Firing alerts", SCALARS.firing],
  ["ao-llm-cost", "LLM spend", SUMS.spent],
  ["ao-llm-cost", "Cost per request", SUMS.perCall],
  ["ao-llm-cost", "Unpriced requests", SUMS.unpriced],
] as const;

const HOUR = { startMs: 0, endMs: 3_600_000 };

test("Home and Cost ask what the boards ask", () => {
  const panels = listPanelQueries({ service: ".*", traced_service: "any", __range: "3600s" });
  for (const [dashboard, panel, expr] of SAME) {
    const found = panels.filter((one) => one.dashboard === dashboard && one.panel === panel);
    equal(found.length, 1, `${dashboard} / ${panel}`);
    // Which model or agent a variable selects differs from board to board; here all select everything.
    equal(withoutAll(filledIn(expr, HOUR)), withoutAll(found[0]?.expr ?? ""), `${dashboard} / ${panel}`);
  }
});

/** Matchers that everything meets are left out: the Overview has no variable for tools or models. */
const withoutAll = (expr: string): string => expr.replaceAll(/(?:, )?\w+=~"\.\*"/g, "").replaceAll("{, ", "{");
