import { COST_BUCKETS, DURATION_BUCKETS, type MetricDefinition } from "./definition.ts";

/** What agents are there for, as the program sees it. */
export const TASK_METRICS = [
  {
    name: "agent_tasks_total",
    type: "counter",
    help: "Tasks that ended, by outcome (ok, error).",
    unit: "{task}",
    labels: ["agent", "task", "status"],
  },
  {
    name: "agent_task_duration_seconds",
    type: "histogram",
    help: "Duration of a task, where the program says it.",
    unit: "s",
    labels: ["agent", "task", "status"],
    buckets: DURATION_BUCKETS,
  },
  {
    name: "agent_task_cost_usd",
    type: "histogram",
    help: "Cost of a task in US dollars, as the program says it or as the calls to models in its run add up.",
    unit: "{USD}",
    labels: ["agent", "task"],
    buckets: COST_BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];
