import { lintLogql } from "./lint-logql.ts";
import {
  type LintContext,
  type LintedDashboard,
  type LintedPanel,
  type LintedTarget,
  queryPanels,
  type Report,
  variablesOf,
} from "./lint-model.ts";
import { lintPromql } from "./lint-promql.ts";
import { lintSearch } from "./lint-traces.ts";

type Pane = { readonly datasource?: string; readonly queries?: readonly LintedTarget[] };

/** Grafana replaces placeholders before it reads the rest, so the quotes in one (`${__data.fields["A column"]}`) are not the JSON's. */
function readPanes(url: string): Readonly<Record<string, Pane>> {
  const panes = new URLSearchParams(url.slice(url.indexOf("?"))).get("panes") ?? "";
  const plain = panes.replaceAll(/\$\{[^}]*\}/g, (placeholder) => placeholder.replaceAll('"', ""));
  return JSON.parse(plain) as Record<string, Pane>;
}

const boardVariables = (dashboard: LintedDashboard): ReadonlySet<string> =>
  new Set(variablesOf(dashboard).map(({ name }) => name));

function exploreProblems(url: string, from: LintedDashboard, context: LintContext): string[] {
  let panes: Readonly<Record<string, Pane>>;
  try {
    panes = readPanes(url);
  } catch {
    return ["leads to Explore with panes that are no JSON"];
  }
  const sources = new Set(
    variablesOf(from).flatMap(({ name, type }) => (type === "datasource" ? [`\${${name}}`] : [])),
  );
  return Object.values(panes).flatMap(({ datasource = "", queries = [] }) => {
    const problems = sources.has(datasource)
      ? []
      : [`leads to the data source ${datasource}, which is no variable of the board`];
    for (const query of queries) {
      const { type, uid } = query.datasource ?? {};
      if (uid !== datasource) problems.push(`asks ${uid} in a pane of ${datasource}`);
      if (type === "jaeger") problems.push(...lintSearch(query));
      if (type === "loki") problems.push(...lintLogql(query.expr ?? "").map(([, message]) => message));
      if (type === "prometheus")
        problems.push(...lintPromql(query.expr ?? "", context.known).map(([, message]) => message));
    }
    return problems;
  });
}

/** Parameters of a link to a board: variables that are set by name, or go along as they are. */
function parametersOf(url: string): string[] {
  const set = [...url.matchAll(/[?&]var-(\w+)=/g)];
  const kept = [...url.matchAll(/\$\{(\w+):queryparam\}/g)];
  return [...set, ...kept].map(([, name = ""]) => name).filter((name) => !name.startsWith("__"));
}

function linkProblems(url: string, from: LintedDashboard, context: LintContext): string[] {
  if (url.startsWith("/explore?")) return exploreProblems(url, from, context);
  const target = context.dashboards.get(/^\/d\/([\w-]+)/.exec(url)?.[1] ?? "");
  if (target === undefined) return ["leads to no dashboard"];
  const variables = boardVariables(target);
  return parametersOf(url)
    .filter((name) => !variables.has(name))
    .map((name) => `sets $${name}, which ${target.uid} does not have`);
}

export function lintLinks(dashboard: LintedDashboard, context: LintContext, report: Report): void {
  const check = (url: string, panel?: LintedPanel): void => {
    for (const problem of linkProblems(url, dashboard, context))
      report("link", `"${url.slice(0, 60)}" ${problem}`, panel);
  };
  for (const { url = "" } of dashboard.links ?? []) check(url);
  for (const panel of queryPanels(dashboard)) {
    for (const url of urlsIn(panel)) check(url, panel);
  }
}

/** Every `url` within a panel, wherever its type keeps them. */
function* urlsIn(value: unknown): Iterable<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "url" && typeof member === "string") yield member;
    else yield* urlsIn(member);
  }
}
