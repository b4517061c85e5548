/** What mutes what: asked of the real Alertmanager and of the embedded process. */
export type Labels = Readonly<Record<string, string>>;
export type InhibitionCase = {
  readonly title: string;
  readonly firing: readonly Labels[];
  /** By `nameOf`. */
  readonly muted: readonly string[];
};

const SHOP = { deployment_environment_name: "production", job: "shop" };
const page = (alertname: string, labels: Labels = {}): Labels => ({ ...SHOP, alertname, severity: "page", ...labels });
const ticket = (alertname: string, labels: Labels = {}): Labels => ({ ...page(alertname, labels), severity: "ticket" });
const without = (labels: Labels, ...names: string[]): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));

const openai = { provider: "openai" };
const model = { provider: "openai", model: "gpt-5" };
const claude = { provider: "anthropic", model: "claude" };
const planner = { agent: "planner" };
const collector = { alertname: "CollectorDown", severity: "page", job: "otel-collector", instance: "c:8888" };
const burn = (slo: string, window: string, agent = "planner"): Labels => ({ slo, window, agent });

export const INHIBITION_CASES: readonly InhibitionCase[] = [
  {
    title: "a provider that is down mutes what its models do to the same service",
    firing: [
      page("LlmProviderDown", openai),
      ticket("LlmErrorRateHigh", model),
      ticket("LlmRateLimited", model),
      ticket("LlmResponseTimeHigh", model),
      ticket("LlmTokensPerRequestHigh", { ...model, agent: "planner" }),
      ticket("LlmCostPerRequestHigh", { ...model, agent: "planner" }),
      page("LlmErrorRateHigh", { ...model, model: "o5" }),
    ],
    muted: [
      "LlmErrorRateHigh gpt-5",
      "LlmRateLimited gpt-5",
      "LlmResponseTimeHigh gpt-5",
      "LlmTokensPerRequestHigh planner gpt-5",
      "LlmCostPerRequestHigh planner gpt-5",
      "LlmErrorRateHigh o5",
    ],
  },
  {
    title: "a provider that is down mutes no other provider, service or environment, nor what is not about a model",
    firing: [
      page("LlmProviderDown", openai),
      ticket("LlmErrorRateHigh", claude),
      ticket("LlmErrorRateHigh", { ...model, job: "billing" }),
      ticket("LlmErrorRateHigh", { ...model, deployment_environment_name: "staging" }),
      without(ticket("LlmErrorRateHigh", model), "deployment_environment_name"),
      without(ticket("LlmErrorRateHigh", model), "job"),
      without(ticket("LlmErrorRateHigh", model), "provider"),
      without(ticket("LlmSpendHigh"), "job"),
      ticket("LlmRequestsUnpriced", openai),
      page("AgentErrorRateHigh", planner),
      page("BudgetExceeded", { budget: "monthly" }),
    ],
    muted: [],
  },
  {
    title: "a provider that is down without a name, or for no service, mutes nothing",
    firing: [
      page("LlmProviderDown"),
      without(page("LlmProviderDown", openai), "job"),
      without(ticket("LlmErrorRateHigh", model), "provider"),
      ticket("LlmErrorRateHigh", model),
    ],
    muted: [],
  },
  {
    title: "where no environment is named, one outage still mutes its models",
    firing: [
      without(page("LlmProviderDown", openai), "deployment_environment_name"),
      without(ticket("LlmErrorRateHigh", model), "deployment_environment_name"),
    ],
    muted: ["LlmErrorRateHigh gpt-5"],
  },
  {
    title: "a collector that is down mutes what judges missing data, of every service",
    firing: [
      collector,
      page("AgentSystemDown"),
      page("AgentSystemDown", { job: "billing", deployment_environment_name: "staging" }),
      ticket("AgentTrafficAbsent", planner),
      { alertname: "IngestionLagHigh", severity: "ticket", signal: "traces" },
      ticket("AgentTelemetryExportFailing"),
      ticket("AgentTelemetryDropped"),
    ],
    muted: [
      "AgentSystemDown",
      "AgentSystemDown",
      "AgentTrafficAbsent planner",
      "IngestionLagHigh",
      "AgentTelemetryExportFailing",
      "AgentTelemetryDropped",
    ],
  },
  {
    title: "a collector that is down mutes nothing that was seen",
    firing: [
      collector,
      page("AgentErrorRateHigh", planner),
      page("LlmProviderDown", openai),
      page("BudgetExceeded", { budget: "monthly" }),
      ticket("ObservabilityBackendDown", { job: "loki" }),
      { alertname: "CollectorQueueNearlyFull", severity: "ticket", exporter: "loki" },
      { alertname: "Watchdog", severity: "log" },
    ],
    muted: [],
  },
  {
    title: "a service that is down needs no tickets of its own",
    firing: [
      page("AgentSystemDown"),
      ticket("AgentQueueTooLong", planner),
      ticket("AgentTrafficAbsent", planner),
      page("AgentTrafficAbsent", { agent: "writer" }),
    ],
    muted: ["AgentQueueTooLong planner", "AgentTrafficAbsent planner", "AgentTrafficAbsent writer"],
  },
  {
    title: "a service that is down mutes no page, and no ticket of another",
    firing: [
      page("AgentSystemDown"),
      page("AgentErrorRateHigh", planner),
      ticket("AgentQueueTooLong", { ...planner, job: "billing" }),
      ticket("AgentQueueTooLong", { ...planner, deployment_environment_name: "staging" }),
      without(ticket("LlmSpendHigh"), "job"),
      { alertname: "RuleEvaluationFailing", severity: "ticket", rule_group: "agents" },
    ],
    muted: [],
  },
  {
    title: "the page of a thing mutes the ticket of the same thing",
    firing: [
      page("AgentErrorRateHigh", planner),
      ticket("AgentErrorRateHigh", planner),
      ticket("AgentErrorRateHigh", { agent: "writer" }),
      page("ApiErrorRateHigh", { http_route: "/a" }),
      ticket("ApiErrorRateHigh", { http_route: "/b" }),
      page("HealthCheckFailing", { check: "postgres" }),
      ticket("HealthCheckFailing", { check: "redis" }),
    ],
    muted: ["AgentErrorRateHigh planner"],
  },
  {
    title: "an alert without labels of its own mutes only its like",
    firing: [
      { alertname: "IngestionLagHigh", severity: "page" },
      { alertname: "IngestionLagHigh", severity: "ticket" },
      { alertname: "IngestionLagHigh", severity: "ticket", signal: "logs" },
      ticket("IngestionLagHigh"),
    ],
    muted: ["IngestionLagHigh"],
  },
  {
    title: "a fast burn mutes the slow one of the same objective and agent",
    firing: [
      page("AgentSuccessBudgetBurn", burn("agent-success", "1h")),
      ticket("AgentSuccessBudgetBurn", burn("agent-success", "1d")),
      ticket("AgentSuccessBudgetBurn", burn("agent-success", "3d")),
    ],
    muted: ["AgentSuccessBudgetBurn planner 1d", "AgentSuccessBudgetBurn planner 3d"],
  },
  {
    title: "a fast burn mutes no other objective, agent or service",
    firing: [
      page("AgentSuccessBudgetBurn", burn("agent-success", "1h")),
      ticket("AgentLatencyBudgetBurn", burn("agent-latency", "1d")),
      ticket("AgentSuccessBudgetBurn", burn("agent-success-strict", "1d")),
      ticket("AgentSuccessBudgetBurn", burn("agent-success", "1d", "writer")),
      ticket("AgentSuccessBudgetBurn", { ...burn("agent-success", "1d"), job: "billing" }),
      ticket("AgentSuccessBudgetBurn", { ...burn("agent-success", "1d"), deployment_environment_name: "staging" }),
      page("AgentSuccessBudgetBurn", burn("agent-success", "6h")),
    ],
    muted: [],
  },
  {
    title: "errors that page mute what they cost the budget in the long run",
    firing: [
      page("AgentFailingEveryRequest", planner),
      ticket("AgentSuccessBudgetBurn", burn("agent-success", "3d")),
      ticket("AgentSuccessBudgetBurn", burn("agent-success", "3d", "writer")),
      page("AgentSuccessBudgetBurn", burn("agent-success", "1h", "reader")),
    ],
    muted: ["AgentSuccessBudgetBurn planner 3d"],
  },
  {
    title: "critical errors mute the page of high ones, of the same agent",
    firing: [
      page("AgentErrorRateCritical", planner),
      page("AgentErrorRateHigh", planner),
      page("AgentErrorRateHigh", { agent: "writer" }),
      without(page("AgentErrorRateCritical"), "agent"),
      without(page("AgentErrorRateHigh"), "agent"),
    ],
    muted: ["AgentErrorRateHigh planner"],
  },
  {
    title: "a fast burn mutes the slow one where both are tickets, and not the other way round",
    firing: [
      ticket("AgentCostBudgetBurn", burn("agent-cost", "6h")),
      ticket("AgentCostBudgetBurn", burn("agent-cost", "1d")),
      ticket("AgentCostBudgetBurn", burn("agent-cost", "1d", "writer")),
      page("AgentCostBudgetBurn", burn("agent-cost", "1h", "reader")),
      ticket("AgentCostBudgetBurn", burn("agent-cost", "6h", "reader")),
    ],
    muted: ["AgentCostBudgetBurn planner 1d", "AgentCostBudgetBurn reader 6h"],
  },
  {
    title: "a fast burn of latency mutes the ticket of what burns it",
    firing: [
      page("AgentLatencyBudgetBurn", burn("agent-latency", "1h")),
      ticket("AgentResponseTimeHigh", planner),
      ticket("AgentResponseTimeHigh", { agent: "writer" }),
    ],
    muted: ["AgentResponseTimeHigh planner"],
  },
  {
    title: "a budget that is exceeded is no longer nearly used; another one is",
    firing: [
      page("BudgetExceeded", { budget: "monthly" }),
      ticket("BudgetNearlyUsed", { budget: "monthly" }),
      ticket("BudgetNearlyUsed", { budget: "daily" }),
      ticket("BudgetNearlyUsed", { budget: "monthly", job: "billing" }),
      page("BudgetExceeded"),
      ticket("BudgetNearlyUsed"),
    ],
    muted: ["BudgetNearlyUsed monthly"],
  },
];

/** In words: the alert's name and what tells it from its like. */
export const nameOf = ({ alertname, agent, model: of, budget, window }: Labels): string =>
  [alertname, agent, of, budget, window].filter((part) => part !== undefined).join(" ");
