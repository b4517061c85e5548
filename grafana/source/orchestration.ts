import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toTraces } from "./data-links.ts";
import { levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import {
  AGENT,
  counted,
  countedOrZero,
  mean,
  oldest,
  PROCESS,
  perMinute,
  perRequest,
  quantile,
  quantileOverTime,
  share,
  WORKFLOW,
  where,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const WORKFLOWS = `workflow_executions_total{${WORKFLOW}}`;
const WORKFLOWS_FAILED = where(WORKFLOWS, 'status="error"');
const WORKFLOW_DURATION = `workflow_duration_seconds{${WORKFLOW}}`;
const OLDEST_WORKFLOW = `workflow_oldest_execution_start_time_seconds{${WORKFLOW}}`;
const NODES = `workflow_nodes_executed_total{${WORKFLOW}}`;
const NODES_FAILED = where(NODES, 'status="error"');
const NODE_DURATION = `workflow_node_duration_seconds{${WORKFLOW}}`;
const RUNS = `agent_requests_total{${AGENT}}`;
const RUNS_FAILED = where(RUNS, 'status="error"');
const RUN_DURATION = `agent_request_duration_seconds{${AGENT}}`;
const OLDEST_RUN = `agent_oldest_run_start_time_seconds{${AGENT}}`;
const SESSIONS = `agent_sessions_total{${AGENT}}`;
const TURNS = `agent_session_turns_total{${AGENT}}`;
const TASKS = `agent_tasks_total{${AGENT}}`;
const TASKS_OK = where(TASKS, 'status="ok"');
const RECOVERIES = `agent_recovery_attempts_total{${AGENT}}`;
const RECOVERIES_OK = where(RECOVERIES, 'status="ok"');
const REVIEWS = `human_review_requests_total{${AGENT}}`;
const REVIEWED = `human_reviews_completed_total{${AGENT}}`;
const REVIEW_DURATION = `human_review_duration_seconds{${AGENT}}`;
/** Queues are named as they like, not as agents. */
const QUEUE = `agent_queue_depth{${PROCESS}}`;
const ROUTES = `routing_decisions_total{${PROCESS}}`;
const CONFIDENCE = `routing_confidence{${PROCESS}}`;

const { agentErrorRatio, workflowErrorRatio, responseTimeSeconds, queueDepth, reviewsPending, stuckRunSeconds } =
  THRESHOLDS;
const WORKFLOW_LEVELS = levelsOf(workflowErrorRatio);
const STUCK_LEVELS = levelsOf(stuckRunSeconds);

const workflowTraces = (workflow: string) => [
  toTraces("Failed executions", { tags: `error=true gen_ai.workflow.name="${workflow}"` }),
  toTraces("All executions", { tags: `gen_ai.workflow.name="${workflow}"` }),
];

export const orchestration = (): Dashboard =>
  board("orchestration", {
    description: "How do workflows, agents and people work together, what is under way, and where does it get stuck?",
    datasources: ["prometheus", "jaeger"],
    variables: [
      variables.environment(),
      variables.job(),
      variables.workflow(),
      variables.agent(),
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
              title: "Workflow executions",
              description:
                "Workflow executions that ended in the time range. None where there ought to be some: who starts them (schedule, queue, API)?",
              unit: Short,
              expr: countedOrZero(WORKFLOWS),
            }),
          ],
          [
            4,
            stat({
              title: "Failed executions",
              description: `Share of workflow executions that failed. Alert above ${percent(workflowErrorRatio.limit)}: the table of nodes tells where.`,
              unit: PercentUnit,
              levels: WORKFLOW_LEVELS,
              expr: share(WORKFLOWS_FAILED, WORKFLOWS),
            }),
          ],
          [
            4,
            stat({
              title: "In progress",
              description: "Agent runs in progress now. Rising while few end: something they all wait for hangs.",
              unit: Short,
              expr: `sum(agent_requests_active{${AGENT}}) or vector(0)`,
            }),
          ],
          [
            4,
            stat({
              title: "Oldest run",
              description: `How long the oldest agent run in progress has been going on. Alert above ${stuckRunSeconds.limit / 60} min.`,
              unit: Seconds,
              levels: STUCK_LEVELS,
              expr: `max(${oldest(OLDEST_RUN, "agent")}) or vector(0)`,
            }),
          ],
          [
            4,
            stat({
              title: "Waiting requests",
              description: `In all queues that the programs report. Alert above ${queueDepth.limit}: add workers, or find what slows them.`,
              unit: Short,
              levels: levelsOf(queueDepth),
              expr: `sum(${QUEUE}) or vector(0)`,
            }),
          ],
          [
            4,
            stat({
              title: "Pending reviews",
              description: `Asked of people and not decided. Alert above ${reviewsPending.limit}: runs wait for them.`,
              unit: Short,
              levels: levelsOf(reviewsPending),
              expr: `sum(human_reviews_pending{${PROCESS}}) or vector(0)`,
            }),
          ],
        ],
      },
      {
        title: "Workflows and agents",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Executions",
              description:
                "Workflow executions that ended, by workflow and outcome. Click a line for the traces of those that failed.",
              unit: RequestsPerMinute,
              stacked: true,
              links: workflowTraces(clickedLabel("workflow")),
              queries: [{ expr: perMinute(WORKFLOWS, "workflow", "status"), legend: "{{workflow}}: {{status}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Execution time, p95",
              description:
                "Duration of workflow executions. A dot is one execution: click it to open its trace and see which node took the time.",
              unit: Seconds,
              exemplars: true,
              links: workflowTraces(clickedLabel("workflow")),
              queries: [{ expr: quantileOverTime(0.95, WORKFLOW_DURATION, "workflow"), legend: "{{workflow}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Oldest in progress",
              description:
                "How long the oldest run or execution has been going on. A line that climbs without end is stuck: read its trace so far.",
              unit: Seconds,
              levels: STUCK_LEVELS,
              queries: [
                { expr: oldest(OLDEST_RUN, "agent"), legend: "agent {{agent}}" },
                { expr: oldest(OLDEST_WORKFLOW, "workflow"), legend: "workflow {{workflow}}" },
              ],
            }),
          ],
          [
            12,
            table({
              title: "Nodes",
              description:
                "Every node of the selected workflows. The one with the highest p95 sets the pace, the one that fails the outcome.",
              rows: { workflow: "Workflow", node: "Node" },
              columns: [
                { title: "Executions", unit: Short, expr: counted(NODES, "workflow", "node") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: WORKFLOW_LEVELS,
                  expr: share(NODES_FAILED, NODES, "workflow", "node"),
                },
                { title: "p50", unit: Seconds, expr: quantile(0.5, NODE_DURATION, "workflow", "node") },
                { title: "p95", unit: Seconds, expr: quantile(0.95, NODE_DURATION, "workflow", "node") },
              ],
              links: workflowTraces(clickedCell("Workflow")),
            }),
          ],
          [
            12,
            table({
              title: "Agents",
              description:
                "Runs, sessions and tasks of each agent. Many turns for a session: does it understand what is asked?",
              rows: { agent: "Agent" },
              columns: [
                { title: "Runs", unit: Short, expr: counted(RUNS, "agent") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: levelsOf(agentErrorRatio),
                  expr: share(RUNS_FAILED, RUNS, "agent"),
                },
                {
                  title: "p95",
                  unit: Seconds,
                  levels: levelsOf(responseTimeSeconds),
                  expr: quantile(0.95, RUN_DURATION, "agent"),
                },
                { title: "Sessions", unit: Short, expr: counted(SESSIONS, "agent") },
                { title: "Turns per session", unit: Short, expr: perRequest(TURNS, SESSIONS, "agent") },
                { title: "Tasks done", unit: PercentUnit, expr: share(TASKS_OK, TASKS, "agent") },
              ],
              links: [
                toTraces("Failed runs", { tags: `error=true gen_ai.agent.name="${clickedCell("Agent")}"` }),
                toBoard("Its tools", "tools", { keep: ["environment", "job"], set: { agent: clickedCell("Agent") } }),
                toBoard("What it spends", "llmCost", {
                  keep: ["environment", "job"],
                  set: { agent: clickedCell("Agent") },
                }),
              ],
            }),
          ],
        ],
      },
      {
        title: "Queues, routing, recovery, people",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Waiting requests by queue",
              description: `As the programs report them. Alert above ${queueDepth.limit} for 15 min.`,
              unit: Short,
              levels: levelsOf(queueDepth),
              queries: [{ expr: `sum by (agent) (${QUEUE})`, legend: "{{agent}}" }],
            }),
          ],
          [
            8,
            table({
              title: "Routing",
              description:
                "Which way routers decide, and how sure they are. Low confidence on a busy route: its description is not clear.",
              rows: { router: "Router", route: "Route" },
              columns: [
                { title: "Decisions", unit: Short, expr: counted(ROUTES, "router", "route") },
                { title: "Confidence", unit: PercentUnit, expr: mean(CONFIDENCE, "router", "route") },
              ],
            }),
          ],
          [
            8,
            table({
              title: "Recovery",
              description:
                "What the agents do about errors, and whether it helps. A strategy that rarely succeeds only costs time.",
              rows: { strategy: "Strategy", agent: "Agent" },
              columns: [
                { title: "Attempts", unit: Short, expr: counted(RECOVERIES, "strategy", "agent") },
                { title: "Success", unit: PercentUnit, expr: share(RECOVERIES_OK, RECOVERIES, "strategy", "agent") },
              ],
            }),
          ],
          [
            12,
            chart({
              title: "Reviews",
              description:
                "Asked for by reason and completed by decision. More asked than completed: the pending ones pile up.",
              unit: RequestsPerMinute,
              queries: [
                { expr: perMinute(REVIEWS, "reason"), legend: "asked: {{reason}}" },
                { expr: perMinute(REVIEWED, "decision"), legend: "completed: {{decision}}" },
              ],
            }),
          ],
          [
            12,
            chart({
              title: "Review time, p95",
              description: "From the request to the decision. Users wait as long: is somebody on duty?",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, REVIEW_DURATION, "decision"), legend: "{{decision}}" }],
            }),
          ],
        ],
      },
    ],
  });
