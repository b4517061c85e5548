import { DATASOURCES } from "./datasources.ts";
import type { KnownSeries } from "./known-metrics.ts";
import { parsePromqlNames, type Selector } from "./promql-selectors.ts";

/** The parts of a dashboard's JSON that the conventions speak of. */
export type LintedTarget = {
  readonly refId?: string;
  readonly expr?: string;
  readonly exemplar?: boolean;
  readonly datasource?: { readonly type?: string; readonly uid?: string };
};
export type LintedPanel = {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type?: string; readonly uid?: string };
  readonly targets?: readonly LintedTarget[];
  readonly fieldConfig?: { readonly defaults?: { readonly unit?: string } };
};
export type LintedDashboard = {
  readonly uid?: string;
  readonly title?: string;
  readonly description?: string;
  readonly editable?: boolean;
  readonly panels?: readonly LintedPanel[];
  readonly links?: readonly { readonly url?: string }[];
  readonly templating?: { readonly list?: readonly { readonly name: string; readonly type: string }[] };
};

export type Problem = {
  readonly dashboard: string;
  readonly panel: string | undefined;
  readonly rule: string;
  readonly message: string;
};
type Report = (rule: string, message: string, panel?: LintedPanel) => void;

/** Functions that may take the range of a counter: rates, and what the exact count is made of. */
const COUNTER_FUNCTIONS = new Set(["rate", "increase", "max_over_time", "min_over_time", "resets"]);
const EXACT_COUNT = ["max_over_time", "min_over_time", "resets", "increase"];
const WINDOWS = new Set(["$__rate_interval", "$__range"]);
/** Panels without numbers have no unit. */
const UNITLESS = new Set(["row", "logs", "text"]);

const queryPanels = (dashboard: LintedDashboard): LintedPanel[] =>
  (dashboard.panels ?? []).filter(({ type }) => type !== "row");

function lintIdentity(dashboard: LintedDashboard, report: Report): void {
  if (!/^ao-[a-z-]+$/.test(dashboard.uid ?? "")) report("uid", `uid "${dashboard.uid}" does not begin with ao-`);
  if (!dashboard.description) report("description", "the dashboard has no description");
  if (dashboard.editable !== false) report("editable", "the dashboard is editable: changes would be lost");
}

function lintPanelIds(dashboard: LintedDashboard, report: Report): void {
  const seen = new Set<number | undefined>();
  for (const panel of dashboard.panels ?? []) {
    if (panel.id === undefined || seen.has(panel.id))
      report("panel-id", `id ${panel.id} is missing or not unique`, panel);
    seen.add(panel.id);
  }
}

function lintLayout(dashboard: LintedDashboard, report: Report): void {
  const placed = (dashboard.panels ?? []).flatMap((panel) => (panel.gridPos ? [{ panel, at: panel.gridPos }] : []));
  for (const [index, { panel, at }] of placed.entries()) {
    if (at.x + at.w > 24) report("overlap", "reaches over the right edge", panel);
    for (const { panel: other, at: there } of placed.slice(0, index)) {
      const apart =
        at.x + at.w <= there.x || there.x + there.w <= at.x || at.y + at.h <= there.y || there.y + there.h <= at.y;
      if (!apart) report("overlap", `overlaps "${other.title}"`, panel);
    }
  }
}

function lintTexts(dashboard: LintedDashboard, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    if (!panel.title) report("title", "has no title", panel);
    if (!panel.description) report("description", "has no description", panel);
    const asksPrometheus = (panel.targets ?? []).some(({ datasource }) => datasource?.type === "prometheus");
    if (asksPrometheus && !UNITLESS.has(panel.type) && !panel.fieldConfig?.defaults?.unit) {
      report("unit", "has no unit", panel);
    }
  }
}

function lintDatasources(dashboard: LintedDashboard, report: Report): void {
  const defined = new Set(
    (dashboard.templating?.list ?? []).flatMap(({ name, type }) => (type === "datasource" ? [`\${${name}}`] : [])),
  );
  for (const panel of queryPanels(dashboard)) {
    if (!panel.targets?.length) report("targets", "asks nothing", panel);
    for (const source of [panel.datasource, ...(panel.targets ?? []).map(({ datasource }) => datasource)]) {
      const known = Object.values(DATASOURCES).some(({ type, uid }) => type === source?.type && uid === source.uid);
      if (!known || !defined.has(source?.uid ?? "")) {
        report(
          "datasource",
          `"${source?.uid}" (${source?.type}) is not a data source variable of the dashboard`,
          panel,
        );
      }
    }
  }
}

/** Names of the template variables in a text; Grafana's own begin with two underscores. */
function variablesIn(text: string): string[] {
  const names = [...text.matchAll(/\$(?:(\w+)|\{(\w+)[^}]*\})/g)].map(([, plain, braced]) => plain ?? braced ?? "");
  return names.filter((name) => !name.startsWith("__") && !/^\d/.test(name));
}

function lintVariables(dashboard: LintedDashboard, report: Report): void {
  const list = dashboard.templating?.list ?? [];
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

/** The only bare way to count: rates, or all four parts of the exact count. */
function isCounted(selector: Selector, all: readonly Selector[]): boolean {
  const { within = "", window } = selector;
  if (window === undefined || !COUNTER_FUNCTIONS.has(within)) return false;
  if (within === "rate" || within === "increase") return true;
  const parts = new Set(all.filter(({ metric }) => metric === selector.metric).map((part) => part.within));
  return EXACT_COUNT.every((part) => parts.has(part));
}

/** Problems of one PromQL expression, as [rule, message]. */
export function lintPromql(expr: string, known: ReadonlyMap<string, KnownSeries>): [rule: string, message: string][] {
  const problems: [string, string][] = [];
  const { selectors, groupings } = parsePromqlNames(expr);
  const available = new Set<string>();
  let anyLabel = selectors.length === 0;
  for (const selector of selectors) {
    const series = known.get(selector.metric);
    if (series === undefined) {
      problems.push(["metric", `${selector.metric} is neither in the catalogue nor a listed series`]);
      anyLabel = true;
      continue;
    }
    if (series.labels === undefined) anyLabel = true;
    for (const label of series.labels ?? []) available.add(label);
    for (const label of selector.labels) {
      if (series.labels !== undefined && !series.labels.has(label)) {
        problems.push(["label", `${selector.metric} has no label ${label}`]);
      }
    }
    if (series.kind !== "gauge" && !isCounted(selector, selectors)) {
      problems.push(["counter", `${selector.metric} is a counter and must be rated or counted`]);
    }
    // A bucket chosen by its bound is a plain counter.
    if (selector.labels.includes("le")) continue;
    if (series.kind === "bucket" && (!groupings.includes("le") || !expr.includes("histogram_quantile("))) {
      problems.push(["histogram", `${selector.metric} must go through histogram_quantile, summed by le`]);
    }
  }
  for (const label of groupings) {
    if (!anyLabel && !available.has(label)) problems.push(["label", `no metric of the query has the label ${label}`]);
  }
  return problems;
}

function lintTargets(dashboard: LintedDashboard, known: ReadonlyMap<string, KnownSeries>, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    for (const { expr = "", datasource } of panel.targets ?? []) {
      if (datasource?.type !== "prometheus") continue;
      for (const [rule, message] of lintPromql(expr, known)) report(rule, message, panel);
      for (const { window } of parsePromqlNames(expr).selectors) {
        if (window !== undefined && !WINDOWS.has(window)) {
          report("window", `[${window}] does not follow the time range: use $__rate_interval or $__range`, panel);
        }
      }
    }
  }
}

/** Durations and costs lead to the trace of a single request. */
function lintExemplars(dashboard: LintedDashboard, report: Report): void {
  for (const panel of queryPanels(dashboard).filter(({ type }) => type === "timeseries")) {
    for (const { expr = "", exemplar } of panel.targets ?? []) {
      const leadsToTraces = expr.includes("histogram_quantile(") || expr.includes("_cost_usd_total");
      if (leadsToTraces && !exemplar) report("exemplar", "shows durations or costs without exemplars", panel);
    }
  }
}

function lintLogQueries(dashboard: LintedDashboard, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    for (const { expr = "", datasource } of panel.targets ?? []) {
      if (datasource?.type !== "loki") continue;
      if (!expr.includes("{service_name")) report("logql", "does not select logs by service_name", panel);
      for (const [window] of expr.matchAll(/\[[^\]]*\]/g)) {
        if (window !== "[$__auto]") report("window", `${window} does not follow the time range: use $__auto`, panel);
      }
    }
  }
}

function lintLinks(dashboard: LintedDashboard, uids: ReadonlySet<string>, report: Report): void {
  const own = (dashboard.links ?? []).map(({ url }) => url ?? "");
  const inPanels = queryPanels(dashboard).flatMap((panel) =>
    [...JSON.stringify(panel).matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url ?? ""),
  );
  for (const url of [...own, ...inPanels]) {
    // Explore is Grafana's own.
    if (url.startsWith("/explore?")) continue;
    const uid = /^\/d\/([\w-]+)/.exec(url)?.[1];
    if (uid === undefined || !uids.has(uid)) report("link", `"${url}" does not lead to a dashboard`);
  }
}

/** Every breach of the conventions; none is the goal. Links are resolved among the dashboards given. */
export function lintDashboards(
  dashboards: readonly LintedDashboard[],
  known: ReadonlyMap<string, KnownSeries>,
): Problem[] {
  const problems: Problem[] = [];
  const uids = new Set(dashboards.map(({ uid }) => uid ?? ""));
  for (const dashboard of dashboards) {
    const report: Report = (rule, message, panel) =>
      problems.push({ dashboard: dashboard.uid ?? "?", panel: panel?.title, rule, message });
    lintIdentity(dashboard, report);
    lintPanelIds(dashboard, report);
    lintLayout(dashboard, report);
    lintTexts(dashboard, report);
    lintDatasources(dashboard, report);
    lintVariables(dashboard, report);
    lintTargets(dashboard, known, report);
    lintExemplars(dashboard, report);
    lintLogQueries(dashboard, report);
    lintLinks(dashboard, uids, report);
  }
  return problems;
}
