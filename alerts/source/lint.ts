import type { KnownSeries } from "../../grafana/source/known-metrics.ts";
import { lintPromql } from "../../grafana/source/lint.ts";
import { parsePromqlNames } from "../../grafana/source/promql-selectors.ts";
import type { LoadedAlert, LoadedRule, Scenario } from "./load.ts";

/** What the conventions are held against. */
export type Linted = {
  readonly rules: readonly LoadedRule[];
  readonly scenarios: readonly Scenario[];
  /** Texts by file name. */
  readonly runbooks: ReadonlyMap<string, string>;
  readonly dashboardUids: ReadonlySet<string>;
  readonly known: ReadonlyMap<string, KnownSeries>;
};

export type LintProblem = { readonly convention: string; readonly subject: string; readonly message: string };
type Report = (convention: string, subject: string, message: string) => void;

/** What a template in an annotation may use: the embedded process has to know it too. */
const TEMPLATE =
  /^\{\{ \$(?:externalURL|labels\.\w+(?: \| urlquery)?|value \| (?:humanize(?:Percentage|Duration)?|printf "%\.\df")) \}\}$/;
const CAMEL_CASE = /^[A-Z][a-z]+([A-Z][a-z]+)*$/;
const RECORD = /^[a-z_]+:[a-z_]+:[a-z0-9_]+$/;
/** What counting.ts says of a counter that is younger than its window: the bare value is right there. */
const NEWBORN = /\((\S+) unless \1 offset \w+\)\s+and on \(job, instance\) up offset \w+ == 1\s+or\s/g;
const RUNBOOK_HEADINGS = ["What it means", "Look", "Do"];

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
const nameOf = ({ alert, record }: LoadedRule): string => alert ?? record ?? "?";
const isAlert = (rule: LoadedRule): rule is LoadedAlert => rule.alert !== undefined;

/** Whether an alert looks at a state of the moment, or fires for a single event: then no traffic is too low for it. */
function needsTraffic({ expr }: LoadedAlert): boolean {
  const text = oneLine(expr);
  return / >= \d/.test(text) || /:(?:count|sum)\w+ > [1-9]/.test(text);
}

function lintNames({ rules }: Linted, report: Report): void {
  const files = new Map<string, string>();
  for (const { alert, record, file } of rules) {
    if (record !== undefined && !RECORD.test(record)) report("record-name", record, "is not level:metric:operations");
    if (alert === undefined) continue;
    if (!CAMEL_CASE.test(alert)) report("alert-name", alert, "is not subject and state in CamelCase");
    if ((files.get(alert) ?? file) !== file) report("alert-name", alert, `is in ${file} and in ${files.get(alert)}`);
    files.set(alert, file);
  }
}

function lintAnnotations(alert: LoadedAlert, { dashboardUids }: Linted, report: Report): void {
  const { alert: name, labels, annotations } = alert;
  if (!/^(page|ticket|log)$/.test(labels["severity"] ?? "")) report("severity", name, "is not page, ticket or log");
  for (const [label, value] of Object.entries(labels)) {
    if (value.includes("{{"))
      report("label-template", name, `label ${label} changes, which makes a new alert each time`);
  }
  const { summary = "", description = "", runbook_url: runbook, dashboard_url: dashboard = "" } = annotations;
  if (summary === "" || summary.includes("{{")) report("summary", name, "has no summary that is the same for a group");
  if (description === "") report("description", name, "has no description");
  if (runbook !== `{{ $externalURL }}/user/runbooks/${name}.md`) report("runbook-url", name, `links to ${runbook}`);
  const uid = /^\/d\/([\w-]+)/.exec(dashboard)?.[1] ?? "";
  if (!dashboardUids.has(uid)) report("dashboard-url", name, `"${dashboard}" leads to no dashboard`);
}

/** Whether series of the expression carry the label: those of a recording rule where it aggregates by it. */
function keepsLabel(expr: string, label: string, rules: readonly LoadedRule[]): boolean {
  const { selectors, groupings } = parsePromqlNames(expr);
  if (groupings.includes(label)) return true;
  return selectors.some(({ metric }) => {
    if (metric === "up") return label === "job" || label === "instance";
    return rules.some(
      ({ record, labels = {}, expr: recorded }) =>
        record === metric && (Object.keys(labels).includes(label) || keepsLabel(recorded, label, rules)),
    );
  });
}

function lintTemplates(alert: LoadedAlert, { rules }: Linted, report: Report): void {
  const text = Object.values(alert.annotations).join(" ");
  for (const [template] of text.matchAll(/\{\{.*?\}\}/g)) {
    if (!TEMPLATE.test(template)) report("template", alert.alert, `${template} is not known to both runtimes`);
  }
  for (const [, label = ""] of text.matchAll(/\$labels\.(\w+)/g)) {
    if (!keepsLabel(alert.expr, label, rules)) {
      report("label-kept", alert.alert, `names the label ${label}, which its expression drops`);
    }
  }
}

function lintScenarios(alert: LoadedAlert, { scenarios }: Linted, report: Report): void {
  const { alert: name, labels } = alert;
  const own = scenarios.filter((scenario) => scenario.alert === name && scenario.name.startsWith(`${name}: `));
  const has = (words: RegExp): boolean => own.some(({ fires, name: text }) => !fires && words.test(text));
  const window = labels["window"];
  const firing = own.filter(({ fires, labels: expected }) => fires && expected.some((one) => one["window"] === window));
  if (firing.length === 0) report("tested", name, `has no scenario where it fires${window ? ` over ${window}` : ""}`);
  if (own.some(({ annotated }) => !annotated)) report("tested", name, "has a scenario without expected annotations");
  // It always fires.
  if (name === "Watchdog") return;
  if (own.length < 4) report("tested", name, `is looked at at ${own.length} moments, and should be at 4`);
  if (!has(/: silent just below/)) report("tested", name, "has no scenario that is silent just below");
  if (!has(/: silent (?:after|when|once)/))
    report("tested", name, "has no scenario with a restart or with series that end");
  if (needsTraffic(alert) && !has(/: silent at low traffic/)) {
    report("tested", name, "has no scenario that is silent at low traffic");
  }
}

function lintRunbooks({ rules, runbooks, known }: Linted, report: Report): void {
  const names = new Set(rules.filter(isAlert).map(({ alert }) => alert));
  for (const name of names) if (!runbooks.has(`${name}.md`)) report("runbook", name, "has no runbook");
  for (const [file, text] of runbooks) {
    const name = file.replace(/\.md$/, "");
    if (!names.has(name)) report("runbook", file, "is about no alert");
    if (!text.startsWith(`# ${name}\n`)) report("runbook", file, `does not begin with "# ${name}"`);
    for (const heading of RUNBOOK_HEADINGS) {
      if (!text.includes(`\n## ${heading}\n`)) report("runbook", file, `has no section "${heading}"`);
    }
    const queries = [...text.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
      block.trim().split("\n"),
    );
    if (!/^```(?:promql|logql|sh)$/m.test(text)) report("runbook", file, "has no query to run");
    for (const { metric } of queries.flatMap((query) => parsePromqlNames(query).selectors)) {
      if (!known.has(metric)) report("runbook-metric", file, `${metric} is no metric that exists`);
    }
  }
}

function lintExpressions({ rules, known }: Linted, report: Report): void {
  for (const rule of rules) {
    const expr = oneLine(rule.expr);
    for (const [, message] of lintPromql(rule.expr.replaceAll(NEWBORN, ""), known))
      report("promql", nameOf(rule), message);
    if (/ \/ /.test(expr) && !/> 0\)|:count30m >= \d|\(1 - slo:objective:ratio\)/.test(expr)) {
      report("ratio-guard", nameOf(rule), "divides by what may be 0");
    }
    // What is scraped is told apart by its instance, what is pushed has another one for each run.
    const { groupings } = parsePromqlNames(rule.expr.replaceAll(/and on \(job, instance\) up/g, ""));
    if (rule.file !== "stack.yml" && groupings.includes("instance")) {
      report("instance", nameOf(rule), "tells runs of one program apart");
    }
  }
}

/** Every breach of the conventions of docs/alerts.md; none is the goal. */
export function lintAlerts(linted: Linted): LintProblem[] {
  const problems: LintProblem[] = [];
  const report: Report = (convention, subject, message) => problems.push({ convention, subject, message });
  lintNames(linted, report);
  lintExpressions(linted, report);
  lintRunbooks(linted, report);
  for (const alert of linted.rules.filter(isAlert)) {
    lintAnnotations(alert, linted, report);
    lintTemplates(alert, linted, report);
    lintScenarios(alert, linted, report);
  }
  return problems;
}
