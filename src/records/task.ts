import { ATTR } from "../model/index.ts";
import { amountOf, defined, labelOf, secondsOf } from "./given.ts";
import { agentAttribute, agentOf, exemplarHere, recording, tell } from "./telling.ts";

export type TaskResult = {
  /** What was to be done: `refund`, `answer_ticket`, … */
  readonly task: string;
  readonly succeeded: boolean;
  /** Default: the agent that is running. */
  readonly agent?: string;
  /** Default: what the calls to models below the current span have cost so far, if they cost anything. */
  readonly costUsd?: number;
  readonly durationMs?: number;
};

/** Says that a task has ended (`agent_task*`). */
export function recordTask(result: TaskResult): void {
  recording((telemetry) => {
    const agent = agentOf(result.agent);
    const task = labelOf(result.task);
    const status = result.succeeded ? "ok" : "error";
    const seconds = secondsOf(result.durationMs);
    const soFar = telemetry.here()?.costUsd ?? 0;
    const costUsd = amountOf(result.costUsd) ?? (soFar > 0 ? soFar : undefined);
    const exemplar = exemplarHere();
    const { metrics } = telemetry;
    metrics.add("agent_tasks_total", { agent, task, status }, 1, exemplar);
    if (seconds !== undefined)
      metrics.observe("agent_task_duration_seconds", { agent, task, status }, seconds, exemplar);
    if (costUsd !== undefined) metrics.observe("agent_task_cost_usd", { agent, task }, costUsd, exemplar);
    tell(telemetry, {
      name: "agent_observatory.task",
      line: `task ${task} ${status === "ok" ? "succeeded" : "failed"}`,
      attributes: defined({
        ...agentAttribute(agent),
        [ATTR.taskName]: task,
        [ATTR.outcome]: status,
        // Not the attribute of calls: back ends add that one up.
        [ATTR.taskCostUsd]: costUsd,
        [ATTR.durationSeconds]: seconds,
      }),
    });
  });
}
