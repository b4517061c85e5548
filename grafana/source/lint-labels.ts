import { parsePromql } from "../../src/promql/index.ts";
import { groupingOf } from "./lint-logql.ts";
import {
  filledIn,
  type LintContext,
  type LintedDashboard,
  type LintedPanel,
  type LintedTarget,
  queryPanels,
  type Report,
} from "./lint-model.ts";
import { promqlError } from "./lint-promql.ts";
import { hidden, renames } from "./lint-tables.ts";
import { type Labels, labelsOf } from "./result-labels.ts";

const LEGENDS = new Set(["timeseries", "bargauge", "barchart", "piechart", "state-timeline"]);

/** Labels of what a query yields; undefined where that cannot be told. */
function resultOf({ datasource, expr = "" }: LintedTarget, { known }: LintContext): Labels {
  if (datasource?.type === "loki") return new Set(groupingOf(expr));
  if (datasource?.type !== "prometheus" || promqlError(expr) !== undefined) return undefined;
  return labelsOf(parsePromql(filledIn(expr)), known);
}

function lintLegends(panel: LintedPanel, context: LintContext, report: Report): void {
  for (const target of panel.targets ?? []) {
    const legend = target.legendFormat ?? "";
    const labels = resultOf(target, context);
    if (labels === undefined) continue;
    const named = [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
    for (const label of named) {
      if (!labels.has(label)) report("legend", `the legend names ${label}, which the query does not have`, panel);
    }
    if (legend === "" || legend === "__auto") report("legend", "has a line without a legend", panel);
    const untold = [...labels].filter((label) => !named.includes(label));
    if (untold.length > 0) report("legend", `lines that differ in ${untold.join(", ")} have one legend`, panel);
  }
}

/** One row for each combination of labels: a column whose query has others would make rows of its own. */
function lintColumns(panel: LintedPanel, context: LintContext, report: Report): void {
  const isRow = (name: string): boolean => !name.startsWith("Value") && name !== "Time";
  const rows = Object.keys(renames(panel)).filter(isRow);
  if (rows.length === 0) return;
  for (const target of panel.targets ?? []) {
    const labels = resultOf(target, context);
    if (labels === undefined) continue;
    for (const row of rows) {
      if (!labels.has(row)) report("columns", `query ${target.refId} has no label ${row}`, panel);
    }
    for (const label of labels) {
      if (!rows.includes(label) && !hidden(panel).has(label)) {
        report("columns", `query ${target.refId} has the label ${label}, which is no row`, panel);
      }
    }
  }
}

export function lintLabels(dashboard: LintedDashboard, context: LintContext, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    if (LEGENDS.has(panel.type)) lintLegends(panel, context, report);
    if (panel.type === "table") lintColumns(panel, context, report);
  }
}
