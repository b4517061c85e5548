import type { KnownSeries } from "./known-metrics.ts";

/** The parts of a dashboard's JSON that the conventions speak of. */
export type LintedSource = { readonly type?: string; readonly uid?: string };
export type LintedTarget = {
  readonly refId?: string;
  readonly expr?: string;
  readonly exemplar?: boolean;
  readonly legendFormat?: string;
  readonly datasource?: LintedSource;
  readonly queryType?: string;
  readonly service?: string;
  readonly tags?: string;
};
type Step = { readonly value?: number | null };
export type LintedField = {
  readonly unit?: string;
  readonly thresholds?: { readonly steps?: readonly Step[] };
  readonly [other: string]: unknown;
};
export type LintedOverride = {
  readonly matcher?: { readonly id?: string; readonly options?: unknown };
  readonly properties?: readonly { readonly id?: string; readonly value?: unknown }[];
};
export type LintedPanel = {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: LintedSource;
  readonly targets?: readonly LintedTarget[];
  readonly fieldConfig?: { readonly defaults?: LintedField; readonly overrides?: readonly LintedOverride[] };
  readonly transformations?: readonly { readonly id?: string; readonly options?: Record<string, unknown> }[];
};
export type LintedVariable = {
  readonly name: string;
  readonly type: string;
  readonly datasource?: LintedSource;
  readonly query?: unknown;
  readonly definition?: string;
  readonly refresh?: number;
};
export type LintedDashboard = {
  readonly uid?: string;
  readonly title?: string;
  readonly description?: string;
  readonly editable?: boolean;
  readonly panels?: readonly LintedPanel[];
  readonly links?: readonly { readonly url?: string }[];
  readonly templating?: { readonly list?: readonly LintedVariable[] };
};

/** Every rule, and what it wants. docs/dashboards.md has the same list. */
export const RULES = {
  uid: "the dashboard's uid begins with `ao-` and never changes",
  editable: "the dashboard is not editable: a change would be gone with the next version",
  description: "the dashboard and every panel say what they are for",
  title: "every panel has a title",
  "panel-id": "panels have ids of their own",
  overlap: "panels lie within the grid and not on each other",
  targets: "every panel asks something",
  datasource: "every query goes to a data source variable that the dashboard defines, of the type that it says",
  "fixed-uid": "nothing in the JSON names a data source by a uid",
  "variable-defined": "a variable that is used is defined",
  "variable-used": "a variable that is defined is used",
  "variable-query": "a variable's query is valid, and asks for a label that its metric has",
  "variable-reload": "the choices of a variable are read again when the time changes",
  promql: "PromQL is valid",
  metric: "a metric is in the catalogue, recorded by a rule, or recorded from the stack",
  label: "a label is one of the metric's",
  "follows-variables": "a query of the programs' metrics follows the variables for environment and program",
  counter: "a counter is rated or counted, never shown as it is",
  histogram: "buckets go through histogram_quantile, summed by le",
  window: "a window follows the time: `$__rate_interval` or `$__range`, `$__auto` for logs",
  exemplar:
    "charts of durations and costs lead to the trace of one request; exemplars are asked of series that have them",
  legend: "a legend names labels that its query has, and tells its lines apart",
  columns: "the rows of a table are labels that every column's query has, and no others",
  unit: "a panel with numbers has a unit",
  "unit-fits": "the unit is the one of what the query yields",
  thresholds: "colors change at values that alerts fire at (`thresholds.ts`); 0 and 1 may stand for none and one",
  logql: "LogQL is valid, and selects its streams by `service_name`",
  "log-label": "labels in LogQL are ones that Loki, the collector or the instrumentation give",
  traces: "a search for traces names a service and tags that spans have",
  link: "links lead to dashboards that there are, with variables that they have, or to Explore with valid queries",
} as const;

export type RuleName = keyof typeof RULES;

export type Problem = {
  readonly dashboard: string;
  readonly panel: string | undefined;
  readonly rule: RuleName;
  readonly message: string;
};
export type Report = (rule: RuleName, message: string, panel?: LintedPanel) => void;

/** What the rules are held against. */
export type LintContext = {
  readonly known: ReadonlyMap<string, KnownSeries>;
  /** Every dashboard, by its uid: links are resolved among these. */
  readonly dashboards: ReadonlyMap<string, LintedDashboard>;
  /** Values at which colors may change, by names that end in what they are of. */
  readonly thresholds: readonly ThresholdTable[];
};
export type ThresholdTable = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const queryPanels = (dashboard: LintedDashboard): LintedPanel[] =>
  (dashboard.panels ?? []).filter(({ type }) => type !== "row");

export const variablesOf = (dashboard: LintedDashboard): readonly LintedVariable[] => dashboard.templating?.list ?? [];

/** Names of the template variables in a text; Grafana's own begin with two underscores, groups of a pattern are numbers. */
export function variablesIn(text: string): string[] {
  const names = [...text.matchAll(/\$(?:(\w+)|\{(\w+)[^}]*\})/g)].map(([, plain, braced]) => plain ?? braced ?? "");
  return names.filter((name) => !name.startsWith("__") && !/^\d/.test(name));
}

/** A query as a parser takes it: windows in place of Grafana's variables, names in place of all others. */
export const filledIn = (query: string): string =>
  query
    .replaceAll(/\$(?:__(?:rate_interval|interval|auto)|\{__(?:rate_interval|interval|auto)\})/g, "4m")
    .replaceAll(/\$(?:__range_s|\{__range_s\})/g, "3600")
    .replaceAll(/\$(?:__range|\{__range\})/g, "1h")
    .replaceAll(/\$\{(\w+)[^}]*\}/g, "$1")
    .replaceAll(/\$([A-Za-z_]\w*)/g, "$1");
