import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { Dollars, PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { agentGraph } from "./agent-graph.ts";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toTraces } from "./data-links.ts";
import { levelsBelow, levelsOf, percent } from "./levels.ts";
import { chart, logs, stat, table, traces } from "./panels.ts";
import {
  AGENT,
  counted,
  countedOrZero,
  oldest,
  PROCESS,
  perMinute,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
  where,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const REQUESTS = `agent_requests_total{${AGENT}}`;
const FAILED = where(REQUESTS, 'status="error"');
const DURATION = `agent_request_duration_seconds{${AGENT}}`;
const TOOL_CALLS = `agent_tool_calls_total{${AGENT}}`;
const TOOL_CALLS_OK = where(TOOL_CALLS, 'status!="error"');
const TOKENS = `llm_tokens_total{${AGENT}, type=~"input|output"}`;
const COST = `llm_cost_usd_total{${AGENT}}`;
const BUDGET = `budget_used_ratio{${PROCESS}}`;
const OLDEST_RUN = `agent_oldest_run_start_time_seconds{${AGENT}}`;

const { responseTimeSeconds, agentErrorRatio, toolSuccessRatio, budgetUsedRatio, stuckRunSeconds } = THRESHOLDS;
const RESPONSE_LEVELS = levelsOf(responseTimeSeconds);
const ERROR_LEVELS = levelsOf(agentErrorRatio);

const FIRING = 'ALERTS{alertstate="firing", alertname!="Watchdog"}';

const KEPT = ["environment", "job"] as const;

const linksOf = (agent: string) => [
  toBoard("Open the agent", "orchestration", { keep: KEPT, set: { agent } }),
  toTraces("Failed runs", { tags: `error=true gen_ai.agent.name="${agent}"` }),
  toBoard("What it spends", "llmCost", { keep: KEPT, set: { agent } }),
  toBoard("What the logs say", "logs", { keep: KEPT }),
];

export const overview = (): Dashboard =>
  board("overview", {
    description: "Are the agents well, what do they cost, and what went wrong last?",
    datasources: ["prometheus", "loki", "jaeger"],
    variables: [
      variables.environment(),
      variables.job(),
      variables.agent(),
      variables.service(),
      variables.tracedService(),
    ],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            3,
            stat({
              title: "Agent runs",
              description:
                "Agent runs that ended in the time range. None where there ought to be some: are the programs up (System)?",
              unit: Short,
              expr: countedOrZero(REQUESTS),
            }),
          ],
          [
            3,
            stat({
              title: "Failed runs",
              description: `Share of agent runs that failed. Target below ${percent(agentErrorRatio.target)}, alert above ${percent(agentErrorRatio.limit)}: the table names the agent, the traces below the reason.`,
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(FAILED, REQUESTS),
            }),
          ],
          [
            3,
            stat({
              title: "Response time, p95",
              description: `One in twenty agent runs took longer. Target ${responseTimeSeconds.target} s, alert above ${responseTimeSeconds.limit} s: a dot of the chart opens a slow one.`,
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              expr: quantile(0.95, DURATION),
            }),
          ],
          [
            3,
            stat({
              title: "Tool success",
              description: `Share of tool calls that succeeded. Target above ${percent(toolSuccessRatio.target)}, alert below ${percent(toolSuccessRatio.limit)}: see Tools & MCP.`,
              unit: PercentUnit,
              levels: levelsBelow(toolSuccessRatio),
              expr: share(TOOL_CALLS_OK, TOOL_CALLS),
              links: [toBoard("Which tool", "tools", { keep: KEPT })],
            }),
          ],
          [
            3,
            stat({
              title: "LLM spend",
              description:
                "What LLM requests cost in the time range, as far as their price is known: see LLM & cost for who spends it.",
              unit: Dollars,
              expr: countedOrZero(COST),
              links: [toBoard("Who spends it", "llmCost", { keep: KEPT })],
            }),
          ],
          [
            3,
            stat({
              title: "Fullest budget",
              description: `Share that is spent of the budget that is nearest to its limit. Alert above ${percent(budgetUsedRatio.limit)}; at ${percent(1)} it warns or blocks.`,
              unit: PercentUnit,
              levels: levelsOf(budgetUsedRatio),
              expr: `max(${BUDGET})`,
              links: [toBoard("Which budget", "llmCost", { keep: KEPT })],
            }),
          ],
          [
            3,
            stat({
              title: "Oldest run",
              description: `How long the oldest agent run in progress has been going on. Alert above ${stuckRunSeconds.limit / 60} min: it hangs, or waits for a person.`,
              unit: Seconds,
              levels: levelsOf(stuckRunSeconds),
              expr: `max(${oldest(OLDEST_RUN, "agent")}) or vector(0)`,
              links: [toBoard("What is under way", "orchestration", { keep: KEPT })],
            }),
          ],
          [
            3,
            stat({
              title: "Firing alerts",
              description: "Alerts that fire now, apart from the one that always does: the list stands below.",
              unit: Short,
              levels: { alert: 1 },
              expr: `count(${FIRING}) or vector(0)`,
            }),
          ],
        ],
      },
      {
        title: "Agents",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Runs",
              description: "Agent runs that ended, by agent. Click a line for what the agent does.",
              unit: RequestsPerMinute,
              stacked: true,
              links: linksOf(clickedLabel("agent")),
              queries: [{ expr: perMinute(REQUESTS, "agent"), legend: "{{agent}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Failed runs by agent",
              description:
                "Share of agent runs that failed. One agent: its prompt or tools. All at once: the model provider.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              exemplars: true,
              links: linksOf(clickedLabel("agent")),
              queries: [{ expr: shareOverTime(FAILED, REQUESTS, "agent"), legend: "{{agent}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Response time",
              description:
                "Duration of agent runs. A dot is one run: click it to open its trace and see what took the time.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              exemplars: true,
              queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantileOverTime(q, DURATION), legend: `p${q * 100}` })),
            }),
          ],
        ],
      },
      {
        title: "Who works with whom",
        height: 12,
        panels: [
          [
            12,
            agentGraph({
              title: "Agents, tools and models",
              description:
                "Who calls what, and how often, in the time range. A red rim is the share that failed: follow the edges to whom it hits.",
            }),
          ],
          [
            12,
            table({
              title: "Agents by program",
              description: "Every agent in the time range. Sort by the column that worries you, then click the name.",
              rows: { agent: "Agent", job: "Program" },
              columns: [
                { title: "Runs", unit: Short, expr: counted(REQUESTS, "job", "agent") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: ERROR_LEVELS,
                  expr: share(FAILED, REQUESTS, "job", "agent"),
                },
                {
                  title: "p95",
                  unit: Seconds,
                  levels: RESPONSE_LEVELS,
                  expr: quantile(0.95, DURATION, "job", "agent"),
                },
                { title: "Tokens", unit: Short, expr: counted(TOKENS, "job", "agent") },
                { title: "Cost", unit: Dollars, expr: counted(COST, "job", "agent") },
              ],
              links: linksOf(clickedCell("Agent")),
            }),
          ],
        ],
      },
      {
        title: "What went wrong",
        height: 10,
        panels: [
          [
            7,
            table({
              title: "Alerts that fire",
              description:
                "In all programs, not the selected ones only. alerts/runbooks has a page for each: what it means, where to look, what to do.",
              rows: { alertname: "Alert", severity: "Severity", job: "Program" },
              columns: [{ title: "Count", unit: Short, expr: `count by (alertname, severity, job) (${FIRING})` }],
            }),
          ],
          [
            8,
            traces({
              title: "Recent failed traces",
              description:
                "Traces with an error, newest first, of one program (Traces of). Click one to see where it failed.",
              search: { service: "$traced_service", tags: "error=true", limit: 20 },
            }),
          ],
          [
            9,
            logs({
              title: "Warnings and errors",
              description: "Log lines of the selected programs; a line with a trace id leads to its trace.",
              expr: '{service_name=~"$service"} | detected_level=~"warn|error|fatal|critical" | deployment_environment_name=~"$environment"',
            }),
          ],
        ],
      },
    ],
  });
