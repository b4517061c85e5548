import { type LogqlExpr, parseLogql } from "../../src/logql/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { filledIn, type LintedDashboard, queryPanels, type Report, type RuleName } from "./lint-model.ts";
import { loadStackSeries } from "./stack-series.ts";

type LogExpr = Extract<LogqlExpr, { kind: "log" }>;
type Filter = Extract<LogExpr["stages"][number], { kind: "labelFilter" }>["filter"];
type Names = { readonly streams: Set<string>; readonly lines: Set<string> };

const { streamLabels, lineLabels } = loadStackSeries();
/** Loki writes the attributes of a record with underscores. */
const ATTRIBUTES = Object.values(ATTR).map((name) => name.replaceAll(/[^a-zA-Z0-9]/g, "_"));
const LINE_LABELS: ReadonlySet<string> = new Set([...streamLabels, ...lineLabels, ...ATTRIBUTES]);
const STREAM_LABELS: ReadonlySet<string> = new Set(streamLabels);

function addFilter(filter: Filter, lines: Set<string>): void {
  if ("left" in filter) {
    addFilter(filter.left, lines);
    addFilter(filter.right, lines);
  } else lines.add(filter.kind === "string" ? filter.matcher.name : filter.label);
}

function addNames(expr: LogqlExpr, names: Names): void {
  switch (expr.kind) {
    case "log":
      for (const { name } of expr.matchers) names.streams.add(name);
      for (const stage of expr.stages) if (stage.kind === "labelFilter") addFilter(stage.filter, names.lines);
      return;
    case "range":
      addNames(expr.log, names);
      for (const label of expr.grouping?.labels ?? []) names.lines.add(label);
      return;
    case "aggregation":
      addNames(expr.inner, names);
      for (const label of expr.grouping.labels) names.lines.add(label);
      return;
    case "binary":
      addNames(expr.left, names);
      addNames(expr.right, names);
      return;
    case "labelReplace":
      addNames(expr.inner, names);
      return;
    default:
  }
}

/** Stages that make labels of their own, out of the line. */
const makesLabels = (query: string): boolean => /\|\s*(?:json|logfmt|regexp|pattern|unpack|label_format)\b/.test(query);

/** Problems of one LogQL query, as [rule, message]. */
export function lintLogql(query: string): [rule: RuleName, message: string][] {
  const names: Names = { streams: new Set(), lines: new Set() };
  try {
    addNames(parseLogql(filledIn(query)), names);
  } catch (error) {
    return [["logql", `is not valid: ${error instanceof Error ? error.message : String(error)}`]];
  }
  const problems: [RuleName, string][] = [];
  if (!names.streams.has("service_name")) problems.push(["logql", "does not select logs by service_name"]);
  for (const label of names.streams) {
    if (!STREAM_LABELS.has(label)) problems.push(["log-label", `${label} is no label of streams`]);
  }
  if (makesLabels(query)) return problems;
  for (const label of names.lines) {
    if (!LINE_LABELS.has(label)) problems.push(["log-label", `${label} is no label of a line`]);
  }
  return problems;
}

export function lintLogqlTargets(dashboard: LintedDashboard, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    for (const { expr = "", datasource } of panel.targets ?? []) {
      if (datasource?.type !== "loki") continue;
      for (const [rule, message] of lintLogql(expr)) report(rule, message, panel);
      for (const [window] of expr.matchAll(/\[[^\]]*\]/g)) {
        if (window !== "[$__auto]") report("window", `${window} does not follow the time range: use $__auto`, panel);
      }
    }
  }
}

/** Labels by which the result of a metric query is told apart; none for lines. */
export function groupingOf(query: string): readonly string[] {
  try {
    const expr = parseLogql(filledIn(query));
    const inner = expr.kind === "binary" ? (expr.left.kind === "literal" ? expr.right : expr.left) : expr;
    return inner.kind === "aggregation" ? inner.grouping.labels : [];
  } catch {
    return [];
  }
}
