import { DURATION_BUCKETS, type MetricDefinition } from "./definition.ts";

const CALL_LABELS = ["agent", "provider", "model", "operation"] as const;

/** Calls to language models: every attempt on the wire counts, so a retried call is two requests. */
export const LLM_METRICS = [
  {
    name: "llm_requests_total",
    type: "counter",
    help: "LLM requests that ended, by outcome (ok, error, cancelled, abandoned).",
    unit: "{request}",
    labels: [...CALL_LABELS, "status"],
  },
  {
    name: "llm_requests_active",
    type: "gauge",
    help: "LLM requests in progress.",
    unit: "{request}",
    labels: ["provider", "model"],
  },
  {
    name: "llm_request_duration_seconds",
    type: "histogram",
    help: "Duration of an LLM request until its last byte.",
    unit: "s",
    labels: [...CALL_LABELS, "status"],
    buckets: DURATION_BUCKETS,
  },
  {
    name: "llm_time_to_first_token_seconds",
    type: "histogram",
    help: "Time from the request to the first chunk of a streamed answer.",
    unit: "s",
    labels: CALL_LABELS,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60],
  },
  {
    name: "llm_tokens_total",
    type: "counter",
    help: "Tokens by type. cached, cache_write and input_audio are part of input, reasoning and output_audio part of output: a total is input + output.",
    unit: "{token}",
    labels: ["agent", "provider", "model", "type"],
  },
  {
    name: "llm_cost_usd_total",
    type: "counter",
    help: "Cost of LLM requests in US dollars, by the price table or as the provider reports it. What could not be priced is missing: see llm_unpriced_requests_total.",
    unit: "{USD}",
    labels: ["agent", "provider", "model"],
  },
  {
    name: "llm_unpriced_requests_total",
    type: "counter",
    help: "LLM requests whose cost is not known, or not all of it, by reason (unknown_model, no_usage, unknown_rate, partial_usage).",
    unit: "{request}",
    labels: ["provider", "model", "reason"],
  },
  {
    name: "llm_errors_total",
    type: "counter",
    help: "Failed LLM requests, by error category.",
    unit: "{error}",
    labels: ["provider", "model", "category"],
  },
  {
    name: "llm_retries_total",
    type: "counter",
    help: "LLM requests that repeat an earlier failed attempt.",
    unit: "{request}",
    labels: ["provider", "model"],
  },
  {
    name: "llm_fallbacks_total",
    type: "counter",
    help: "LLM requests made in place of one that failed in the same step, to another model or provider: from says which failed.",
    unit: "{request}",
    labels: ["provider", "model", "from"],
  },
] as const satisfies readonly MetricDefinition[];
