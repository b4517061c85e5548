import { DURATION_BUCKETS, type MetricDefinition } from "./definition.ts";

/** Workflows: graphs of nodes that run agents, tools and plain functions. */
export const WORKFLOW_METRICS = [
  {
    name: "workflow_executions_total",
    type: "counter",
    help: "Workflow executions that ended, by outcome (ok, error, cancelled, or the program's own word for it).",
    unit: "{execution}",
    labels: ["workflow", "status"],
  },
  {
    name: "workflow_executions_active",
    type: "gauge",
    help: "Workflow executions in progress.",
    unit: "{execution}",
    labels: ["workflow"],
  },
  {
    name: "workflow_oldest_execution_start_time_seconds",
    type: "gauge",
    help: "Unix time at which the oldest workflow execution in progress began; 0 while none is.",
    unit: "s",
    labels: ["workflow"],
  },
  {
    name: "workflow_duration_seconds",
    type: "histogram",
    help: "Duration of a workflow execution.",
    unit: "s",
    labels: ["workflow", "status"],
    buckets: DURATION_BUCKETS,
  },
  {
    name: "workflow_nodes_executed_total",
    type: "counter",
    help: "Workflow node executions that ended, by outcome (ok, error, cancelled, or the program's own word for it).",
    unit: "{execution}",
    labels: ["workflow", "node", "status"],
  },
  {
    name: "workflow_node_duration_seconds",
    type: "histogram",
    help: "Duration of a workflow node execution.",
    unit: "s",
    labels: ["workflow", "node", "status"],
    buckets: DURATION_BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];
