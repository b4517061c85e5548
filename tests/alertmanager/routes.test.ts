import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { type Given, MAIL, type Rendered, render, SECRETS } from "./configuration.ts";
import { NEEDS_ALERTMANAGER, programFile } from "./programs.ts";

const run = promisify(execFile);

/** What amtool understands: name=value, each an argument. */
type Case = readonly [labels: string, receiver: "page" | "ticket" | "log" | "watchdog"];

const PRODUCTION = "deployment_environment_name=production job=shop";
const CASES: readonly Case[] = [
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

const OPEN: readonly Case[] = [
  ["alertname=AgentSystemDown severity=page deployment_environment_name=development job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=test job=shop", "page"],
  ["alertname=LlmProviderDown severity=page deployment_environment_name=dev provider=openai job=shop", "page"],
  ["alertname=AgentSystemDown severity=page job=shop", "page"],
];
const OWN: readonly Case[] = [
  ["alertname=AgentSystemDown severity=page deployment_environment_name=staging-2 job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=a.b job=shop", "ticket"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=axb job=shop", "page"],
  ["alertname=AgentSystemDown severity=page deployment_environment_name=development job=shop", "page"],
  // A pattern that means "nothing" as well does not mean alerts without an environment.
  ["alertname=CollectorDown severity=page job=otel-collector", "page"],
];

function routes(name: string, given: Given, cases: readonly Case[]): void {
  describe(name, () => {
    let rendered: Rendered;
    before(() => {
      rendered = render(given);
    });
    after(() => rendered.remove());

    for (const [labels, receiver] of cases) {
      it(`${labels} goes to ${receiver}`, async () => {
        const verify = ["--config.file", rendered.file, `--verify.receivers=${receiver}`];
        await run(programFile("amtool"), ["config", "routes", "test", ...verify, ...labels.split(" ")]);
      });
    }
  });
}

describe("an alert's way", NEEDS_ALERTMANAGER, () => {
  const some = CASES.filter((_, index) => index % 8 === 0);
  routes("with all secrets", { secrets: SECRETS, settings: { ...MAIL, SMTP_USERNAME: "am" } }, CASES);
  routes("without secrets", {}, some);
  routes("with a webhook alone", { secrets: { webhook_url: SECRETS.webhook_url } }, some);
  routes("with working hours", { settings: { ALERT_WORKING_HOURS: "09:00-17:00" } }, some);
  routes("where every environment pages", { settings: { ALERT_NO_PAGE_ENVIRONMENTS: "" } }, OPEN);
  routes("with a pattern of one's own", { settings: { ALERT_NO_PAGE_ENVIRONMENTS: "staging.*|a\\.b|" } }, OWN);
});
