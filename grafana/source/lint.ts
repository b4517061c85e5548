import type { KnownSeries } from "./known-metrics.ts";
import { lintLabels } from "./lint-labels.ts";
import { lintIdentity, lintLayout, lintPanelIds, lintTexts } from "./lint-layout.ts";
import { lintLinks } from "./lint-links.ts";
import { lintLogqlTargets } from "./lint-logql.ts";
import type { LintContext, LintedDashboard, Problem, Report, ThresholdTable } from "./lint-model.ts";
import { lintPromqlTargets } from "./lint-promql.ts";
import { lintSearches } from "./lint-traces.ts";
import { lintThresholds, lintUnits } from "./lint-units.ts";
import { lintDatasources, lintFixedUids, lintVariables, lintVariableUse } from "./lint-variables.ts";
import { THRESHOLDS } from "./thresholds.ts";

export { type LintedDashboard, type Problem, RULES, type RuleName } from "./lint-model.ts";
export { lintPromql } from "./lint-promql.ts";

/** Every breach of the rules; none is the goal. Links are resolved among the dashboards given. */
export function lintDashboards(
  dashboards: readonly LintedDashboard[],
  known: ReadonlyMap<string, KnownSeries>,
  thresholds: readonly ThresholdTable[] = [THRESHOLDS],
): Problem[] {
  const problems: Problem[] = [];
  const byUid = new Map(dashboards.map((dashboard) => [dashboard.uid ?? "", dashboard]));
  const context: LintContext = { known, dashboards: byUid, thresholds };
  for (const dashboard of dashboards) {
    const report: Report = (rule, message, panel) =>
      problems.push({ dashboard: dashboard.uid ?? "?", panel: panel?.title, rule, message });
    lintIdentity(dashboard, report);
    lintPanelIds(dashboard, report);
    lintLayout(dashboard, report);
    lintTexts(dashboard, report);
    lintDatasources(dashboard, report);
    lintFixedUids(dashboard, report);
    lintVariableUse(dashboard, report);
    lintVariables(dashboard, context, report);
    lintPromqlTargets(dashboard, context, report);
    lintLogqlTargets(dashboard, report);
    lintSearches(dashboard, report);
    lintLabels(dashboard, context, report);
    lintUnits(dashboard, context, report);
    lintThresholds(dashboard, context, report);
    lintLinks(dashboard, context, report);
  }
  return problems;
}
