import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { Dollars, PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { BOARDS, board } from "./board.ts";
import { chart, logs, stat, table, traces } from "./panels.ts";
import { placeholder } from "./placeholder.ts";
import {
  AGENT,
  counted,
  countedOrZero,
  perHour,
  perMinute,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const REQUESTS = `agent_requests_total{${AGENT}}`;
const FAILED = `agent_requests_total{${AGENT}, status="error"}`;
const DURATION = `agent_request_duration_seconds{${AGENT}}`;
const TOOL_CALLS = `agent_tool_calls_total{${AGENT}}`;
const TOOL_CALLS_OK = `agent_tool_calls_total{${AGENT}, status="ok"}`;
const TOKENS = `llm_tokens_total{${AGENT}, type=~"input|output"}`;
const COST = `llm_cost_usd_total{${AGENT}}`;

const { responseTimeSeconds, agentErrorRatio, toolSuccessRatio } = THRESHOLDS;
const RESPONSE_LEVELS = { warn: responseTimeSeconds.target, alert: responseTimeSeconds.limit };
const ERROR_LEVELS = { warn: agentErrorRatio.target, alert: agentErrorRatio.limit };
const TOOL_LEVELS = { warn: toolSuccessRatio.target, alert: toolSuccessRatio.limit, moreIsBetter: true };

const KEEP = ["__url_time_range", "environment:queryparam", "job:queryparam"].map(placeholder).join("&");
const toAgent = (agent: string) => ({
  title: "Open the agent",
  url: `/d/${BOARDS.orchestration.uid}?${KEEP}&var-agent=${agent}`,
});

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
              title: "Agent requests",
              description: "Agent runs that ended in the time range.",
              unit: Short,
              expr: countedOrZero(REQUESTS),
            }),
          ],
          [
            3,
            stat({
              title: "Failed requests",
              description: "Share of agent runs that failed. Target below 1 %, alert above 5 %.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(FAILED, REQUESTS),
            }),
          ],
          [
            3,
            stat({
              title: "Response time, p95",
              description: "One in twenty agent runs took longer. Target 2 s, alert above 5 s.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              expr: quantile(0.95, DURATION),
            }),
          ],
          [
            3,
            stat({
              title: "Tool success",
              description: "Share of tool calls that succeeded. Target above 95 %, alert below 90 %.",
              unit: PercentUnit,
              levels: TOOL_LEVELS,
              expr: share(TOOL_CALLS_OK, TOOL_CALLS),
            }),
          ],
          [
            3,
            stat({
              title: "LLM spend",
              description: "What LLM requests cost in the time range, as far as their price is known.",
              unit: Dollars,
              expr: countedOrZero(COST),
            }),
          ],
          [
            3,
            stat({
              title: "Tokens",
              description: "Input and output tokens; cached and reasoning tokens are part of them.",
              unit: Short,
              expr: countedOrZero(TOKENS),
            }),
          ],
          [
            3,
            stat({
              title: "In progress",
              description: "Agent runs in progress now.",
              unit: Short,
              expr: `sum(agent_requests_active{${AGENT}}) or vector(0)`,
            }),
          ],
          [
            3,
            stat({
              title: "Firing alerts",
              description: "Alerts that fire now, apart from the one that always does.",
              unit: Short,
              levels: { alert: 1 },
              expr: 'count(ALERTS{alertstate="firing", alertname!="Watchdog"}) or vector(0)',
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
              title: "Requests",
              description: "Agent runs that ended, by agent.",
              unit: RequestsPerMinute,
              stacked: true,
              link: toAgent(placeholder("__field.labels.agent")),
              queries: [{ expr: perMinute(REQUESTS, "agent"), legend: "{{agent}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Failed requests",
              description: "Share of agent runs that failed, by agent.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              exemplars: true,
              link: toAgent(placeholder("__field.labels.agent")),
              queries: [{ expr: shareOverTime(FAILED, REQUESTS, "agent"), legend: "{{agent}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Response time",
              description: "Duration of agent runs. A dot is one run: click it to open its trace.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              exemplars: true,
              queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantileOverTime(q, DURATION), legend: `p${q * 100}` })),
            }),
          ],
          [
            16,
            table({
              title: "Agents",
              description: "Every agent in the time range. Click a name to see what it does.",
              rows: { agent: "Agent", job: "Program" },
              columns: [
                { title: "Requests", unit: Short, expr: counted(REQUESTS, "job", "agent") },
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
              link: toAgent(placeholder("__data.fields.Agent")),
            }),
          ],
          [
            8,
            chart({
              title: "LLM spend by agent",
              description: "Rate of spending in US dollars an hour, by agent.",
              unit: Dollars,
              stacked: true,
              exemplars: true,
              queries: [{ expr: perHour(COST, "agent"), legend: "{{agent}}" }],
            }),
          ],
        ],
      },
      {
        title: "What went wrong",
        height: 10,
        panels: [
          [
            12,
            traces({
              title: "Recent failed traces",
              description: "Traces with an error, newest first. Click one to see where it failed.",
              search: { service: "$traced_service", tags: "error=true", limit: 20 },
            }),
          ],
          [
            12,
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
