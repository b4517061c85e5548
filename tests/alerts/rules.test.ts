import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { loadKnownSeries } from "../../grafana/source/known-metrics.ts";
import { lintPromql } from "../../grafana/source/lint.ts";
import { parsePromqlNames } from "../../grafana/source/promql-selectors.ts";
import { THRESHOLDS } from "../../grafana/source/thresholds.ts";
import { ALERTS_FOLDER, loadAlerts, loadRules, loadScenarios } from "./rule-files.ts";

const alerts = loadAlerts();
const rules = loadRules();
const scenarios = loadScenarios();
const known = loadKnownSeries();
const runbooks = new URL("runbooks/", ALERTS_FOLDER);

/** An alert that looks at a state of the moment has no traffic that could be low. */
const WITHOUT_TRAFFIC = new Set([
  "AgentQueueTooLong",
  "LlmRequestsUnpriced",
  "MetricLabelValuesFolded",
  "CollectorDown",
  "ObservabilityBackendDown",
  "CollectorExportFailing",
  "CollectorDataRefused",
  "CollectorQueueNearlyFull",
  "RuleEvaluationFailing",
  "Watchdog",
]);

/** What a template in an annotation may use: the embedded process has to know it too. */
const TEMPLATE =
  /^\{\{ \$(?:externalURL|labels\.\w+(?: \| urlquery)?|value \| (?:humanize(?:Percentage|Duration)?|printf "%\.\df")) \}\}$/;

const expression = ({ expr }: { readonly expr: string }): string => expr.replaceAll(/\s+/g, " ").trim();

test("names every alert once, subject and state in CamelCase", () => {
  const names = alerts.map(({ alert }) => alert);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[A-Z][a-z]+([A-Z][a-z]+)*$/);
});

for (const alert of alerts) {
  test(`${alert.alert} says how urgent it is, what happened, and where to look`, () => {
    assert.match(alert.labels.severity ?? "", /^(page|ticket|log)$/);
    assert.deepEqual(Object.keys(alert.labels), ["severity"], "a label with a value that changes makes a new alert");
    const { summary, description, runbook_url, dashboard_url } = alert.annotations;
    assert.ok(summary && !summary.includes("{{"), "the summary is the same for all alerts of a group");
    assert.ok(description);
    assert.equal(runbook_url, `{{ $externalURL }}/user/runbooks/${alert.alert}.md`);
    const board = /^\/d\/([\w-]+)/.exec(dashboard_url ?? "")?.[1];
    assert.ok(
      buildDashboards().some(({ uid }) => uid === board),
      `${dashboard_url} leads to no dashboard`,
    );
  });

  test(`${alert.alert} uses only templates that both runtimes know, on labels that its expression keeps`, () => {
    const text = Object.values(alert.annotations).join(" ");
    for (const [template] of text.matchAll(/\{\{.*?\}\}/g)) assert.match(template, TEMPLATE);
    for (const [, label] of text.matchAll(/\$labels\.(\w+)/g)) {
      assert.ok(keepsLabel(alert.expr, label ?? ""), `the expression drops the label ${label}`);
    }
  });

  test(`${alert.alert} has a runbook with what it means, where to look and what to do`, () => {
    const text = readFileSync(new URL(`${alert.alert}.md`, runbooks), "utf8");
    assert.match(text, new RegExp(`^# ${alert.alert}\n`));
    for (const heading of ["What it means", "Look", "Do"]) assert.match(text, new RegExp(`^## ${heading}$`, "m"));
  });

  test(`${alert.alert} has a scenario where it fires and one where it stays silent`, () => {
    const own = scenarios.filter(
      ({ alert: name, name: scenario }) => name === alert.alert && scenario.startsWith(name),
    );
    assert.ok(own.some(({ fires }) => fires));
    assert.ok(own.every(({ annotated }) => annotated));
    if (alert.alert === "Watchdog") return;
    assert.ok(own.some(({ fires, name }) => !fires && name.includes("silent just below")));
    if (WITHOUT_TRAFFIC.has(alert.alert)) return;
    assert.ok(own.some(({ fires, name }) => !fires && name.includes("silent at low traffic")));
  });
}

/** Whether series of the expression carry the label: those of a recording rule where it aggregates by it. */
function keepsLabel(expr: string, label: string): boolean {
  const { selectors, groupings } = parsePromqlNames(expr);
  if (groupings.includes(label)) return true;
  return selectors.some(({ metric }) => {
    if (metric === "up") return label === "job" || label === "instance";
    return rules.some((rule) => {
      if (rule.record !== metric) return false;
      return Object.keys(rule.labels ?? {}).includes(label) || keepsLabel(rule.expr, label);
    });
  });
}

test("has a runbook for nothing but alerts", () => {
  const expected = alerts.map(({ alert }) => `${alert}.md`).sort();
  assert.deepEqual(readdirSync(runbooks).sort(), expected);
});

test("asks only for metrics and labels that exist, and rates or counts every counter", () => {
  const problems = rules.flatMap((rule) =>
    lintPromql(rule.expr, known).map(([, message]) => `${rule.alert ?? rule.record}: ${message}`),
  );
  assert.deepEqual(problems, []);
});

test("shows only metrics that exist in the queries of runbooks", () => {
  const problems = readdirSync(runbooks).flatMap((file) => {
    const text = readFileSync(new URL(file, runbooks), "utf8");
    const queries = [...text.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
      block.trim().split("\n"),
    );
    return queries
      .flatMap((query) => parsePromqlNames(query).selectors)
      .filter(({ metric }) => !known.has(metric))
      .map(({ metric }) => `${file}: ${metric}`);
  });
  assert.deepEqual(problems, []);
});

test("guards every ratio against 0/0 or by a number of events", () => {
  for (const rule of rules.filter(({ expr }) => / \/ /.test(expr))) {
    assert.match(expression(rule), /> 0\)|:count30m >= \d/, `${rule.alert ?? rule.record} divides by what may be 0`);
  }
});

test("names what it records level:metric:operation", () => {
  for (const { record } of rules) if (record !== undefined) assert.match(record, /^[a-z_]+:[a-z_]+:[a-z0-9_]+$/);
});

test("aggregates the instance of pushed metrics away", () => {
  for (const rule of rules.filter(({ file }) => file !== "stack.yml")) {
    const { groupings } = parsePromqlNames(rule.expr.replaceAll(/and on \(job, instance\) up/g, ""));
    assert.ok(!groupings.includes("instance"), `${rule.alert ?? rule.record} tells runs of one program apart`);
  }
});

test("fires at the limits that the boards are colored by", () => {
  const limits: readonly (readonly [alert: string, comparison: string, limit: number])[] = [
    ["AgentResponseTimeHigh", ">", THRESHOLDS.responseTimeSeconds.limit],
    ["AgentErrorRateHigh", ">", THRESHOLDS.agentErrorRatio.limit],
    ["AgentErrorRateCritical", ">", THRESHOLDS.agentErrorRatio.critical],
    ["AgentQueueTooLong", ">", THRESHOLDS.queueDepth.limit],
    ["LlmErrorRateHigh", ">", THRESHOLDS.llmErrorRatio.limit],
    ["LlmRateLimited", ">", THRESHOLDS.rateLimitedRatio.limit],
    ["LlmTokensPerRequestHigh", ">", THRESHOLDS.tokensPerRequest.limit],
    ["LlmCostPerRequestHigh", ">", THRESHOLDS.costPerRequestUsd.limit],
    ["LlmSpendHigh", ">", THRESHOLDS.spendPerHourUsd.limit],
    ["ToolSuccessRateLow", "<", THRESHOLDS.toolSuccessRatio.limit],
  ];
  for (const [name, comparison, limit] of limits) {
    const rule = alerts.find(({ alert }) => alert === name);
    assert.ok(rule, `there is no alert ${name}`);
    assert.ok(`${expression(rule)} `.includes(` ${comparison} ${limit} `), `${name} does not fire at ${limit}`);
  }
});
