/** What is done about every alert of the rules: a test compares this with them. */
import { FORGOTTEN, FORMERLY_GOOD } from "../support/history.ts";
import { IN_TROUBLE } from "../support/scenario.ts";

type Labels = Readonly<Record<string, string>>;

export type Told = {
  readonly alert: string;
  readonly labels: Labels;
  readonly receiver: "page" | "ticket";
  /** Whether its cause can be ended, and its end be seen in moments. */
  readonly ends?: true;
};

const trouble = { job: IN_TROUBLE, deployment_environment_name: "production" };
const ofTrouble = (alert: string, receiver: Told["receiver"], labels: Labels = {}, ends?: true): Told => ({
  alert,
  labels: { ...trouble, ...labels },
  receiver,
  ...(ends === true && { ends }),
});
const outage = { job: "team-in-outage" };

/** Arrive at the sink. */
export const TOLD: readonly Told[] = [
  // An error storm, and the end of a process that must be running.
  { alert: "AgentFailingEveryRequest", labels: { ...outage, agent: "planner" }, receiver: "page" },
  { alert: "AgentErrorRateCritical", labels: { ...outage, agent: "planner" }, receiver: "page" },
  { alert: "AgentSystemDown", labels: outage, receiver: "page" },
  { alert: "AgentSuccessBudgetBurn", labels: { ...outage, agent: "planner", window: "1h" }, receiver: "page" },
  ofTrouble("AgentErrorRateHigh", "page", { agent: "careless" }),
  ofTrouble("LlmProviderDown", "page", { provider: "anthropic" }),
  ofTrouble("LlmErrorRateHigh", "ticket", { provider: "openai", model: "gpt-4.1-mini" }),
  ofTrouble("LlmRateLimited", "ticket", { provider: "openai", model: "gpt-4.1-mini" }),
  ofTrouble("ApiErrorRateHigh", "page"),
  ofTrouble("WorkflowFailureRateHigh", "ticket", { workflow: "doomed" }),
  ofTrouble("HealthCheckFailing", "ticket", { check: "archive" }, true),
  // What is slow.
  ofTrouble("AgentResponseTimeHigh", "ticket", { agent: "sluggish" }),
  ofTrouble("AgentLatencyBudgetBurn", "page", { agent: "thinker", window: "1h" }),
  ofTrouble("LlmResponseTimeHigh", "ticket", { model: "gpt-5" }),
  ofTrouble("ApiLatencyHigh", "ticket"),
  ofTrouble("EventLoopBlocked", "ticket", {}, true),
  // Money.
  { alert: "LlmSpendHigh", labels: { deployment_environment_name: "production" }, receiver: "ticket" },
  ofTrouble("LlmCostPerRequestHigh", "ticket", { agent: "spender", model: "gpt-4o" }),
  ofTrouble("LlmTokensPerRequestHigh", "ticket", { agent: "spender", model: "gpt-4o" }),
  ofTrouble("AgentCostBudgetBurn", "ticket", { agent: "spender", window: "1h" }),
  ofTrouble("BudgetNearlyUsed", "ticket", { budget: "nearly" }),
  ofTrouble("BudgetExceeded", "ticket", { budget: "small" }),
  // Tools.
  ofTrouble("ToolSuccessRateLow", "ticket", { tool: "look_up" }),
  ofTrouble("McpErrorRateHigh", "ticket", { mcp_method_name: "tools/call" }),
  ofTrouble("AgentLoopDetected", "ticket", { agent: "dizzy" }),
  // What waits, what people think, and who is not asked any more.
  ofTrouble("AgentQueueTooLong", "ticket", { agent: "clumsy" }, true),
  ofTrouble("HumanReviewBacklog", "ticket", {}, true),
  ofTrouble("EvaluationsFailing", "ticket", { evaluator: "correctness" }),
  ofTrouble("SatisfactionLow", "ticket", { agent: "careless" }),
  { alert: "AgentTrafficAbsent", labels: FORGOTTEN, receiver: "ticket" },
  // The stack itself: lines too old for Loki, a rule that cannot be evaluated, a Slack that is not there.
  { alert: "CollectorExportFailing", labels: { signal: "logs" }, receiver: "ticket" },
  { alert: "RuleEvaluationFailing", labels: { rule_group: "/etc/prometheus/alerts/own.yml;own" }, receiver: "ticket" },
  { alert: "AlertNotificationsFailing", labels: { integration: "slack" }, receiver: "ticket" },
];

/** Fire and are not told of, because something else that is told says as much. */
export const MUTED: readonly { readonly alert: string; readonly labels: Labels; readonly by: string }[] = [
  { alert: "LlmErrorRateHigh", labels: { ...trouble, model: "claude-sonnet-4-5" }, by: "LlmProviderDown" },
  { alert: "LlmErrorRateHigh", labels: { ...trouble, model: "claude-haiku-4-5" }, by: "LlmProviderDown" },
  { alert: "BudgetNearlyUsed", labels: { ...trouble, budget: "small" }, by: "BudgetExceeded" },
  { alert: "AgentResponseTimeHigh", labels: { ...trouble, agent: "thinker" }, by: "AgentLatencyBudgetBurn" },
];

/** Are there to be looked up. */
export const LOGGED: readonly { readonly alert: string; readonly labels: Labels }[] = [
  { alert: "LlmRequestsUnpriced", labels: { ...trouble, model: "house-model" } },
  { alert: "CacheHitRateLow", labels: FORMERLY_GOOD },
  { alert: "MetricLabelValuesFolded", labels: { ...trouble, metric: "agent_queue_depth" } },
];

/** Provoked by outages.ts, which takes the stack itself apart. */
export const PROVOKED_BY_OUTAGES = ["CollectorDown", "ObservabilityBackendDown", "AgentTelemetryExportFailing"];

/** Not provoked here, with the reason. Unit tests of the rules (alerts/tests) have all of them. */
export const NOT_PROVOKED: Readonly<Record<string, string>> = {
  AgentRunStuck: "needs a run of half an hour",
  ProcessMemoryHigh: "a process that is as full as that is as likely to end",
  AgentTelemetryDropped: "exemplars of what was dropped would lead nowhere, which other checks look at",
  CollectorDataRefused: "needs a collector without memory",
  CollectorQueueNearlyFull: "needs 256 MB of telemetry that cannot be delivered",
  StorageNearlyFull: "needs a full disk",
  IngestionLagHigh: "needs five minutes without a back end",
};
