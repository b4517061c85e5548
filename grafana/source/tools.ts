import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toTraces } from "./data-links.ts";
import { levelsBelow, levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import {
  AGENT,
  counted,
  countedOrZero,
  countOf,
  labeled,
  PROCESS,
  perMinute,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
  TOOL,
  where,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const CALLS = `agent_tool_calls_total{${TOOL}}`;
const CALLS_OK = where(CALLS, 'status!="error"');
const DURATION = `agent_tool_duration_seconds{${TOOL}}`;
const ERRORS = `agent_tool_errors_total{${TOOL}}`;
const LOOPS = `agent_loop_detected_total{${AGENT}}`;
const RETRIED = `retry_outcomes_total{${PROCESS}, outcome=~"recovered|exhausted"}`;
const MCP_CLIENT = `mcp_client_operation_duration_seconds{${PROCESS}}`;
const MCP_SERVER = `mcp_server_operation_duration_seconds{${PROCESS}}`;
const FAILED = 'error_type!=""';

const { toolSuccessRatio, mcpErrorRatio } = THRESHOLDS;
const SUCCESS_LEVELS = levelsBelow(toolSuccessRatio);
const MCP_LEVELS = levelsOf(mcpErrorRatio);

/** What a program asked of MCP servers and what it answered as one, told apart by the label `side`. */
const onBothSides = (expr: (histogram: string) => string): string =>
  `${labeled(expr(MCP_CLIENT), "side", "client")} or ${labeled(expr(MCP_SERVER), "side", "server")}`;
const MCP_LABELS = ["job", "mcp_method_name", "gen_ai_tool_name"];

const tracesOf = (tool: string) => [
  toTraces("Failed calls", { tags: `error=true gen_ai.tool.name="${tool}"` }),
  toTraces("All calls", { tags: `gen_ai.tool.name="${tool}"` }),
];

export const tools = (): Dashboard =>
  board("tools", {
    description: "Do the tools and MCP servers work, and which of them is slow or fails?",
    datasources: ["prometheus", "jaeger"],
    variables: [
      variables.environment(),
      variables.job(),
      variables.agent(),
      variables.tool(),
      variables.tracedService(),
    ],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "Tool calls",
              description: "Tool calls that ended in the time range. None at all while agents run: look at the agents.",
              unit: Short,
              expr: countedOrZero(CALLS),
            }),
          ],
          [
            4,
            stat({
              title: "Tool success",
              description: `Share of tool calls that succeeded. Target above ${percent(toolSuccessRatio.target)}, alert below ${percent(toolSuccessRatio.limit)}: the table below tells which tool it is.`,
              unit: PercentUnit,
              levels: SUCCESS_LEVELS,
              expr: share(CALLS_OK, CALLS),
            }),
          ],
          [
            4,
            stat({
              title: "Duration, p95",
              description:
                "One in twenty tool calls took longer. Agents wait as long: compare with their response time.",
              unit: Seconds,
              expr: quantile(0.95, DURATION),
            }),
          ],
          [
            4,
            stat({
              title: "Loops",
              description:
                "Times that an agent made the same call too often in one run. Each costs money: open the agent's failed traces.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(LOOPS),
            }),
          ],
          [
            4,
            stat({
              title: "MCP requests",
              description:
                "Requests to MCP servers that ended in the time range, as their senders see it. None: is the server connected at all?",
              unit: Short,
              expr: countedOrZero(countOf(MCP_CLIENT)),
            }),
          ],
          [
            4,
            stat({
              title: "Failed MCP requests",
              description: `Share of the requests to MCP servers that failed, results that say so among them. Alert above ${percent(mcpErrorRatio.limit)}.`,
              unit: PercentUnit,
              levels: MCP_LEVELS,
              expr: share(where(countOf(MCP_CLIENT), FAILED), countOf(MCP_CLIENT)),
            }),
          ],
        ],
      },
      {
        title: "Tools",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Calls",
              description: "Tool calls that ended, by tool. A sudden tower is often a loop.",
              unit: RequestsPerMinute,
              stacked: true,
              links: tracesOf(clickedLabel("tool")),
              queries: [{ expr: perMinute(CALLS, "tool"), legend: "{{tool}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Success",
              description:
                "Share of tool calls that succeeded, by tool. Did one fall at a certain time, look for what changed then.",
              unit: PercentUnit,
              levels: SUCCESS_LEVELS,
              links: tracesOf(clickedLabel("tool")),
              queries: [{ expr: shareOverTime(CALLS_OK, CALLS, "tool"), legend: "{{tool}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Duration by tool, p95",
              description:
                "Duration of tool calls. A dot is one call: click it to open its trace and see what the tool waited for.",
              unit: Seconds,
              exemplars: true,
              links: tracesOf(clickedLabel("tool")),
              queries: [{ expr: quantileOverTime(0.95, DURATION, "tool"), legend: "{{tool}}" }],
            }),
          ],
          [
            14,
            table({
              title: "Tools by agent",
              description:
                "Every tool and who calls it. Sort by success or p95 to find the worst; click a name for its traces.",
              rows: { tool: "Tool", agent: "Agent" },
              columns: [
                { title: "Calls", unit: Short, expr: counted(CALLS, "tool", "agent") },
                {
                  title: "Success",
                  unit: PercentUnit,
                  levels: SUCCESS_LEVELS,
                  expr: share(CALLS_OK, CALLS, "tool", "agent"),
                },
                { title: "p50", unit: Seconds, expr: quantile(0.5, DURATION, "tool", "agent") },
                { title: "p95", unit: Seconds, expr: quantile(0.95, DURATION, "tool", "agent") },
              ],
              links: [
                ...tracesOf(clickedCell("Tool")),
                toBoard("Who calls it", "orchestration", {
                  keep: ["environment", "job"],
                  set: { agent: clickedCell("Agent") },
                }),
              ],
            }),
          ],
          [
            10,
            chart({
              title: "Errors by category",
              description:
                "Why tool calls failed. rate_limit, timeout and network come from outside; validation mostly means that the model calls it wrongly.",
              unit: RequestsPerMinute,
              stacked: true,
              exemplars: true,
              links: [
                ...tracesOf(clickedLabel("tool")),
                toBoard("What the logs say", "logs", { keep: ["environment", "job"] }),
              ],
              queries: [{ expr: perMinute(ERRORS, "tool", "category"), legend: "{{tool}}: {{category}}" }],
            }),
          ],
          [
            24,
            chart({
              title: "Loops and retries",
              description:
                "Loops that were detected, and what became of calls that retry() repeated. Both rise before a budget is gone; exhausted ones failed for good.",
              unit: RequestsPerMinute,
              queries: [
                { expr: perMinute(LOOPS, "agent", "kind"), legend: "loop of {{agent}}: {{kind}}" },
                { expr: perMinute(RETRIED, "strategy", "outcome"), legend: "{{strategy}}: {{outcome}}" },
              ],
            }),
          ],
        ],
      },
      {
        title: "MCP",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "MCP requests by method",
              description:
                "As their senders see it. Many tools/list: a client that does not keep the list, or connects anew for each call.",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(countOf(MCP_CLIENT), "mcp_method_name"), legend: "{{mcp_method_name}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Failed MCP requests by method",
              description:
                "Why requests to MCP servers failed. -32601 is a method that the server does not have, tool_error the tool's own.",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [
                {
                  expr: perMinute(where(countOf(MCP_CLIENT), FAILED), "mcp_method_name", "error_type"),
                  legend: "{{mcp_method_name}}: {{error_type}}",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "MCP duration, p95",
              description: "By method, at the sender. A dot is one request: click it to open its trace.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, MCP_CLIENT, "mcp_method_name"), legend: "{{mcp_method_name}}" }],
            }),
          ],
          [
            24,
            table({
              title: "MCP methods and tools",
              description:
                "Both ends: client is the program that asks, server the one that answers. Slow at the client only, it is the network or a queue.",
              rows: { side: "Side", job: "Program", mcp_method_name: "Method", gen_ai_tool_name: "Tool" },
              columns: [
                {
                  title: "Requests",
                  unit: Short,
                  expr: onBothSides((histogram) => counted(countOf(histogram), ...MCP_LABELS)),
                },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: MCP_LEVELS,
                  expr: onBothSides((histogram) =>
                    share(where(countOf(histogram), FAILED), countOf(histogram), ...MCP_LABELS),
                  ),
                },
                {
                  title: "p95",
                  unit: Seconds,
                  expr: onBothSides((histogram) => quantile(0.95, histogram, ...MCP_LABELS)),
                },
              ],
            }),
          ],
        ],
      },
    ],
  });
