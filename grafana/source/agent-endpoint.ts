import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { Dollars, PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import type { Thresholds } from "../../src/cli/init/thresholds.ts";
import { board } from "./board.ts";
import { chart, type Levels, stat, table } from "./panels.ts";
import {
  counted,
  countedOrZero,
  perHour,
  perMinute,
  perRequest,
  perRequestOverTime,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
} from "./promql.ts";
import { filter } from "./variables.ts";

/**
 * The board that `agent-observatory init --agent NAME` fills in: names stand as `__NAME__`, numbers as `__name.limit__`. Grafana's builders
 * want numbers, so each threshold is one that nobody would write, until it is replaced.
 */
const NAMES = [
  "errorRatio",
  "responseTimeSeconds",
  "toolSuccessRatio",
  "costPerRunUsd",
  "tokensPerRun",
  "spendPerHourUsd",
] as const satisfies readonly (keyof Thresholds)[];
const FIRST_SLOT = 987_654_000;
const slotOf = (name: (typeof NAMES)[number], end: "target" | "limit"): number =>
  FIRST_SLOT + 2 * NAMES.indexOf(name) + (end === "target" ? 0 : 1);

const levels = (name: (typeof NAMES)[number], moreIsBetter = false): Levels => ({
  warn: slotOf(name, "target"),
  alert: slotOf(name, "limit"),
  ...(moreIsBetter && { moreIsBetter }),
});

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

function withSlots(node: Json): Json {
  if (typeof node === "number" && node >= FIRST_SLOT && node < FIRST_SLOT + 2 * NAMES.length) {
    const at = node - FIRST_SLOT;
    return `__${NAMES[Math.floor(at / 2)]}.${at % 2 === 0 ? "target" : "limit"}__`;
  }
  if (Array.isArray(node)) return node.map((one: Json) => withSlots(one));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withSlots(value as Json)]));
}

const HERE = 'deployment_environment_name=~"__ENVIRONMENT__", job=~"$job", agent="__AGENT__"';
const RUNS = `agent_requests_total{${HERE}}`;
const FAILED = `agent_requests_total{${HERE}, status="error"}`;
const DURATION = `agent_request_duration_seconds{${HERE}}`;
const ERRORS = `agent_errors_total{${HERE}}`;
const TOOLS = `agent_tool_calls_total{${HERE}}`;
const TOOLS_OK = `agent_tool_calls_total{${HERE}, status!="error"}`;
const TOOL_DURATION = `agent_tool_duration_seconds{${HERE}}`;
const TOKENS = `llm_tokens_total{${HERE}, type=~"input|output"}`;
const COST = `llm_cost_usd_total{${HERE}}`;

const jobs = () =>
  filter(
    "job",
    "Program",
    'label_values(agent_requests_total{agent="__AGENT__", deployment_environment_name=~"__ENVIRONMENT__"}, job)',
  );

const agentEndpoint = (): Dashboard =>
  board("overview", {
    description: "Is agent __NAME__ well (__STAGE__), and what does it cost?",
    datasources: ["prometheus"],
    variables: [jobs()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "Runs",
              description: "Runs that ended in the time range.",
              unit: Short,
              expr: countedOrZero(RUNS),
            }),
          ],
          [
            4,
            stat({
              title: "Failed runs",
              description:
                "Share of runs that failed. Target below __errorRatio.target__, alert above __errorRatio.limit__.",
              unit: PercentUnit,
              levels: levels("errorRatio"),
              expr: share(FAILED, RUNS),
            }),
          ],
          [
            4,
            stat({
              title: "Response time, p95",
              description:
                "One in twenty runs took longer. Target __responseTimeSeconds.target__ s, alert above __responseTimeSeconds.limit__ s.",
              unit: Seconds,
              levels: levels("responseTimeSeconds"),
              expr: quantile(0.95, DURATION),
            }),
          ],
          [
            4,
            stat({
              title: "Tool success",
              description:
                "Share of tool calls that succeeded. Target above __toolSuccessRatio.target__, alert below __toolSuccessRatio.limit__.",
              unit: PercentUnit,
              levels: levels("toolSuccessRatio", true),
              expr: share(TOOLS_OK, TOOLS),
            }),
          ],
          [
            4,
            stat({
              title: "Cost of a run",
              description:
                "What its model calls cost on average. Target __costPerRunUsd.target__ US dollars, alert above __costPerRunUsd.limit__.",
              unit: Dollars,
              levels: levels("costPerRunUsd"),
              expr: perRequest(COST, RUNS),
            }),
          ],
          [
            4,
            stat({
              title: "Tokens of a run",
              description:
                "Input and output tokens on average. Target __tokensPerRun.target__, alert above __tokensPerRun.limit__.",
              unit: Short,
              levels: levels("tokensPerRun"),
              expr: perRequest(TOKENS, RUNS),
            }),
          ],
        ],
      },
      {
        title: "Runs",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Runs by outcome",
              description: "Runs that ended in a minute.",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(RUNS, "status"), legend: "{{status}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Failed runs over time",
              description: "Share of runs that failed. Alert above __errorRatio.limit__.",
              unit: PercentUnit,
              levels: levels("errorRatio"),
              queries: [{ expr: shareOverTime(FAILED, RUNS), legend: "failed" }],
            }),
          ],
          [
            8,
            chart({
              title: "Response time",
              description: "Median and p95. Alert above __responseTimeSeconds.limit__ s.",
              unit: Seconds,
              levels: levels("responseTimeSeconds"),
              exemplars: true,
              queries: [
                { expr: quantileOverTime(0.5, DURATION), legend: "p50" },
                { expr: quantileOverTime(0.95, DURATION), legend: "p95" },
              ],
            }),
          ],
        ],
      },
      {
        title: "Cost and tools",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Spend an hour, by model",
              description: "What model calls cost. Alert above __spendPerHourUsd.limit__ US dollars an hour.",
              unit: Dollars,
              levels: levels("spendPerHourUsd"),
              exemplars: true,
              queries: [{ expr: perHour(COST, "model"), legend: "{{model}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Tokens of a run over time",
              description: "Input and output tokens on average. Alert above __tokensPerRun.limit__.",
              unit: Short,
              levels: levels("tokensPerRun"),
              queries: [{ expr: perRequestOverTime(TOKENS, RUNS), legend: "tokens" }],
            }),
          ],
          [
            8,
            chart({
              title: "Errors by category",
              description: "Failed runs in a minute (docs/errors.md tells the categories).",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(ERRORS, "category"), legend: "{{category}}" }],
            }),
          ],
          [
            24,
            table({
              title: "Tools",
              description: "Every tool that it called.",
              rows: { tool: "Tool" },
              columns: [
                { title: "Calls", expr: counted(TOOLS, "tool"), unit: Short },
                {
                  title: "Success",
                  expr: share(TOOLS_OK, TOOLS, "tool"),
                  unit: PercentUnit,
                  levels: levels("toolSuccessRatio", true),
                },
                { title: "p95", expr: quantile(0.95, TOOL_DURATION, "tool"), unit: Seconds },
              ],
            }),
          ],
        ],
      },
    ],
  });

/** The text of grafana/templates/agent.json. */
export function renderAgentTemplate(): string {
  const { title: _, ...rest } = agentEndpoint();
  const board = { title: "agent-observatory: agent __NAME__ (__STAGE__)", ...rest, uid: "__UID__" };
  return `${JSON.stringify(withSlots(board as unknown as Json), null, 2)}\n`;
}
