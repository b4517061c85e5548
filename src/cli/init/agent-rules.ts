import type { Stage, StagePlan, Thresholds } from "./thresholds.ts";

export type WatchedAgent = {
  readonly agent: string;
  readonly stage: Stage;
  readonly plan: StagePlan;
  readonly thresholds: Thresholds;
  /** In names of groups and files. */
  readonly slug: string;
  /** Of its dashboard. */
  readonly uid: string;
};

/** A scenario of a unit test: series, and when to look. `fires` has what the annotations say then. */
type Scenario = { readonly series: readonly (readonly [selector: string, values: string])[]; readonly at: string };
type WatchedAlert = {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: string;
  readonly summary: string;
  /** With `$labels` and `$value`, and what comes of it in the scenario that fires. */
  readonly description: string;
  readonly described: string;
  readonly runbook: string;
  /** Labels of the alert besides severity, in the scenario that fires. */
  readonly labels: Readonly<Record<string, string>>;
  readonly fires: Scenario;
  readonly silent: Scenario;
};

/** JSON strings are strings of YAML, and of PromQL as well. */
const quoted = (text: string): string => JSON.stringify(text);

const BY = "sum by (deployment_environment_name, job, agent)";

/** What a counter grew by, exactly: docs/alerts.md, "How events are counted". */
const counted = (selector: string, window: string): string => {
  const range = `${selector}[${window}]`;
  return `${BY} (\n  max_over_time(${range}) - min_over_time(${range})\n  and resets(${range}) == 0\n  or increase(${range})\n)`;
};

function alertsOf({ agent, plan, thresholds, uid: _ }: WatchedAgent): WatchedAlert[] {
  const environment = plan.names[0] as string;
  const matchers = `agent=${quoted(agent)}, deployment_environment_name=~${quoted(plan.names.join("|"))}`;
  const identity = `agent=${quoted(agent)},deployment_environment_name=${quoted(environment)},job="shop",instance="a"`;
  const series = (metric: string, labels: string, values: string) =>
    [`${metric}{${identity}${labels === "" ? "" : `,${labels}`}}`, values] as const;
  const labels = { deployment_environment_name: environment, job: "shop", agent };
  const runs = `agent_requests_total{${matchers}}`;
  const enough = `${counted(runs, "10m")} >= ${plan.minRuns}`;
  const common = { for: plan.for, severity: plan.severity.other, labels };
  const ofJob = "{{ $labels.agent }} of {{ $labels.job }}";
  const at = "40m";
  // One run a minute, which went well or did not.
  const one = "0+1x60";
  const perRun = (metric: string, selectorLabels: string, amount: number) => [
    series("agent_requests_total", 'status="ok"', one),
    series(metric, selectorLabels, `0+${amount}x60`),
  ];
  const { errorRatio, responseTimeSeconds, toolSuccessRatio, costPerRunUsd, tokensPerRun, spendPerHourUsd } =
    thresholds;
  const tool = (status: string): string => `agent_tool_calls_total{${matchers}${status}}`;
  const absence: WatchedAlert = {
    name: "AgentNotSeen",
    expr: `absent_over_time(agent_requests_total{${matchers}}[1d])`,
    for: "1h",
    severity: plan.severity.other,
    summary: "An agent has not been heard of for a day",
    description:
      "No run of agent {{ $labels.agent }} has been counted in this environment for a day: it does not run, is called otherwise, or its environment is not set.",
    described: `No run of agent ${agent} has been counted in this environment for a day: it does not run, is called otherwise, or its environment is not set.`,
    runbook: "AgentSystemDown",
    labels: { agent },
    fires: { series: [['up{job="shop"}', "1x130"]], at: "2h" },
    silent: { series: [series("agent_requests_total", 'status="ok"', "0x130")], at: "2h" },
  };
  const all: WatchedAlert[] = [
    {
      ...common,
      name: "AgentFailing",
      severity: plan.severity.failing,
      expr: `${counted(`agent_requests_total{${matchers}, status="error"}`, "10m")}\n/\n(${counted(runs, "10m")} > 0)\n> ${errorRatio.limit}\nand\n${enough}`,
      summary: `Agent fails more than ${errorRatio.limit * 100} % of its runs`,
      description: `{{ $value | humanizePercentage }} of the runs of agent ${ofJob} failed in the last 10 minutes. The target is below ${errorRatio.target * 100} %.`,
      described: `100% of the runs of agent ${agent} of shop failed in the last 10 minutes. The target is below ${errorRatio.target * 100} %.`,
      runbook: "AgentErrorRateHigh",
      fires: { series: [series("agent_requests_total", 'status="error"', one)], at },
      silent: {
        series: [
          series("agent_requests_total", 'status="error"', "0x60"),
          series("agent_requests_total", 'status="ok"', one),
        ],
        at,
      },
    },
    {
      ...common,
      name: "AgentSlow",
      expr: `histogram_quantile(\n  0.95,\n  sum by (deployment_environment_name, job, agent, le) (rate(agent_request_duration_seconds_bucket{${matchers}}[10m]))\n) > ${responseTimeSeconds.limit}\nand\n${enough}`,
      summary: "Agent answers too slowly",
      description: `One in twenty runs of agent ${ofJob} takes longer than ${responseTimeSeconds.limit} s (p95 over 10 minutes). The target is ${responseTimeSeconds.target} s.`,
      described: `One in twenty runs of agent ${agent} of shop takes longer than ${responseTimeSeconds.limit} s (p95 over 10 minutes). The target is ${responseTimeSeconds.target} s.`,
      runbook: "AgentResponseTimeHigh",
      fires: {
        series: [
          series("agent_request_duration_seconds_bucket", 'status="ok",le="600"', "0x60"),
          series("agent_request_duration_seconds_bucket", 'status="ok",le="+Inf"', one),
          series("agent_requests_total", 'status="ok"', one),
        ],
        at,
      },
      silent: {
        series: [
          series("agent_request_duration_seconds_bucket", 'status="ok",le="0.01"', one),
          series("agent_request_duration_seconds_bucket", 'status="ok",le="+Inf"', one),
          series("agent_requests_total", 'status="ok"', one),
        ],
        at,
      },
    },
    {
      ...common,
      name: "AgentToolsFailing",
      expr: `${counted(tool(', status!="error"'), "10m")}\n/\n(${counted(tool(""), "10m")} > 0)\n< ${toolSuccessRatio.limit}\nand\n${counted(tool(', status="error"'), "10m")} >= ${plan.minRuns}`,
      summary: `Fewer than ${toolSuccessRatio.limit * 100} % of an agent's tool calls succeed`,
      description: `Only {{ $value | humanizePercentage }} of the tool calls of agent ${ofJob} succeeded in the last 10 minutes. The target is above ${toolSuccessRatio.target * 100} %.`,
      described: `Only 0% of the tool calls of agent ${agent} of shop succeeded in the last 10 minutes. The target is above ${toolSuccessRatio.target * 100} %.`,
      runbook: "ToolSuccessRateLow",
      fires: {
        series: [
          series("agent_tool_calls_total", 'tool="search",status="ok"', "0x60"),
          series("agent_tool_calls_total", 'tool="search",status="error"', one),
        ],
        at,
      },
      silent: {
        series: [
          series("agent_tool_calls_total", 'tool="search",status="ok"', one),
          series("agent_tool_calls_total", 'tool="search",status="error"', "0x60"),
        ],
        at,
      },
    },
    {
      ...common,
      name: "AgentRunCostHigh",
      expr: `${counted(`llm_cost_usd_total{${matchers}}`, "10m")}\n/\n(${counted(runs, "10m")} > 0)\n> ${costPerRunUsd.limit}\nand\n${enough}`,
      summary: `An agent's run costs more than ${costPerRunUsd.limit} US dollars`,
      description: `A run of agent ${ofJob} costs more than ${costPerRunUsd.limit} US dollars on average. The target is ${costPerRunUsd.target}.`,
      described: `A run of agent ${agent} of shop costs more than ${costPerRunUsd.limit} US dollars on average. The target is ${costPerRunUsd.target}.`,
      runbook: "LlmCostPerRequestHigh",
      fires: { series: perRun("llm_cost_usd_total", 'model="m",provider="p"', 2 * costPerRunUsd.limit + 1), at },
      silent: { series: perRun("llm_cost_usd_total", 'model="m",provider="p"', costPerRunUsd.limit / 2), at },
    },
    {
      ...common,
      name: "AgentRunTokensHigh",
      expr: `${counted(`llm_tokens_total{${matchers}, type=~"input|output"}`, "10m")}\n/\n(${counted(runs, "10m")} > 0)\n> ${tokensPerRun.limit}\nand\n${enough}`,
      summary: `An agent's run uses more than ${tokensPerRun.limit} tokens`,
      description: `A run of agent ${ofJob} uses more than ${tokensPerRun.limit} tokens on average. The target is ${tokensPerRun.target}.`,
      described: `A run of agent ${agent} of shop uses more than ${tokensPerRun.limit} tokens on average. The target is ${tokensPerRun.target}.`,
      runbook: "LlmTokensPerRequestHigh",
      fires: {
        series: perRun("llm_tokens_total", 'model="m",provider="p",type="input"', 2 * tokensPerRun.limit + 1),
        at,
      },
      silent: { series: perRun("llm_tokens_total", 'model="m",provider="p",type="input"', tokensPerRun.limit / 2), at },
    },
    {
      ...common,
      name: "AgentSpendHigh",
      expr: `${counted(`llm_cost_usd_total{${matchers}}`, "1h")} > ${spendPerHourUsd.limit}`,
      summary: `An agent spends more than ${spendPerHourUsd.limit} US dollars an hour`,
      description: `The model calls of agent ${ofJob} cost more than ${spendPerHourUsd.limit} US dollars in the last hour.`,
      described: `The model calls of agent ${agent} of shop cost more than ${spendPerHourUsd.limit} US dollars in the last hour.`,
      runbook: "LlmSpendHigh",
      fires: {
        series: [series("llm_cost_usd_total", 'model="m",provider="p"', `0+${spendPerHourUsd.limit / 20 + 1}x90`)],
        at: "80m",
      },
      silent: {
        series: [series("llm_cost_usd_total", 'model="m",provider="p"', `0+${spendPerHourUsd.limit / 120}x90`)],
        at: "80m",
      },
    },
  ];
  return plan.watchesAbsence ? [...all, absence] : all;
}

const indented = (text: string, by: number): string => text.replace(/^/gm, " ".repeat(by));

/** Alert rules for one agent of one environment, as Prometheus reads them. They need none of the rules of this package. */
export function writeRules(watched: WatchedAgent): string {
  const { agent, stage, slug, uid } = watched;
  const rules = alertsOf(watched).map((alert) =>
    [
      `      - alert: ${alert.name}`,
      "        expr: |",
      indented(alert.expr, 10),
      `        for: ${alert.for}`,
      `        labels: { severity: ${alert.severity} }`,
      "        annotations:",
      `          summary: ${quoted(alert.summary)}`,
      `          description: ${quoted(alert.description)}`,
      `          runbook_url: "{{ $externalURL }}/user/runbooks/${alert.runbook}.md"`,
      `          dashboard_url: "/d/${uid}"`,
    ].join("\n"),
  );
  return `# Made by \`agent-observatory init\` for agent ${agent}, ${stage}: change the thresholds beside it and run that again with --force.
groups:
  - name: ${quoted(`agent ${slug} ${stage}`)}
    interval: 30s
    rules:
${rules.join("\n\n")}
`;
}

function writeScenario(title: string, scenario: Scenario, expected: string, alert: WatchedAlert): string {
  return [
    `  - name: ${quoted(`${alert.name}: ${title}`)}`,
    "    interval: 1m",
    "    external_url: http://prometheus.test",
    "    input_series:",
    ...scenario.series.flatMap(([selector, values]) => [
      `      - series: ${quoted(selector)}`,
      `        values: ${quoted(values)}`,
    ]),
    "    alert_rule_test:",
    `      - eval_time: ${scenario.at}`,
    `        alertname: ${alert.name}`,
    expected,
  ].join("\n");
}

/** Unit tests of those rules, for promtool and `agent-observatory alerts test`. `rulesPath` is seen from the test file. */
export function writeRuleTests(watched: WatchedAgent, rulesPath: string): string {
  const tests = alertsOf(watched).flatMap((alert) => {
    const labels = Object.entries({ ...alert.labels, severity: alert.severity });
    const expected = [
      "        exp_alerts:",
      `          - exp_labels: { ${labels.map(([name, value]) => `${name}: ${quoted(value)}`).join(", ")} }`,
      "            exp_annotations:",
      `              summary: ${quoted(alert.summary)}`,
      `              description: ${quoted(alert.described)}`,
      `              runbook_url: "http://prometheus.test/user/runbooks/${alert.runbook}.md"`,
      `              dashboard_url: "/d/${watched.uid}"`,
    ].join("\n");
    return [
      writeScenario("fires beyond its limit", alert.fires, expected, alert),
      writeScenario("is silent within it", alert.silent, "        exp_alerts: []", alert),
    ];
  });
  return `rule_files:\n  - ${quoted(rulesPath)}\nevaluation_interval: 1m\n\ntests:\n${tests.join("\n\n")}\n`;
}
