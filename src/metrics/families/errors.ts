import type { MetricDefinition } from "./definition.ts";

/** Errors as the program has them, patterns among them, and what is tried again. */
export const ERROR_METRICS = [
  {
    name: "errors_total",
    type: "counter",
    help: "Errors, each counted once, by category, severity (critical, error, warning, info) and who saw it first (agent, workflow, node, tool, llm, retrieval, log, uncaught, program).",
    unit: "{error}",
    labels: ["category", "severity", "source"],
  },
  {
    name: "errors_by_kind_total",
    type: "counter",
    help: "Errors, each counted once, by kind: the fingerprint of their type, message and place, as failed spans and log records of errors have it.",
    unit: "{error}",
    labels: ["fingerprint"],
  },
  {
    name: "error_pattern_matches_total",
    type: "counter",
    help: "Times that so many errors of a pattern came together; once in the pattern's window at most.",
    unit: "{match}",
    labels: ["pattern"],
  },
  {
    name: "error_pattern_notifications_total",
    type: "counter",
    help: "Notifications of error patterns to webhooks, by outcome (delivered, failed, skipped because an earlier one was under way).",
    unit: "{notification}",
    labels: ["pattern", "outcome"],
  },
  {
    name: "retry_attempts_total",
    type: "counter",
    help: "Attempts made by retry(), the first ones as well, by strategy.",
    unit: "{attempt}",
    labels: ["strategy"],
  },
  {
    name: "retry_outcomes_total",
    type: "counter",
    help: "Calls of retry() by strategy and how they came out: ok at once, recovered after a failure, exhausted (no attempt or time left), refused (not worth another try), aborted.",
    unit: "{call}",
    labels: ["strategy", "outcome"],
  },
] as const satisfies readonly MetricDefinition[];
