import { ATTR } from "../model/index.ts";
import { defined, labelOf, secondsOf } from "./given.ts";
import { agentAttribute, agentOf, exemplarHere, recording, tell } from "./telling.ts";

export type Recovery = {
  /** How it was tried: `retry`, `fallback_model`, `ask_user`, … */
  readonly strategy: string;
  readonly succeeded: boolean;
  /** Default: the agent that is running. */
  readonly agent?: string;
  readonly durationMs?: number;
};

/** Says that the program tried to recover from an error (`agent_recovery_attempts_total`). */
export function recordRecovery(recovery: Recovery): void {
  recording((telemetry) => {
    const agent = agentOf(recovery.agent);
    const strategy = labelOf(recovery.strategy);
    const status = recovery.succeeded ? "ok" : "error";
    const seconds = secondsOf(recovery.durationMs);
    const exemplar = exemplarHere();
    telemetry.metrics.add("agent_recovery_attempts_total", { agent, strategy, status }, 1, exemplar);
    if (seconds !== undefined) {
      telemetry.metrics.observe("agent_recovery_duration_seconds", { strategy, status }, seconds, exemplar);
    }
    tell(telemetry, {
      name: "agent_observatory.recovery",
      line: `recovery by ${strategy} ${status === "ok" ? "succeeded" : "failed"}`,
      attributes: defined({
        ...agentAttribute(agent),
        [ATTR.recoveryStrategy]: strategy,
        [ATTR.outcome]: status,
        [ATTR.durationSeconds]: seconds,
      }),
    });
  });
}
