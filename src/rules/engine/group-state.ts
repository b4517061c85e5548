import type { Labels } from "../../signals/index.ts";
import type { ActiveAlert, AlertState } from "./alert-state.ts";
import type { GroupRunner } from "./group-runner.ts";
import type { RuleRunner } from "./rule-runner.ts";

/** What /api/v1/rules and /api/v1/alerts show. Times and durations in milliseconds; undefined is never. */
export type AlertStatus = {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "pending" | "firing";
  readonly activeAtMs: number;
  /** Of one that fires. */
  readonly firedAtMs?: number | undefined;
  /** When whoever is told of it was told last, and until when that holds. */
  readonly lastSentAtMs?: number | undefined;
  readonly validUntilMs?: number | undefined;
  readonly keepFiringSinceMs: number | undefined;
  readonly value: number;
};

type RuleStatusBase = {
  readonly name: string;
  readonly query: string;
  readonly labels: Labels;
  readonly health: "unknown" | "ok" | "err";
  readonly lastError: string | undefined;
  readonly evaluationTimeMs: number;
  readonly lastEvaluationMs: number | undefined;
};
export type RecordingRuleStatus = RuleStatusBase & { readonly type: "recording" };
export type AlertingRuleStatus = RuleStatusBase & {
  readonly type: "alerting";
  /** That of its most advanced alert; unknown before the first evaluation. */
  readonly state: "unknown" | AlertState;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly annotations: Labels;
  /** Pending and firing ones. */
  readonly alerts: readonly AlertStatus[];
};
export type RuleStatus = RecordingRuleStatus | AlertingRuleStatus;

export type RuleGroupState = {
  readonly file: string;
  readonly name: string;
  readonly intervalMs: number;
  readonly limit: number;
  readonly queryOffsetMs: number;
  /** How long the last evaluation took, and when it began. */
  readonly evaluationTimeMs: number;
  readonly lastEvaluationMs: number | undefined;
  /** The time that the last evaluation was for. */
  readonly lastSlotMs: number | undefined;
  /** Slots that passed without an evaluation, because the one before had not ended. */
  readonly missedEvaluations: number;
  /** Evaluations of rules since the start, and how many of them failed. */
  readonly ruleEvaluations: number;
  readonly ruleFailures: number;
  readonly rules: readonly RuleStatus[];
};

function stateOf(active: ReadonlyMap<string, ActiveAlert>): AlertState {
  const states = new Set([...active.values()].map(({ state }) => state));
  return states.has("firing") ? "firing" : states.has("pending") ? "pending" : "inactive";
}

function ruleStatus({ rule, active, health, lastError, evaluationTimeMs, lastEvaluationMs }: RuleRunner): RuleStatus {
  const base = {
    name: rule.name,
    query: rule.query,
    labels: rule.labels,
    health,
    lastError,
    evaluationTimeMs,
    lastEvaluationMs,
  };
  if (rule.kind === "recording") return { type: "recording", ...base };
  const alerts = [...active.values()].flatMap((alert): AlertStatus[] => {
    const { state, resolvedAtMs: _, ...known } = alert;
    return state === "inactive" ? [] : [{ state, ...known }];
  });
  return {
    type: "alerting",
    ...base,
    state: lastEvaluationMs === undefined ? "unknown" : stateOf(active),
    forMs: rule.forMs,
    keepFiringForMs: rule.keepFiringForMs,
    annotations: rule.annotations,
    alerts,
  };
}

export const groupState = (
  { group, intervalMs, evaluationTimeMs, lastEvaluationMs, evaluations, failures, rules }: GroupRunner,
  lastSlotMs: number | undefined,
  missedEvaluations: number,
): RuleGroupState => ({
  file: group.file,
  name: group.name,
  intervalMs,
  limit: group.limit,
  queryOffsetMs: group.queryOffsetMs,
  evaluationTimeMs,
  lastEvaluationMs,
  lastSlotMs,
  missedEvaluations,
  ruleEvaluations: evaluations,
  ruleFailures: failures,
  rules: rules.map(ruleStatus),
});
