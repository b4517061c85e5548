import { DATASOURCES } from "./datasources.ts";
import {
  filledIn,
  type LintContext,
  type LintedDashboard,
  type LintedVariable,
  queryPanels,
  type Report,
  variablesIn,
  variablesOf,
} from "./lint-model.ts";
import { lintPromql } from "./lint-promql.ts";
import { parsePromqlNames } from "./promql-selectors.ts";
import { labelsOfSeries } from "./result-labels.ts";

/** Grafana's own data sources, which every Grafana has. */
const BUILT_IN = new Set(["grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --"]);
const ON_TIME_RANGE_CHANGE = 2;

export function lintDatasources(dashboard: LintedDashboard, report: Report): void {
  const defined = new Map<string, unknown>(
    variablesOf(dashboard).flatMap(({ name, type, query }) =>
      type === "datasource" ? [[`\${${name}}`, query] as const] : [],
    ),
  );
  for (const panel of queryPanels(dashboard)) {
    for (const source of [panel.datasource, ...(panel.targets ?? []).map(({ datasource }) => datasource)]) {
      const known = Object.values(DATASOURCES).some(({ type, uid }) => type === source?.type && uid === source.uid);
      if (!known || defined.get(source?.uid ?? "") !== source?.type) {
        report(
          "datasource",
          `"${source?.uid}" (${source?.type}) is not a data source variable of the dashboard`,
          panel,
        );
      }
    }
  }
}

/** Uids of data sources, wherever in the JSON they stand. */
function* sourceUids(value: unknown): Iterable<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "datasource" && typeof member === "string") yield member;
    if (key === "datasource" && typeof member === "object" && typeof member?.uid === "string") yield member.uid;
    if (key === "datasourceUid" && typeof member === "string") yield member;
    yield* sourceUids(member);
  }
}

export function lintFixedUids(dashboard: LintedDashboard, report: Report): void {
  for (const uid of new Set(sourceUids(dashboard))) {
    if (!/^\$\{\w+\}$/.test(uid) && !BUILT_IN.has(uid)) report("fixed-uid", `names the data source ${uid}`);
  }
}

export function lintVariableUse(dashboard: LintedDashboard, report: Report): void {
  const list = variablesOf(dashboard);
  const defined = new Set(list.map(({ name }) => name));
  const used = new Set<string>();
  for (const panel of dashboard.panels ?? []) {
    for (const name of variablesIn(JSON.stringify(panel))) {
      used.add(name);
      if (!defined.has(name)) report("variable-defined", `uses $${name}, which is not defined`, panel);
    }
  }
  for (const variable of list) {
    for (const name of variablesIn(JSON.stringify(variable))) {
      used.add(name);
      if (!defined.has(name))
        report("variable-defined", `variable ${variable.name} uses $${name}, which is not defined`);
    }
  }
  for (const name of defined) {
    if (!used.has(name)) report("variable-used", `variable ${name} is not used`);
  }
}

function lintVariableQuery({ name, definition = "" }: LintedVariable, { known }: LintContext, report: Report): void {
  const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
  if (selector === "") {
    report("variable-query", `variable ${name} does not ask for label_values(selector, label)`);
    return;
  }
  // Values are asked for, not numbers: a counter may be one.
  const problems = lintPromql(filledIn(selector), known).filter(([rule]) => rule !== "counter" && rule !== "histogram");
  for (const [, message] of problems) report("variable-query", `variable ${name}: ${message}`);
  for (const { metric } of parsePromqlNames(selector).selectors) {
    const labels = labelsOfSeries(metric, known);
    if (labels !== undefined && !labels.has(label)) {
      report("variable-query", `variable ${name} asks ${metric} for ${label}, which it does not have`);
    }
  }
}

export function lintVariables(dashboard: LintedDashboard, context: LintContext, report: Report): void {
  for (const variable of variablesOf(dashboard)) {
    if (variable.type !== "query") continue;
    lintVariableQuery(variable, context, report);
    if (variable.refresh !== ON_TIME_RANGE_CHANGE) {
      report("variable-reload", `variable ${variable.name} keeps its choices when the time changes`);
    }
  }
}
