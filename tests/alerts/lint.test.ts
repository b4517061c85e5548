import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Linted, lintAlerts } from "../../alerts/source/lint.ts";
import { type LoadedRule, loadRules, loadRunbooks, loadScenarios, type Scenario } from "../../alerts/source/load.ts";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { loadKnownSeries } from "../../grafana/source/known-metrics.ts";

const known = loadKnownSeries();

describe("the alert rules", () => {
  const problems = lintAlerts({
    rules: loadRules(),
    scenarios: loadScenarios(),
    runbooks: loadRunbooks(),
    dashboardUids: new Set(buildDashboards().map(({ uid }) => uid ?? "")),
    known,
  });
  const alerts = new Set(loadRules().flatMap(({ alert }) => alert ?? []));
  const isAbout = (subject: string, alert: string): boolean => subject === alert || subject === `${alert}.md`;
  for (const alert of alerts) {
    it(`keep the conventions in ${alert}`, () => {
      assert.deepEqual(
        problems.filter(({ subject }) => isAbout(subject, alert)),
        [],
      );
    });
  }

  it("keep the conventions in everything else", () => {
    assert.deepEqual(
      problems.filter(({ subject }) => ![...alerts].some((alert) => isAbout(subject, alert))),
      [],
    );
  });
});

const count: LoadedRule = {
  file: "agents.yml",
  record: "job_agent:agent_request_errors:count5m",
  expr: "sum by (job, agent) (increase(agent_requests_total[5m]))",
};
const alert = {
  file: "agents.yml",
  alert: "AgentFails",
  expr: "job_agent:agent_request_errors:count5m >= 3",
  labels: { severity: "page" },
  annotations: {
    summary: "An agent fails",
    description: "Agent {{ $labels.agent }} failed {{ $value | humanize }} times.",
    runbook_url: "{{ $externalURL }}/user/runbooks/AgentFails.md",
    dashboard_url: "/d/ao-overview?var-job={{ $labels.job | urlquery }}",
  },
} satisfies LoadedRule;
const scenario = (name: string, fires: boolean): Scenario => ({
  name: `AgentFails: ${name}`,
  alert: "AgentFails",
  fires,
  labels: fires ? [{ severity: "page" }] : [],
  annotated: true,
});
const runbook = `# AgentFails\n\n## What it means\n\nIt fails.\n\n## Look\n\n\`\`\`promql\nagent_requests_total{job="<job>"}\n\`\`\`\n\n## Do\n\nMend it.\n`;

const good: Linted = {
  rules: [count, alert],
  scenarios: [
    scenario("fires when three fail", true),
    scenario("silent just below", false),
    scenario("silent at low traffic", false),
    scenario("silent after a restart", false),
  ],
  runbooks: new Map([["AgentFails.md", runbook]]),
  dashboardUids: new Set(["ao-overview"]),
  known: new Map([...known, [count.record as string, { kind: "gauge", labels: undefined }]]),
};

const withRule = (change: Partial<LoadedRule>): Linted => ({ ...good, rules: [count, { ...alert, ...change }] });
const withAnnotation = (change: Record<string, string>): Linted =>
  withRule({ annotations: { ...alert.annotations, ...change } });
const withRecord = (change: Partial<LoadedRule>): Linted => ({ ...good, rules: [{ ...count, ...change }, alert] });
const without = (name: string): Linted => ({
  ...good,
  scenarios: [...good.scenarios.filter((one) => !one.name.includes(name)), scenario("silent otherwise", false)],
});
const withRunbook = (text: string): Linted => ({ ...good, runbooks: new Map([["AgentFails.md", text]]) });

describe("the conventions of alert rules", () => {
  it("are kept by a rule that is as it should be", () => assert.deepEqual(lintAlerts(good), []));

  const breaches: readonly (readonly [what: string, convention: string, linted: Linted])[] = [
    ["a name that is not CamelCase", "alert-name", withRule({ alert: "agentFails" })],
    ["a name in two files", "alert-name", { ...good, rules: [count, alert, { ...alert, file: "more.yml" }] }],
    ["a recording that is not level:metric:operations", "record-name", withRecord({ record: "agent_errors" })],
    ["an unknown severity", "severity", withRule({ labels: { severity: "critical" } })],
    ["a label that changes", "label-template", withRule({ labels: { severity: "page", value: "{{ $value }}" } })],
    ["a summary that changes", "summary", withAnnotation({ summary: "{{ $value }} failed" })],
    ["no description", "description", withAnnotation({ description: "" })],
    ["another runbook", "runbook-url", withAnnotation({ runbook_url: "http://elsewhere" })],
    ["a dashboard that does not exist", "dashboard-url", withAnnotation({ dashboard_url: "/d/none" })],
    [
      "a template function that the embedded process need not know",
      "template",
      withAnnotation({ description: "{{ $value | title }}" }),
    ],
    ["a label that the expression drops", "label-kept", withAnnotation({ description: "{{ $labels.tool }}" })],
    ["no scenario that fires", "tested", without("fires")],
    ["no scenario just below", "tested", without("just below")],
    ["no scenario at low traffic", "tested", without("low traffic")],
    ["no scenario with a restart", "tested", without("restart")],
    ["fewer than four moments", "tested", { ...good, scenarios: good.scenarios.slice(0, 3) }],
    [
      "expectations without annotations",
      "tested",
      { ...good, scenarios: good.scenarios.map((one) => ({ ...one, annotated: false })) },
    ],
    ["no runbook", "runbook", { ...good, runbooks: new Map() }],
    ["a runbook about no alert", "runbook", { ...good, runbooks: new Map([...good.runbooks, ["Other.md", runbook]]) }],
    ["a runbook without a section", "runbook", withRunbook(runbook.replace("## Do", "## Act"))],
    ["a runbook without a query", "runbook", withRunbook(runbook.replaceAll(/```[^`]*```/g, ""))],
    [
      "a runbook with a metric that does not exist",
      "runbook-metric",
      withRunbook(runbook.replace("agent_requests_total", "agent_request_total")),
    ],
    [
      "a metric that does not exist",
      "promql",
      withRecord({ expr: "sum by (job, agent) (increase(nothing_total[5m]))" }),
    ],
    ["a counter that is not counted", "promql", withRecord({ expr: "sum by (job, agent) (agent_requests_total)" })],
    ["a ratio that may be 0/0", "ratio-guard", withRecord({ expr: `${count.expr} / ${count.expr}` })],
    ["runs of a program told apart", "instance", withRecord({ expr: count.expr.replace("job", "job, instance") })],
  ];
  for (const [what, convention, linted] of breaches) {
    it(`are broken by ${what}`, () => {
      const found = lintAlerts(linted).map((problem) => problem.convention);
      assert.ok(found.includes(convention), `found ${found.join(", ") || "nothing"}`);
    });
  }
});
