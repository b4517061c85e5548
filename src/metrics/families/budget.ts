import type { MetricDefinition } from "./definition.ts";

/** Budgets of calls to models, and loops of the same call. */
export const BUDGET_METRICS = [
  {
    name: "budget_used_ratio",
    type: "gauge",
    help: "Share of a budget that is spent, of the run, session, user or agent that has spent the most; 1 is the limit.",
    unit: "1",
    labels: ["budget"],
  },
  {
    name: "budget_exceeded_total",
    type: "counter",
    help: "Limits that were reached, once for each run, session, user, agent, hour or day.",
    unit: "{limit}",
    labels: ["budget", "mode"],
  },
  {
    name: "budget_blocked_calls_total",
    type: "counter",
    help: "Calls that were stopped before they went out, by reason (limit, loop, fault). They count in no other metric of calls to models.",
    unit: "{call}",
    labels: ["budget", "agent", "reason"],
  },
  {
    name: "agent_loop_detected_total",
    type: "counter",
    help: "Times that the same call was made too often within one agent run, by kind (tool, llm).",
    unit: "{loop}",
    labels: ["agent", "kind"],
  },
] as const satisfies readonly MetricDefinition[];
