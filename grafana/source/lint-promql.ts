import { type Expr, parsePromql } from "../../src/promql/index.ts";
import type { KnownSeries } from "./known-metrics.ts";
import {
  filledIn,
  type LintContext,
  type LintedDashboard,
  type LintedTarget,
  queryPanels,
  type Report,
  type RuleName,
  variablesOf,
} from "./lint-model.ts";
import { parsePromqlNames, type Selector } from "./promql-selectors.ts";
import { labelsOfSeries } from "./result-labels.ts";

type Known = ReadonlyMap<string, KnownSeries>;

/** Functions that may take the range of a counter: rates, and what the exact count is made of. */
const COUNTER_FUNCTIONS = new Set(["rate", "increase", "max_over_time", "min_over_time", "resets"]);
const EXACT_COUNT = ["max_over_time", "min_over_time", "resets", "increase"];
const WINDOWS = new Set(["$__rate_interval", "$__range"]);
/** A counter younger than the window, whose first value is what it counted. */
const NEWBORN = /(\S.*?) unless \1 offset [\w$]+/g;
/** Variables that every query of the programs' metrics follows, by the label that they choose. */
const FOLLOWED = { deployment_environment_name: "environment", job: "job" } as const;

const isPrometheus = ({ datasource }: LintedTarget): boolean => datasource?.type === "prometheus";

/** The message of what is wrong with a query; undefined where nothing is. */
export function promqlError(expr: string): string | undefined {
  try {
    parsePromql(filledIn(expr));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
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
export function lintPromql(expr: string, known: Known): [rule: RuleName, message: string][] {
  const error = promqlError(expr);
  if (error !== undefined) return [["promql", `is not valid: ${error}`]];
  const problems: [RuleName, string][] = [];
  const { selectors, groupings } = parsePromqlNames(expr.replaceAll(NEWBORN, "vector(0)"));
  const available = new Set<string>();
  let anyLabel = selectors.length === 0;
  for (const selector of selectors) {
    const series = known.get(selector.metric);
    if (series === undefined) {
      problems.push(["metric", `${selector.metric} is neither in the catalogue nor a recorded series`]);
      anyLabel = true;
      continue;
    }
    const labels = labelsOfSeries(selector.metric, known);
    if (labels === undefined) anyLabel = true;
    for (const label of labels ?? []) available.add(label);
    for (const label of selector.labels) {
      if (labels !== undefined && !labels.has(label))
        problems.push(["label", `${selector.metric} has no label ${label}`]);
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
  for (const [, made = ""] of expr.matchAll(/label_(?:replace|join)\(.*?, "(\w+)", "/g)) available.add(made);
  for (const label of groupings) {
    if (!anyLabel && !available.has(label)) problems.push(["label", `no metric of the query has the label ${label}`]);
  }
  return problems;
}

/** Every selector of the expression, by name. */
function* selectorsIn(expr: Expr): Iterable<Extract<Expr, { kind: "vector" }>> {
  switch (expr.kind) {
    case "vector":
      yield expr;
      return;
    case "matrix":
      yield expr.selector;
      return;
    case "paren":
    case "unary":
    case "subquery":
    case "aggregate":
      yield* selectorsIn(expr.expr);
      return;
    case "call":
      for (const argument of expr.args) yield* selectorsIn(argument);
      return;
    case "binary":
      yield* selectorsIn(expr.left);
      yield* selectorsIn(expr.right);
      return;
    default:
  }
}

/** Variables that the query does not follow although the board has them and the metric the label. */
function unfollowed(expr: string, variables: ReadonlySet<string>, known: Known): string[] {
  if (promqlError(expr) !== undefined) return [];
  const ignored = new Set<string>();
  for (const { name, matchers } of selectorsIn(parsePromql(filledIn(expr)))) {
    const series = known.get(name);
    if (series?.fromPrograms !== true && series?.recordedAs === undefined) continue;
    const labels = labelsOfSeries(name, known);
    for (const [label, variable] of Object.entries(FOLLOWED)) {
      if (!labels?.has(label) || !variables.has(variable)) continue;
      const follows = matchers.some((one) => one.name === label && one.operator === "=~" && one.value === variable);
      if (!follows) ignored.add(`${name} does not follow $${variable}`);
    }
  }
  return [...ignored];
}

/** Durations and costs lead to the trace of a single request. */
function leadsToTraces(expr: string, known: Known): boolean {
  return parsePromqlNames(expr).selectors.some(({ metric }) => {
    const series = known.get(metric);
    if (series?.fromPrograms !== true) return false;
    return (series.kind === "bucket" && expr.includes("histogram_quantile(")) || metric.endsWith("_cost_usd_total");
  });
}

/** Exemplars stand on buckets and counters; the sum and the count of a histogram have none. */
const hasExemplars = (expr: string, known: Known): boolean =>
  parsePromqlNames(expr).selectors.some(({ metric }) => {
    const series = known.get(metric);
    return series?.fromPrograms === true && (series.kind === "bucket" || metric.endsWith("_total"));
  });

export function lintPromqlTargets(dashboard: LintedDashboard, { known }: LintContext, report: Report): void {
  const variables = new Set(variablesOf(dashboard).map(({ name }) => name));
  for (const panel of queryPanels(dashboard)) {
    for (const { expr = "", exemplar } of (panel.targets ?? []).filter(isPrometheus)) {
      for (const [rule, message] of lintPromql(expr, known)) report(rule, message, panel);
      for (const { window } of parsePromqlNames(expr).selectors) {
        if (window !== undefined && !WINDOWS.has(window)) {
          report("window", `[${window}] does not follow the time range: use $__rate_interval or $__range`, panel);
        }
      }
      for (const message of unfollowed(expr, variables, known)) report("follows-variables", message, panel);
      if (panel.type === "timeseries" && leadsToTraces(expr, known) && !exemplar) {
        report("exemplar", "shows durations or costs without exemplars", panel);
      }
      if (exemplar && !hasExemplars(expr, known)) report("exemplar", "asks for exemplars of series without any", panel);
    }
  }
}
