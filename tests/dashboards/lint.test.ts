import assert from "node:assert/strict";
import { test } from "node:test";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { loadKnownSeries } from "../../grafana/source/known-metrics.ts";
import { type LintedDashboard, lintDashboards, lintPromql } from "../../grafana/source/lint.ts";
import { placeholder } from "../../grafana/source/placeholder.ts";

const known = loadKnownSeries();
const REQUESTS = "agent_requests_total";

const PROMETHEUS = { type: "prometheus", uid: placeholder("prometheus") };
type Panel = NonNullable<LintedDashboard["panels"]>[number];

const target = (expr: string) => ({ refId: "A", expr, datasource: PROMETHEUS });

function panel(changes: Partial<Panel> = {}): Panel {
  return {
    id: 1,
    type: "timeseries",
    title: "Requests",
    description: "Requests a second.",
    gridPos: { x: 0, y: 0, w: 12, h: 8 },
    datasource: PROMETHEUS,
    targets: [target(`sum(rate(${REQUESTS}{job=~"$job"}[$__rate_interval]))`)],
    fieldConfig: { defaults: { unit: "reqps" } },
    ...changes,
  };
}

function dashboard(changes: Partial<LintedDashboard> = {}): LintedDashboard {
  return {
    uid: "ao-test",
    title: "Test",
    description: "A board.",
    editable: false,
    panels: [panel()],
    links: [{ url: "/d/ao-test" }],
    templating: {
      list: [
        { name: "prometheus", type: "datasource" },
        { name: "job", type: "query" },
      ],
    },
    ...changes,
  };
}

const rulesBroken = (...dashboards: LintedDashboard[]): string[] => [
  ...new Set(lintDashboards(dashboards, known).map(({ rule }) => rule)),
];
const withExpr = (expr: string): LintedDashboard =>
  dashboard({ panels: [panel(), panel({ id: 2, gridPos: { x: 12, y: 0, w: 12, h: 8 }, targets: [target(expr)] })] });
function withLogs(expr: string): LintedDashboard {
  const loki = { type: "loki", uid: placeholder("loki") };
  const logs = panel({ id: 2, gridPos: { x: 12, y: 0, w: 12, h: 8 }, type: "logs", datasource: loki });
  const list = [...(dashboard().templating?.list ?? []), { name: "loki", type: "datasource" }];
  return dashboard({
    panels: [panel(), { ...logs, targets: [{ refId: "A", expr, datasource: loki }] }],
    templating: { list },
  });
}
const withPanel = (changes: Partial<Panel>): LintedDashboard => dashboard({ panels: [panel(changes)] });

test("finds nothing in a board that follows the conventions", () => {
  assert.deepEqual(lintDashboards([dashboard()], known), []);
});

test("finds nothing in our boards", () => {
  assert.deepEqual(lintDashboards(buildDashboards() as LintedDashboard[], known), []);
});

const faults: readonly (readonly [fault: string, rules: string, board: LintedDashboard])[] = [
  ["a uid that is not ours", "uid", dashboard({ uid: "test", links: [] })],
  ["a board without description", "description", dashboard({ description: "" })],
  ["an editable board", "editable", dashboard({ editable: true })],
  [
    "two panels with one id",
    "panel-id",
    dashboard({ panels: [panel(), panel({ gridPos: { x: 12, y: 0, w: 12, h: 8 } })] }),
  ],
  [
    "panels that overlap",
    "overlap",
    dashboard({ panels: [panel(), panel({ id: 2, gridPos: { x: 11, y: 7, w: 12, h: 8 } })] }),
  ],
  ["a panel over the edge", "overlap", withPanel({ gridPos: { x: 20, y: 0, w: 12, h: 8 } })],
  ["a panel without title", "title", withPanel({ title: "" })],
  ["a panel without description", "description", withPanel({ description: "" })],
  ["a panel without unit", "unit", withPanel({ fieldConfig: { defaults: {} } })],
  [
    "a panel that asks nothing",
    "targets",
    dashboard({ panels: [panel(), panel({ id: 2, gridPos: { x: 12, y: 0, w: 12, h: 8 }, targets: [] })] }),
  ],
  ["a fixed data source", "datasource", withPanel({ datasource: { type: "prometheus", uid: "abc" } })],
  [
    "a data source without variable",
    "datasource, variable-defined",
    withPanel({ datasource: { type: "loki", uid: placeholder("loki") } }),
  ],
  ["an undefined variable", "variable-defined", withExpr(`sum(rate(${REQUESTS}{agent=~"$agent"}[$__range]))`)],
  ["an undefined variable in braces", "variable-defined", withPanel({ title: `Of ${placeholder("agent:csv")}` })],
  [
    "an unused variable",
    "variable-used",
    dashboard({ templating: { list: [...(dashboard().templating?.list ?? []), { name: "model", type: "query" }] } }),
  ],
  ["a metric that does not exist", "metric", withExpr("sum(rate(agent_request_total[$__range]))")],
  ["a label that does not exist", "label", withExpr(`sum(rate(${REQUESTS}{outcome="ok"}[$__range]))`)],
  ["a grouping that does not exist", "label", withExpr(`sum by (outcome) (rate(${REQUESTS}[$__range]))`)],
  ["a bare counter", "counter", withExpr(`sum(${REQUESTS})`)],
  ["a counter as a maximum", "counter", withExpr(`max_over_time(${REQUESTS}[$__range])`)],
  ["a histogram without le", "histogram", withExpr("sum(rate(agent_request_duration_seconds_bucket[$__range]))")],
  ["a fixed window", "window", withExpr(`sum(rate(${REQUESTS}[5m]))`)],
  [
    "a duration without exemplars",
    "exemplar",
    withExpr("histogram_quantile(0.9, sum by (le) (rate(llm_request_duration_seconds_bucket[$__range])))"),
  ],
  ["logs that are not selected by service", "logql", withLogs('{job="a"}')],
  ["a fixed window over logs", "window", withLogs('sum(count_over_time({service_name="a"}[5m]))')],
  ["a link to nowhere", "link", dashboard({ links: [{ url: "/d/ao-gone" }] })],
];

for (const [fault, rules, board] of faults) {
  test(`finds ${fault}`, () => {
    assert.equal(rulesBroken(board).join(", "), rules);
  });
}

test("finds a link to nowhere inside a panel", () => {
  const linked = { ...panel(), fieldConfig: { defaults: { unit: "s", links: [{ url: "/d/ao-gone?var-job=a" }] } } };
  assert.deepEqual(rulesBroken(dashboard({ panels: [linked] })), ["link"]);
});

test("takes every series of a histogram, recorded series and those of the stack", () => {
  const expressions = [
    "histogram_quantile(0.9, sum by (le) (rate(llm_request_duration_seconds_bucket[5m])))",
    "rate(llm_request_duration_seconds_sum[5m]) / rate(llm_request_duration_seconds_count[5m])",
    "job_agent:agent_request_errors:ratio5m > 0.05",
    'up{job="loki"} == 0',
  ];
  for (const expr of expressions) assert.deepEqual(lintPromql(expr, known), [], expr);
});
