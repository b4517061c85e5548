/** Who is told of which alert: asked of the real Alertmanager and of the embedded process. */
/** What amtool understands: name=value, each an argument. */
export type RouteCase = readonly [labels: string, receiver: "page" | "ticket" | "log" | "watchdog"];

const PRODUCTION = "deployment_environment_name=production job=shop";
export const ROUTE_CASES: readonly RouteCase[] = [
  // Each of the three severities, by alerts that have it.
  [`alertname=AgentErrorRateHigh severity=page agent=planner ${PRODUCTION}`, "page"],
  [`alertname=AgentErrorRateCritical severity=page agent=planner ${PRODUCTION}`, "page"],
  [`alertname=AgentFailingEveryRequest severity=page agent=planner ${PRODUCTION}`, "page"],
  [`alertname=AgentSystemDown severity=page ${PRODUCTION}`, "page"],
  [`alertname=ApiErrorRateHigh severity=page http_route=/orders/:id ${PRODUCTION}`, "page"],
  [`alertname=HealthCheckFailing severity=page check=postgres ${PRODUCTION}`, "page"],
  [`alertname=LlmProviderDown severity=page provider=openai ${PRODUCTION}`, "page"],
  [`alertname=BudgetExceeded severity=page budget=monthly ${PRODUCTION}`, "page"],
  [`alertname=AgentResponseTimeHigh severity=ticket agent=planner ${PRODUCTION}`, "ticket"],
  [`alertname=AgentQueueTooLong severity=ticket agent=planner ${PRODUCTION}`, "ticket"],
  [`alertname=AgentLoopDetected severity=ticket agent=planner ${PRODUCTION}`, "ticket"],
  [`alertname=AgentTrafficAbsent severity=ticket agent=planner ${PRODUCTION}`, "ticket"],
  [`alertname=LlmErrorRateHigh severity=ticket provider=openai model=gpt-5 ${PRODUCTION}`, "ticket"],
  [`alertname=LlmRateLimited severity=ticket provider=openai model=gpt-5 ${PRODUCTION}`, "ticket"],
  [`alertname=LlmProviderDown severity=ticket provider=openai ${PRODUCTION}`, "ticket"],
  ["alertname=LlmSpendHigh severity=ticket deployment_environment_name=production", "ticket"],
  [`alertname=BudgetNearlyUsed severity=ticket budget=monthly ${PRODUCTION}`, "ticket"],
  [`alertname=ToolSuccessRateLow severity=ticket tool=search ${PRODUCTION}`, "ticket"],
  [`alertname=McpErrorRateHigh severity=ticket mcp_method_name=tools/call ${PRODUCTION}`, "ticket"],
  [`alertname=WorkflowFailureRateHigh severity=ticket workflow=refund ${PRODUCTION}`, "ticket"],
  [`alertname=EvaluationsFailing severity=ticket agent=planner evaluator=tone ${PRODUCTION}`, "ticket"],
  [`alertname=DatabaseErrorRateHigh severity=ticket db_system_name=postgresql ${PRODUCTION}`, "ticket"],
  [`alertname=LlmRequestsUnpriced severity=log ${PRODUCTION}`, "log"],
  [`alertname=MetricLabelValuesFolded severity=log ${PRODUCTION}`, "log"],
  // One alert, two severities.
  [`alertname=AgentSuccessBudgetBurn severity=page slo=agent-success agent=planner window=1h ${PRODUCTION}`, "page"],
  [
    `alertname=AgentSuccessBudgetBurn severity=ticket slo=agent-success agent=planner window=3d ${PRODUCTION}`,
    "ticket",
  ],
  // The stack has no environment: it pages.
  ["alertname=CollectorDown severity=page job=otel-collector instance=otel-collector:8888", "page"],
  ["alertname=ObservabilityBackendDown severity=ticket job=loki", "ticket"],
  ["alertname=AlertNotificationsFailing severity=ticket integration=slack", "ticket"],
  // The dead man's switch goes nowhere else, whatever it says of itself.
  ["alertname=Watchdog severity=log", "watchdog"],
  ["alertname=Watchdog severity=page", "watchdog"],
  ["alertname=Watchdog", "watchdog"],
  // What is developed pages nobody.
  ["alertname=AgentSystemDown severity=page deployment_environment_name=development job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=dev job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=dev-anna job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=test job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=local job=shop", "ticket"],
  ["alertname=LlmProviderDown severity=page deployment_environment_name=dev provider=openai job=shop", "ticket"],
  ["alertname=LlmRequestsUnpriced severity=log deployment_environment_name=dev job=shop", "log"],
  ["alertname=AgentQueueTooLong severity=ticket deployment_environment_name=test job=shop", "ticket"],
  // The pattern is about the whole name.
  ["alertname=AgentSystemDown severity=page deployment_environment_name=latest job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=testing job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=predev job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=staging job=shop", "page"],
  ["alertname=AgentSystemDown severity=page job=shop", "page"],
  // What others define: rather a ticket than nothing.
  ["alertname=SomethingElse job=shop", "ticket"],
  ["alertname=SomethingElse severity=critical job=shop", "ticket"],
  ["alertname=SomethingElse severity=pages job=shop", "ticket"],
  ["alertname=watchdog severity=page job=shop", "page"],
];

/** Where every environment pages. */
export const OPEN: readonly RouteCase[] = [
  ["alertname=AgentSystemDown severity=page deployment_environment_name=development job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=test job=shop", "page"],
  ["alertname=LlmProviderDown severity=page deployment_environment_name=dev provider=openai job=shop", "page"],
  ["alertname=AgentSystemDown severity=page job=shop", "page"],
];
/** With the pattern `OWN_PATTERN`. */
export const OWN: readonly RouteCase[] = [
  ["alertname=AgentSystemDown severity=page deployment_environment_name=staging-2 job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=a.b job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=axb job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=development job=shop", "page"],
  // A pattern that means "nothing" as well does not mean alerts without an environment.
  ["alertname=CollectorDown severity=page job=otel-collector", "page"],
];

export const OWN_PATTERN = "staging.*|a\\.b|";
