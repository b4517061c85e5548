import type { MetricDefinition } from "./definition.ts";

/** What the instrumentation says of itself. */
export const SELF_METRICS = [
  {
    name: "agent_observatory_up",
    type: "gauge",
    help: "1 while the instrumented process runs; labels say what runs.",
    unit: "{process}",
    labels: ["version", "node_version"],
  },
  {
    name: "agent_observatory_instrumentation_status",
    type: "gauge",
    help: "1 for what a library that the program uses is: observed, found (loaded, not called yet), loaded_before, unsupported_version. docs/coverage.md.",
    unit: "{library}",
    labels: ["library", "version", "status"],
  },
  {
    name: "agent_observatory_dropped_total",
    type: "counter",
    help: "Telemetry items that were given up, by signal (traces, metrics, logs) and reason (queue_full, rejected, unserializable, exit).",
    unit: "{item}",
    labels: ["signal", "reason"],
  },
  {
    name: "agent_observatory_export_failures_total",
    type: "counter",
    help: "Attempts to send a batch that failed, by signal.",
    unit: "{attempt}",
    labels: ["signal"],
  },
  {
    name: "agent_observatory_label_values_folded_total",
    type: "counter",
    help: "Recordings whose label value was folded into `other` because the label had reached its limit of values.",
    unit: "{recording}",
    labels: ["metric", "label"],
  },
  {
    name: "agent_observatory_log_lines_left_out_total",
    type: "counter",
    help: "Log lines that sampling left out, by level and by what did (rate, burst).",
    unit: "{line}",
    labels: ["level", "reason"],
  },
] as const satisfies readonly MetricDefinition[];
