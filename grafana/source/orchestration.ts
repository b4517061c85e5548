import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { bars, chart, stat, table } from "./panels.ts";
import {
  AGENT,
  counted,
  countedOrZero,
  perMinute,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
  WORKFLOW,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const WORKFLOWS = `workflow_executions_total{${WORKFLOW}}`;
const WORKFLOWS_FAILED = `workflow_executions_total{${WORKFLOW}, status="error"}`;
const WORKFLOW_DURATION = `workflow_duration_seconds{${WORKFLOW}}`;
const NODES = `workflow_nodes_executed_total{${WORKFLOW}}`;
const NODES_FAILED = `workflow_nodes_executed_total{${WORKFLOW}, status="error"}`;
const NODE_DURATION = `workflow_node_duration_seconds{${WORKFLOW}}`;
const AGENTS = `agent_requests_total{${AGENT}}`;
const AGENT_DURATION = `agent_request_duration_seconds{${AGENT}}`;
const TOOLS = `agent_tool_calls_total{${AGENT}}`;
const TOOLS_OK = `agent_tool_calls_total{${AGENT}, status="ok"}`;
const TOOL_DURATION = `agent_tool_duration_seconds{${AGENT}}`;

const { agentErrorRatio, responseTimeSeconds, toolSuccessRatio, queueDepth } = THRESHOLDS;
const ERROR_LEVELS = { warn: agentErrorRatio.target, alert: agentErrorRatio.limit };
const RESPONSE_LEVELS = { warn: responseTimeSeconds.target, alert: responseTimeSeconds.limit };
const TOOL_LEVELS = { warn: toolSuccessRatio.target, alert: toolSuccessRatio.limit, moreIsBetter: true };

export const orchestration = (): Dashboard =>
  board("orchestration", {
    description: "How workflows, their nodes, agents and tools work together, and which of them is slow or fails.",
    datasources: ["prometheus"],
    variables: [variables.environment(), variables.job(), variables.workflow(), variables.agent()],
    sections: [
      {
        title: "Workflows",
        height: 8,
        panels: [
          [
            4,
            stat({
              title: "Workflow executions",
              description: "Workflow executions that ended in the time range.",
              unit: Short,
              expr: countedOrZero(WORKFLOWS),
            }),
          ],
          [
            4,
            stat({
              title: "Failed executions",
              description: "Share of workflow executions that failed.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(WORKFLOWS_FAILED, WORKFLOWS),
            }),
          ],
          [
            8,
            chart({
              title: "Executions",
              description: "Workflow executions that ended or are in progress, by workflow and outcome.",
              unit: RequestsPerMinute,
              queries: [
                { expr: perMinute(WORKFLOWS, "workflow", "status"), legend: "{{workflow}}: {{status}}" },
                {
                  expr: `sum by (workflow) (workflow_executions_active{${WORKFLOW}})`,
                  legend: "{{workflow}}: in progress (count)",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Execution time, p95",
              description: "Duration of workflow executions. A dot is one execution: click it to open its trace.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, WORKFLOW_DURATION, "workflow"), legend: "{{workflow}}" }],
            }),
          ],
        ],
      },
      {
        title: "Nodes",
        height: 9,
        panels: [
          [
            14,
            table({
              title: "Nodes",
              description: "Every node of the selected workflows in the time range.",
              rows: { workflow: "Workflow", node: "Node" },
              columns: [
                { title: "Executions", unit: Short, expr: counted(NODES, "workflow", "node") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: ERROR_LEVELS,
                  expr: share(NODES_FAILED, NODES, "workflow", "node"),
                },
                { title: "p50", unit: Seconds, expr: quantile(0.5, NODE_DURATION, "workflow", "node") },
                { title: "p95", unit: Seconds, expr: quantile(0.95, NODE_DURATION, "workflow", "node") },
              ],
            }),
          ],
          [
            10,
            chart({
              title: "Node time, p95",
              description: "Duration of node executions, by node.",
              unit: Seconds,
              exemplars: true,
              queries: [
                { expr: quantileOverTime(0.95, NODE_DURATION, "workflow", "node"), legend: "{{workflow}}: {{node}}" },
              ],
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
              title: "Agent requests",
              description: "Agent runs that ended, by agent and outcome.",
              unit: RequestsPerMinute,
              queries: [{ expr: perMinute(AGENTS, "agent", "status"), legend: "{{agent}}: {{status}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Agent response time, p95",
              description: "Duration of agent runs, by agent. A dot is one run: click it to open its trace.",
              unit: Seconds,
              levels: RESPONSE_LEVELS,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, AGENT_DURATION, "agent"), legend: "{{agent}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Agent errors by category",
              description: "Why agent runs failed.",
              unit: RequestsPerMinute,
              stacked: true,
              exemplars: true,
              queries: [{ expr: perMinute(`agent_errors_total{${AGENT}}`, "category"), legend: "{{category}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Agent requests in progress",
              description: "Agent runs in progress, by agent.",
              unit: Short,
              queries: [{ expr: `sum by (agent) (agent_requests_active{${AGENT}})`, legend: "{{agent}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Waiting requests",
              description:
                "Requests waiting for an agent, as the programs report them. Alert above 100 for 15 minutes.",
              unit: Short,
              levels: { alert: queueDepth.limit },
              queries: [{ expr: `sum by (agent) (agent_queue_depth{${AGENT}})`, legend: "{{agent}}" }],
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
              title: "Tool calls",
              description: "Tool calls that ended, by tool.",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(TOOLS, "tool"), legend: "{{tool}}" }],
            }),
          ],
          [
            8,
            bars({
              title: "Tool success",
              description: "Share of the calls of each tool that succeeded. Target above 95 %, alert below 90 %.",
              unit: PercentUnit,
              levels: TOOL_LEVELS,
              expr: share(TOOLS_OK, TOOLS, "tool"),
              legend: "{{tool}}",
            }),
          ],
          [
            8,
            chart({
              title: "Tool time, p95",
              description: "Duration of tool calls, by tool. A dot is one call: click it to open its trace.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, TOOL_DURATION, "tool"), legend: "{{tool}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Tool success over time",
              description: "Share of tool calls that succeeded, by tool.",
              unit: PercentUnit,
              levels: TOOL_LEVELS,
              queries: [{ expr: shareOverTime(TOOLS_OK, TOOLS, "tool"), legend: "{{tool}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Tool errors by category",
              description: "Why tool calls failed, by tool.",
              unit: RequestsPerMinute,
              stacked: true,
              exemplars: true,
              queries: [
                {
                  expr: perMinute(`agent_tool_errors_total{${AGENT}}`, "tool", "category"),
                  legend: "{{tool}}: {{category}}",
                },
              ],
            }),
          ],
        ],
      },
    ],
  });
