import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { EventsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toLogs, toTraces } from "./data-links.ts";
import { chart, type Levels, logs, stat, table, traces } from "./panels.ts";
import { AGENT, perMinute, quantileOverTime } from "./promql.ts";
import { BURN_FACTORS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const OBJECTIVE = `${AGENT}, slo=~"$slo"`;
const REMAINING = `slo:error_budget_remaining:ratio30d{${OBJECTIVE}}`;
const burn = (window: string): string => `slo:error_budget_burn:factor${window}{${OBJECTIVE}}`;
const bad = (window: string): string => `slo:bad_events:count${window}{${OBJECTIVE}}`;
const ratio = (window: string): string => `slo:bad_events:ratio${window}{${OBJECTIVE}}`;
const TARGET = 'slo:objective:ratio{slo=~"$slo"}';

/** Above 1 the budget does not last; an alert fires where the factor of the window is passed. */
const burnLevels = (window: string): Levels => ({ warn: 1, alert: BURN_FACTORS[window] ?? 1 });

/** What tells one objective of one agent from another. */
const ROWS = "slo, agent, job, deployment_environment_name";
const each = (series: string): string => `max by (${ROWS}) (${series})`;

const STREAM = '{service_name=~"$service"}';
const ENVIRONMENT = 'deployment_environment_name=~"$environment"';
const toAgent = (agent: string) =>
  toBoard("Open the agent", "orchestration", { keep: ["environment", "job"], set: { agent } });
const toFailed = (agent: string) =>
  toTraces("Failed traces of the agent", { tags: `error=true gen_ai.agent.name="${agent}"` });
const toLines = (agent: string) =>
  toLogs("Log lines of the agent", `${STREAM} | gen_ai_agent_name="${agent}" | ${ENVIRONMENT}`);

export const slo = (): Dashboard =>
  board("slo", {
    description: "Do the agents keep what was promised, how much may still go wrong, and what used it up?",
    datasources: ["prometheus", "loki", "jaeger"],
    variables: [
      variables.environment(),
      variables.job(),
      variables.agent(),
      variables.objective(),
      variables.service(),
      variables.tracedService(),
    ],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            6,
            stat({
              title: "Budgets used up",
              description:
                "Objectives of agents that are missed over 30 days. Stop what is risky (releases, other models) for these agents until their budget is back.",
              unit: Short,
              levels: { alert: 1 },
              expr: `count(${REMAINING} <= 0) or vector(0)`,
            }),
          ],
          [
            6,
            stat({
              title: "Least budget left",
              description:
                "What is left of the budget of 30 days, of the objective that has the least. Below 0 the promise is broken.",
              unit: PercentUnit,
              levels: { alert: 0, moreIsBetter: true },
              expr: `min(${REMAINING})`,
            }),
          ],
          [
            6,
            stat({
              title: "Fastest burn",
              description: `How many times as fast as it may a budget is used, over the last hour. Up to 1 it lasts 30 days; above ${BURN_FACTORS["1h"]} an alert fires, as 2 % of it are gone in this hour.`,
              unit: Short,
              levels: burnLevels("1h"),
              expr: `max(${burn("1h")})`,
            }),
          ],
          [
            6,
            stat({
              title: "Bad events",
              description:
                "Runs of the last hour that failed, were too slow or too expensive. Few events: one more or less moves every figure here.",
              unit: Short,
              expr: `sum(${bad("1h")})`,
            }),
          ],
        ],
      },
      {
        title: "Objectives",
        height: 8,
        panels: [
          [
            24,
            table({
              title: "Objectives of agents",
              description:
                "One row for each objective and agent. Page: the burn over an hour or six is high. Ticket: over one or three days. Click an agent for what it does, its failed traces and its lines.",
              rows: {
                agent: "Agent",
                slo: "Objective",
                job: "Program",
                deployment_environment_name: "Environment",
              },
              columns: [
                {
                  title: "Promised",
                  unit: PercentUnit,
                  expr: `max by (${ROWS}) (0 * ${REMAINING} + on (slo) group_left () ${TARGET})`,
                },
                { title: "Kept over 3 days", unit: PercentUnit, expr: `1 - ${each(ratio("3d"))}` },
                {
                  title: "Budget left",
                  unit: PercentUnit,
                  levels: { alert: 0, moreIsBetter: true },
                  expr: each(REMAINING),
                },
                { title: "Burn 1 h", unit: Short, levels: burnLevels("1h"), expr: each(burn("1h")) },
                { title: "Burn 6 h", unit: Short, levels: burnLevels("6h"), expr: each(burn("6h")) },
                { title: "Burn 3 d", unit: Short, levels: burnLevels("3d"), expr: each(burn("3d")) },
                { title: "Bad in 1 h", unit: Short, expr: each(bad("1h")) },
              ],
              links: [toAgent(clickedCell("Agent")), toFailed(clickedCell("Agent")), toLines(clickedCell("Agent"))],
            }),
          ],
        ],
      },
      {
        title: "Budget",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Budget left",
              description:
                "Of 30 days. A step is an incident: its time is when to look. A slope is something that always fails a little.",
              unit: PercentUnit,
              queries: [{ expr: `min by (slo, agent) (${REMAINING})`, legend: "{{slo}} of {{agent}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Burn, fast",
              description:
                "Over an hour and over five minutes, the worst agent of each objective. Both high: it is happening now. Five minutes back to 0: it is over.",
              unit: Short,
              levels: burnLevels("1h"),
              queries: [
                { expr: `max by (slo) (${burn("1h")})`, legend: "{{slo}}, 1 h" },
                { expr: `max by (slo) (${burn("5m")})`, legend: "{{slo}}, 5 min" },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Burn, slow",
              description:
                "Over six hours, a day and three days, the worst agent of each objective. Above 1 for days: the budget will not last, make it a ticket.",
              unit: Short,
              levels: burnLevels("6h"),
              queries: [
                { expr: `max by (slo) (${burn("6h")})`, legend: "{{slo}}, 6 h" },
                { expr: `max by (slo) (${burn("1d")})`, legend: "{{slo}}, 1 d" },
                { expr: `max by (slo) (${burn("3d")})`, legend: "{{slo}}, 3 d" },
              ],
            }),
          ],
        ],
      },
      {
        title: "What used it up",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Errors by category",
              description:
                "Failed runs a minute: what the objective of success lost. Click a category of an agent for its failed traces.",
              unit: EventsPerMinute,
              stacked: true,
              exemplars: true,
              links: [toFailed(clickedLabel("agent")), toLines(clickedLabel("agent"))],
              queries: [
                {
                  expr: perMinute(`agent_errors_total{${AGENT}}`, "agent", "category"),
                  legend: "{{agent}}: {{category}}",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Slowest runs",
              description: "p99 by agent: what the objective of latency lost. A dot opens the trace of one run.",
              unit: Seconds,
              exemplars: true,
              links: [toAgent(clickedLabel("agent"))],
              queries: [
                {
                  expr: quantileOverTime(0.99, `agent_request_duration_seconds{${AGENT}}`, "agent"),
                  legend: "{{agent}}",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Bad events",
              description: "Runs of the last five minutes that missed each objective.",
              unit: Short,
              stacked: true,
              queries: [{ expr: `sum by (slo, agent) (${bad("5m")})`, legend: "{{slo}} of {{agent}}" }],
            }),
          ],
          [
            12,
            traces({
              title: "Failed traces",
              description: "Newest first. Open one: the first span with an error is where the budget went.",
              search: { service: "$traced_service", tags: "error=true", limit: 20 },
            }),
          ],
          [
            12,
            logs({
              title: "Errors in the log",
              description: "What the programs said. Follow the trace id of a line to what it belongs to.",
              expr: `${STREAM} | detected_level=~"error|fatal|critical" | ${ENVIRONMENT}`,
            }),
          ],
        ],
      },
    ],
  });
