/** One piece: the table of all rules, each with what breaks it and what comes close and does not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { toLogs, toTraces } from "../../grafana/source/data-links.ts";
import { loadKnownSeries } from "../../grafana/source/known-metrics.ts";
import { type LintedDashboard, lintDashboards, lintPromql, RULES, type RuleName } from "../../grafana/source/lint.ts";
import { placeholder } from "../../grafana/source/placeholder.ts";
import {
  board,
  PROCESS,
  panel,
  panes,
  RATE,
  second,
  target,
  VARIABLES,
  variable,
  withColumns,
  withExpr,
  withLink,
  withLogs,
  withPanel,
  withSearch,
  withSteps,
} from "./linted-board.ts";

const known = loadKnownSeries();
const rulesBroken = (linted: LintedDashboard): RuleName[] => [
  ...new Set(lintDashboards([linted], known).map(({ rule }) => rule)),
];

const REQUESTS = `agent_requests_total{${PROCESS}}`;
const P95 = `histogram_quantile(0.95, sum by (le) (rate(llm_request_duration_seconds_bucket{${PROCESS}}[$__rate_interval])))`;
const BY_AGENT = `sum by (agent) (rate(${REQUESTS}[$__range]))`;
const LINES = '{service_name=~"$job"}';
const withVariable = (...more: ReturnType<typeof variable>[]): LintedDashboard => ({
  ...withExpr(`sum(rate(agent_requests_total{${PROCESS}, agent=~"$agent"}[$__range]))`),
  templating: { list: [...VARIABLES, ...more] },
});
const explore = (query: string): string => `/explore?schemaVersion=1&panes=${encodeURIComponent(query)}`;
const withExplore = (link: { readonly url: string }): LintedDashboard => {
  const sources = ["loki", "jaeger"].map((name) => ({ name, type: "datasource", query: name }));
  // Both data sources are used, so that only the link is judged.
  const linked = withLink(link.url).panels?.[0] ?? panel();
  const title = `${placeholder("loki")} ${placeholder("jaeger")} ${placeholder("traced_service")}`;
  const traced = variable("traced_service", "label_values(agent_observatory_up, job)");
  return board({ panels: [{ ...linked, title }], templating: { list: [...VARIABLES, ...sources, traced] } });
};

type Case = readonly [what: string, board: LintedDashboard];
const CASES: Record<RuleName, { readonly breaks: readonly Case[]; readonly keeps: readonly Case[] }> = {
  uid: {
    breaks: [["a uid that is not ours", board({ uid: "test", links: [] })]],
    keeps: [["a uid of several words", board({ uid: "ao-stack-health", links: [] })]],
  },
  editable: {
    breaks: [["an editable board", board({ editable: true })]],
    keeps: [["a board that cannot be changed", board()]],
  },
  description: {
    breaks: [
      ["a board without one", board({ description: "" })],
      ["a panel without one", withPanel({ description: "" })],
    ],
    keeps: [["a row without one", board({ panels: [panel(), { id: 2, type: "row", title: "More" }] })]],
  },
  title: {
    breaks: [["a panel without title", withPanel({ title: "" })]],
    keeps: [["a panel with one", withPanel({ title: "Other" })]],
  },
  "panel-id": {
    breaks: [["two panels with one id", withPanel({ id: 1 })]],
    keeps: [["panels with ids of their own", withPanel({ id: 7 })]],
  },
  overlap: {
    breaks: [
      ["panels on each other", withPanel({ gridPos: { x: 11, y: 7, w: 12, h: 8 } })],
      ["a panel over the edge", withPanel({ gridPos: { x: 20, y: 0, w: 12, h: 8 } })],
    ],
    keeps: [["panels side by side and below", withPanel({ gridPos: { x: 0, y: 8, w: 24, h: 8 } })]],
  },
  targets: {
    breaks: [["a panel that asks nothing", withPanel({ targets: [] })]],
    keeps: [["a panel that asks twice", withPanel({ targets: [target(RATE), target(RATE, { refId: "B" })] })]],
  },
  datasource: {
    breaks: [
      ["a variable of another type", withPanel({ datasource: { type: "loki", uid: placeholder("prometheus") } })],
      [
        "a query to another one than the variable's",
        {
          ...withLogs(LINES),
          templating: { list: [...VARIABLES, { name: "loki", type: "datasource", query: "prometheus" }] },
        },
      ],
    ],
    keeps: [["a panel for logs", withLogs(LINES)]],
  },
  "fixed-uid": {
    breaks: [
      [
        "a data source by its uid in a variable",
        board({ templating: { list: [...VARIABLES.slice(0, 2), { ...VARIABLES[2]!, datasource: { uid: "abc" } }] } }),
      ],
    ],
    keeps: [
      [
        "Grafana's own",
        { ...board(), annotations: { list: [{ datasource: { uid: "-- Grafana --" } }] } } as LintedDashboard,
      ],
    ],
  },
  "variable-defined": {
    breaks: [
      ["an undefined variable in a query", withVariable()],
      ["an undefined variable in braces", withPanel({ title: `Of ${placeholder("agent:csv")}` })],
    ],
    keeps: [
      [
        "Grafana's own and groups of a pattern",
        withExpr(`label_replace(${BY_AGENT}, "agent", "$1", "agent", "(.*)")`, { legendFormat: "{{agent}}" }),
      ],
    ],
  },
  "variable-used": {
    breaks: [
      [
        "an unused variable",
        board({ templating: { list: [...VARIABLES, variable("agent", "label_values(agent_requests_total, agent)")] } }),
      ],
    ],
    keeps: [
      [
        "a variable that only another one uses",
        board({
          panels: [
            panel({
              targets: [target("sum(up)")],
              fieldConfig: { defaults: { unit: "short" } },
              title: `Of ${placeholder("job")}`,
            }),
          ],
        }),
      ],
    ],
  },
  "variable-query": {
    breaks: [
      [
        "a label that the metric does not have",
        withVariable(variable("agent", "label_values(agent_requests_total, model)")),
      ],
      ["a metric that does not exist", withVariable(variable("agent", "label_values(agent_request_total, agent)"))],
      [
        "a query that is not valid",
        withVariable(variable("agent", 'label_values(agent_requests_total{job=~"$job}, agent)')),
      ],
      ["something else than values of a label", withVariable(variable("agent", "metrics(agent.*)"))],
    ],
    keeps: [
      [
        "values of a counter's label",
        withVariable(variable("agent", 'label_values(agent_requests_total{job=~"$job"}, agent)')),
      ],
    ],
  },
  "variable-reload": {
    breaks: [
      [
        "choices that are read once",
        withVariable({ ...variable("agent", "label_values(agent_requests_total, agent)"), refresh: 1 }),
      ],
    ],
    keeps: [
      ["choices that follow the time", withVariable(variable("agent", "label_values(agent_requests_total, agent)"))],
    ],
  },
  promql: {
    breaks: [
      ["a bracket too few", withExpr("sum(rate(up[$__range])")],
      ["a type that does not fit", withExpr("rate(up)")],
    ],
    keeps: [["Grafana's variables in all places", withExpr(`sum(rate(${REQUESTS}[$__range])) / $__range_s`)]],
  },
  metric: {
    breaks: [["a metric that does not exist", withExpr("sum(rate(agent_request_total[$__range]))")]],
    keeps: [
      ["one that a rule records", withExpr(`sum(job_agent:agent_request_errors:ratio5m{${PROCESS}})`)],
      ["one of the stack", withExpr("sum(otelcol_exporter_queue_size)", {}, "bytes")],
    ],
  },
  label: {
    breaks: [
      ["a label that does not exist", withExpr(`sum(rate(agent_requests_total{${PROCESS}, outcome="ok"}[$__range]))`)],
      [
        "a label that a rule does not keep",
        withExpr(`sum(job_agent:agent_request_errors:ratio5m{${PROCESS}, status="ok"})`),
      ],
      [
        "a label that the stack's series does not have",
        withExpr('sum(otelcol_exporter_queue_size{signal="logs"})', {}, "bytes"),
      ],
    ],
    keeps: [
      [
        "a label made by the query",
        withExpr(`sum by (who) (label_replace(${BY_AGENT}, "who", "$1", "agent", "(.*)"))`, {
          legendFormat: "{{who}}",
        }),
      ],
    ],
  },
  "follows-variables": {
    breaks: [
      ["a query of all programs", withExpr("sum(rate(agent_requests_total[$__range]))")],
      [
        "a query of one program",
        withExpr('sum(rate(agent_requests_total{deployment_environment_name=~"$environment", job="a"}[$__range]))'),
      ],
    ],
    keeps: [["the stack's own", withExpr("sum(up)")]],
  },
  counter: {
    breaks: [
      ["a bare counter", withExpr(`sum(${REQUESTS})`)],
      ["a counter as a maximum", withExpr(`sum(max_over_time(${REQUESTS}[$__range]))`)],
    ],
    keeps: [
      [
        "the exact count",
        withExpr(
          `sum(max_over_time(${REQUESTS}[$__range]) - min_over_time(${REQUESTS}[$__range]) and resets(${REQUESTS}[$__range]) == 0 or increase(${REQUESTS}[$__range]))`,
        ),
      ],
      [
        "a counter that was not there before",
        withExpr(
          "sum((loki_discarded_samples_total unless loki_discarded_samples_total offset $__range) or increase(loki_discarded_samples_total[$__range]))",
        ),
      ],
    ],
  },
  histogram: {
    breaks: [
      ["buckets without le", withExpr(`sum(rate(agent_request_duration_seconds_bucket{${PROCESS}}[$__range]))`)],
    ],
    keeps: [
      [
        "a bucket by its bound",
        withExpr(`sum(rate(agent_request_duration_seconds_bucket{${PROCESS}, le="5"}[$__range]))`),
      ],
    ],
  },
  window: {
    breaks: [
      ["a fixed window", withExpr(`sum(rate(${REQUESTS}[5m]))`)],
      ["a fixed window over logs", withLogs('sum(count_over_time({service_name=~"a"}[5m]))', "timeseries", "lines")],
    ],
    keeps: [["the whole time", withExpr(`sum(rate(${REQUESTS}[$__range]))`)]],
  },
  exemplar: {
    breaks: [
      ["a duration without exemplars", withExpr(P95, {}, "s")],
      [
        "a cost without exemplars",
        withExpr(`3600 * sum(rate(llm_cost_usd_total{${PROCESS}}[$__rate_interval]))`, {}, "currencyUSD"),
      ],
      [
        "exemplars of a histogram's sum, which has none",
        withExpr(
          `sum(rate(agent_request_duration_seconds_sum{${PROCESS}}[$__rate_interval]))`,
          { exemplar: true },
          "s",
        ),
      ],
    ],
    keeps: [["a duration with them", withExpr(P95, { exemplar: true }, "s")]],
  },
  legend: {
    breaks: [
      ["a label that the query does not have", withExpr(BY_AGENT, { legendFormat: "{{model}} {{agent}}" })],
      ["lines that look alike", withExpr(BY_AGENT, { legendFormat: "requests" })],
      ["a line without one", withExpr(RATE, { legendFormat: "" })],
      [
        "a label that the logs are not grouped by",
        withLogs(`sum by (detected_level) (rate(${LINES}[$__auto]))`, "timeseries", "{{level}}"),
      ],
    ],
    keeps: [
      ["a label of the query", withExpr(BY_AGENT, { legendFormat: "of {{agent}}" })],
      [
        "a label of logs",
        withLogs(`sum by (detected_level) (rate(${LINES}[$__auto]))`, "timeseries", "{{detected_level}}"),
      ],
    ],
  },
  columns: {
    breaks: [
      ["a column without the row's label", withColumns(BY_AGENT, RATE)],
      ["a column with a label more", withColumns(BY_AGENT, `sum by (agent, status) (rate(${REQUESTS}[$__range]))`)],
    ],
    keeps: [["columns of the same rows", withColumns(BY_AGENT, `sum by (agent) (agent_requests_active{${PROCESS}})`)]],
  },
  unit: {
    breaks: [["a panel without unit", withPanel({ fieldConfig: { defaults: {} } })]],
    keeps: [["log lines", withLogs(LINES)]],
  },
  "unit-fits": {
    breaks: [
      ["seconds as dollars", withExpr(P95, { exemplar: true }, "currencyUSD")],
      ["a minute's number as a second's", withExpr(`60 * ${RATE}`, {}, "reqps")],
      ["a share as seconds", withExpr(`${RATE} / ${RATE}`, {}, "s")],
      ["bytes as a number", withExpr("sum(process_resident_memory_bytes)", {}, "short")],
      ["a moment as a duration", withExpr("max(process_start_time_seconds)", {}, "s")],
    ],
    keeps: [
      ["a share", withExpr(`${RATE} / ${RATE}`, {}, "percentunit")],
      ["a minute's number", withExpr(`60 * ${RATE}`, {}, "reqpm")],
      ["time since", withExpr("time() - max(process_start_time_seconds)", {}, "dtdhms")],
    ],
  },
  thresholds: {
    breaks: [
      ["a number of nobody", withSteps("s", 3)],
      ["a threshold of something else", withSteps("s", 100)],
    ],
    keeps: [
      ["the target and limit", withSteps("s", 2, 5)],
      ["none and one", withSteps("short", 0, 1)],
    ],
  },
  logql: {
    breaks: [
      ["logs that are not selected by service", withLogs('{deployment_environment_name=~"$environment"}')],
      ["LogQL that is not valid", withLogs(`${LINES} | json |`)],
    ],
    keeps: [["filters and parsers", withLogs(`${LINES} |= "failed" | json | line_format "{{.message}}"`)]],
  },
  "log-label": {
    breaks: [
      ["a label that is none of streams", withLogs('{service_name=~"$job", level="error"}')],
      ["a label that no line has", withLogs(`${LINES} | severity="error"`)],
    ],
    keeps: [
      ["what Loki finds", withLogs(`${LINES} | detected_level="error"`)],
      ["an attribute of ours", withLogs(`${LINES} | agent_observatory_error_category="tool" or gen_ai_agent_name="a"`)],
      ["what a parser makes", withLogs(`${LINES} | logfmt | anything="x"`)],
    ],
  },
  traces: {
    breaks: [
      ["a search in a fixed service", withSearch({ service: "shop" })],
      ["a tag that no span has", withSearch({ tags: "gen_ai.agent=a" })],
      ["tags that cannot be read", withSearch({ tags: "error is true" })],
      ["no search at all", withSearch({ queryType: "upload" })],
    ],
    keeps: [["a value in quotes", withSearch({ tags: 'error=true gen_ai.agent.name="the planner"' })]],
  },
  link: {
    breaks: [
      ["a link of the board to nowhere", board({ links: [{ url: "/d/ao-gone" }] })],
      ["a link of a panel to nowhere", withLink("/d/ao-gone?var-job=a")],
      ["a variable that the other board does not have", withLink("/d/ao-test?var-agent=a")],
      ["a kept variable that the other board does not have", withLink(`/d/ao-test?${placeholder("loki:queryparam")}`)],
      ["Explore with another data source", withLink(explore(panes("prometheus", { expr: "up" })))],
      ["Explore with a query that is not valid", withLink(explore(panes(placeholder("prometheus"), { expr: "sum(" })))],
      ["Explore without panes", withLink("/explore?left=x")],
      ["logs by a label that there is not", withExplore(toLogs("Logs", `${LINES} | severity="x"`))],
      ["traces by a tag that there is not", withExplore(toTraces("Traces", { tags: "agent=x" }))],
    ],
    keeps: [
      [
        "a board with a variable",
        withLink(`/d/ao-test?${placeholder("__url_time_range")}&${placeholder("environment:queryparam")}&var-job=a`),
      ],
      ["logs in Explore", withExplore(toLogs("Logs", `{service_name=~"$job"} | detected_level="error"`))],
      ["traces in Explore", withExplore(toTraces("Traces", { tags: "error=true" }))],
    ],
  },
};

test("finds nothing in a board that follows the rules", () => {
  assert.deepEqual(lintDashboards([board()], known), []);
});

test("finds nothing in our boards", () => {
  assert.deepEqual(lintDashboards(buildDashboards() as LintedDashboard[], known), []);
});

for (const rule of Object.keys(RULES) as RuleName[]) {
  describe(`the rule ${rule}`, () => {
    for (const [what, linted] of CASES[rule].breaks) {
      test(`is broken by ${what}`, () => assert.ok(rulesBroken(linted).includes(rule), rulesBroken(linted).join(", ")));
    }
    for (const [what, linted] of CASES[rule].keeps) {
      test(`is kept by ${what}`, () => assert.ok(!rulesBroken(linted).includes(rule)));
    }
  });
}

test("a fault breaks one rule and not its neighbours", () => {
  const alone: RuleName[] = [
    "uid",
    "editable",
    "title",
    "overlap",
    "promql",
    "metric",
    "label",
    "legend",
    "columns",
    "log-label",
    "traces",
  ];
  for (const rule of alone) {
    for (const [what, linted] of CASES[rule].breaks) assert.deepEqual(rulesBroken(linted), [rule], `${rule}: ${what}`);
  }
});

test("a link to nowhere is found inside a panel", () => {
  const [problem] = lintDashboards(
    [board({ panels: [panel(), second(withLink("/d/ao-gone").panels?.[0] ?? {})] })],
    known,
  ).filter(({ rule }) => rule === "link");
  assert.match(problem?.message ?? "", /"\/d\/ao-gone" leads to no dashboard/);
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
