import { counted, countedAbove, quantile, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const PROVIDER = [...PROCESS, "provider"];
const MODEL = [...PROVIDER, "model"];
const CALLER = [...PROCESS, "agent", "provider", "model"];
const BOARD = { uid: "ao-llm-cost", variables: { job: "job", model: "model" } };
const { llmErrorRatio, llmProviderErrorRatio, llmResponseTimeSeconds, rateLimitedRatio, tokensPerRequest } = THRESHOLDS;

export const llm: RuleFile = {
  name: "llm",
  groups: [
    {
      name: "llm",
      interval: "30s",
      rules: [
        { record: "job_model:llm_requests:count10m", expr: counted("llm_requests_total", "10m", MODEL) },
        {
          record: "job_model:llm_request_errors:count10m",
          expr: counted('llm_requests_total{status="error"}', "10m", MODEL),
        },
        {
          record: "job_model:llm_rate_limited:count10m",
          expr: counted('llm_errors_total{category="rate_limit"}', "10m", MODEL),
        },
        {
          record: "job_model:llm_request_errors:ratio10m",
          expr: ratio("job_model:llm_request_errors:count10m", "job_model:llm_requests:count10m"),
        },
        {
          record: "job_model:llm_rate_limited:ratio10m",
          expr: ratio("job_model:llm_rate_limited:count10m", "job_model:llm_requests:count10m"),
        },
        {
          record: "job_model:llm_request_duration_seconds:p95_10m",
          expr: quantile(0.95, "llm_request_duration_seconds", "10m", MODEL),
        },
        {
          record: "job_model:llm_requests_slow:count30m",
          expr: countedAbove("llm_request_duration_seconds", "", llmResponseTimeSeconds.limit, "30m", MODEL),
        },
        { record: "job_provider:llm_requests:count5m", expr: counted("llm_requests_total", "5m", PROVIDER) },
        {
          record: "job_provider:llm_request_errors:count5m",
          expr: counted('llm_requests_total{status="error"}', "5m", PROVIDER),
        },
        {
          record: "job_provider:llm_request_errors:ratio5m",
          expr: ratio("job_provider:llm_request_errors:count5m", "job_provider:llm_requests:count5m"),
        },
        {
          comment: "Failed requests have no usage and would hide what the others use.",
          record: "job_agent_model:llm_requests_answered:count30m",
          expr: counted('llm_requests_total{status!="error"}', "30m", CALLER),
        },
        {
          record: "job_agent_model:llm_tokens:count30m",
          expr: counted('llm_tokens_total{type=~"input|output"}', "30m", CALLER),
        },
        {
          comment: "Embeddings send whole documents: many tokens in one request are their purpose.",
          record: "job_agent_model:llm_embeddings:count30m",
          expr: counted('llm_requests_total{operation="embeddings"}', "30m", CALLER),
        },
        {
          comment:
            "Every model of the provider at once. Fires before and after what the single models say of it, which Alertmanager mutes meanwhile.",
          alert: "LlmProviderDown",
          expr: `${beyond("job_provider:llm_request_errors:ratio5m", ">", llmProviderErrorRatio)}\nand\njob_provider:llm_request_errors:count5m >= 5`,
          for: "1m",
          keepFiringFor: "15m",
          severity: "page",
          summary: "An LLM provider fails nearly every request",
          description:
            "{{ $value | humanizePercentage }} of the requests of {{ $labels.job }} to {{ $labels.provider }} failed in the last 5 minutes, over all models.",
          dashboard: { uid: "ao-llm-cost", variables: { job: "job" } },
        },
        {
          alert: "LlmErrorRateHigh",
          expr: `${beyond("job_model:llm_request_errors:ratio10m", ">", llmErrorRatio)}\nand\njob_model:llm_request_errors:count10m >= 3`,
          for: "5m",
          keepFiringFor: "5m",
          severity: "ticket",
          summary: "LLM requests fail",
          description:
            "{{ $value | humanizePercentage }} of the requests of {{ $labels.job }} to {{ $labels.model }} at {{ $labels.provider }} failed in the last 10 minutes.",
          dashboard: BOARD,
        },
        {
          alert: "LlmRateLimited",
          expr: `${beyond("job_model:llm_rate_limited:ratio10m", ">", rateLimitedRatio)}\nand\njob_model:llm_rate_limited:count10m >= 5`,
          for: "5m",
          keepFiringFor: "5m",
          severity: "ticket",
          summary: "LLM provider limits the rate",
          description:
            "{{ $labels.provider }} rejected {{ $value | humanizePercentage }} of the requests of {{ $labels.job }} to {{ $labels.model }} for exceeding a rate limit in the last 10 minutes.",
          dashboard: BOARD,
        },
        {
          alert: "LlmResponseTimeHigh",
          expr: `${beyond("job_model:llm_request_duration_seconds:p95_10m", ">", llmResponseTimeSeconds)}\nand\njob_model:llm_requests_slow:count30m >= 3`,
          for: "10m",
          severity: "ticket",
          summary: "A model answers too slowly",
          description: `One in twenty requests of {{ $labels.job }} to {{ $labels.model }} at {{ $labels.provider }} takes longer than {{ $value | humanizeDuration }} (p95 over 10 minutes). The limit is ${llmResponseTimeSeconds.limit} s.`,
          dashboard: BOARD,
        },
        {
          alert: "LlmTokensPerRequestHigh",
          expr: [
            `job_agent_model:llm_tokens:count30m / job_agent_model:llm_requests_answered:count30m > ${tokensPerRequest.limit}`,
            "and",
            "job_agent_model:llm_requests_answered:count30m >= 3",
            "unless",
            "job_agent_model:llm_embeddings:count30m > 0",
          ].join("\n"),
          for: "10m",
          severity: "ticket",
          summary: "LLM requests use too many tokens",
          description: `A request of {{ $labels.job }} (agent {{ $labels.agent }}) to {{ $labels.model }} used {{ $value | humanize }} tokens on average over 30 minutes. The target is ${tokensPerRequest.target}, the limit ${tokensPerRequest.limit}.`,
          dashboard: { uid: "ao-llm-cost", variables: { job: "job", model: "model", agent: "agent" } },
        },
      ],
    },
  ],
};
