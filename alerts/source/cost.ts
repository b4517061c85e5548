import { counted } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { THRESHOLDS } from "./thresholds.ts";

const CALLER = [...PROCESS, "agent", "provider", "model"];
const BUDGET = { uid: "ao-llm-cost", variables: { job: "job" } };
const { costPerRequestUsd, spendPerHourUsd, budgetUsedRatio } = THRESHOLDS;

export const cost: RuleFile = {
  name: "cost",
  groups: [
    {
      name: "cost",
      interval: "30s",
      rules: [
        { record: "job_agent_model:llm_cost_usd:sum30m", expr: counted("llm_cost_usd_total", "30m", CALLER) },
        {
          record: "environment:llm_cost_usd:sum1h",
          expr: counted("llm_cost_usd_total", "1h", ["deployment_environment_name"]),
        },
        {
          record: "job_model_reason:llm_unpriced_requests:count1h",
          expr: counted("llm_unpriced_requests_total", "1h", [...PROCESS, "provider", "model", "reason"]),
        },
        {
          record: "job_budget:budget_exceeded:count1h",
          expr: counted("budget_exceeded_total", "1h", [...PROCESS, "budget", "mode"]),
        },
        {
          alert: "LlmCostPerRequestHigh",
          expr: [
            `job_agent_model:llm_cost_usd:sum30m / job_agent_model:llm_requests_answered:count30m > ${costPerRequestUsd.limit}`,
            "and",
            "job_agent_model:llm_requests_answered:count30m >= 3",
          ].join("\n"),
          for: "10m",
          severity: "ticket",
          summary: "LLM requests cost too much",
          description: `A request of {{ $labels.job }} (agent {{ $labels.agent }}) to {{ $labels.model }} cost {{ $value | printf "%.3f" }} US dollars on average over 30 minutes. The target is ${costPerRequestUsd.target}, the limit ${costPerRequestUsd.limit}.`,
          dashboard: { uid: "ao-llm-cost", variables: { job: "job", model: "model", agent: "agent" } },
        },
        {
          alert: "LlmSpendHigh",
          expr: `environment:llm_cost_usd:sum1h > ${spendPerHourUsd.limit}`,
          for: "5m",
          severity: "ticket",
          summary: "LLM spend exceeds 10 US dollars an hour",
          description:
            'LLM requests of all programs in environment {{ $labels.deployment_environment_name }} cost {{ $value | printf "%.2f" }} US dollars in the last hour.',
          dashboard: { uid: "ao-llm-cost", variables: { environment: "deployment_environment_name" } },
        },
        {
          comment: "One is enough: from the first unpriced request on, every cost shown is too low.",
          alert: "LlmRequestsUnpriced",
          expr: "job_model_reason:llm_unpriced_requests:count1h > 0",
          severity: "log",
          summary: "LLM requests without a price",
          description:
            "No cost is known for {{ $value | humanize }} requests of {{ $labels.job }} to {{ $labels.model }} at {{ $labels.provider }} in the last hour ({{ $labels.reason }}): the spend shown is too low.",
          dashboard: { uid: "ao-llm-cost", variables: { job: "job", model: "model" } },
        },
        {
          alert: "BudgetNearlyUsed",
          expr: `max by (${[...PROCESS, "budget"].join(", ")}) (budget_used_ratio) > ${budgetUsedRatio.limit}`,
          severity: "ticket",
          summary: "A budget is nearly used up",
          description:
            "{{ $value | humanizePercentage }} of budget {{ $labels.budget }} of {{ $labels.job }} is spent.",
          dashboard: BUDGET,
        },
        {
          comment: "One is enough: a budget that blocks turns users away from here on.",
          alert: "BudgetExceeded",
          expr: "job_budget:budget_exceeded:count1h > 0",
          severity: "ticket",
          summary: "A budget is used up",
          description:
            "Budget {{ $labels.budget }} of {{ $labels.job }} (mode {{ $labels.mode }}) was used up {{ $value | humanize }} times in the last hour.",
          dashboard: BUDGET,
        },
      ],
    },
  ],
};
