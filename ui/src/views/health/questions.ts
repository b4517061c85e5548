import type { Range } from "../../app/time-range.ts";

/** What the view asks, in PromQL. `window` is the range of the view as PromQL writes it. */
export const windowOf = ({ startMs, endMs }: Range): string => `${Math.max(60, Math.round((endMs - startMs) / 1000))}s`;

export const CHECK_STATUS = "min by (job, check) (health_check_status)";
export const checkDurations = (window: string): string =>
  `max by (job, check) (last_over_time(health_check_duration_seconds[${window}]))`;
export const libraries = (window: string): string =>
  `max by (job, library, version, status) (max_over_time(agent_observatory_instrumentation_status[${window}])) == 1`;
export const PROCESS_UP = "max by (job, instance, version, service_version, node_version) (agent_observatory_up)";

/** Figures of processes: of one instance each, the last within the range. */
export const processFigures = (window: string): string =>
  [
    ["memory", `max by (job, instance) (last_over_time(process_memory_usage_bytes[${window}]))`],
    [
      "heap",
      `max by (job, instance) (last_over_time(v8js_memory_heap_used_bytes[${window}])) / max by (job, instance) (last_over_time(v8js_memory_heap_limit_bytes[${window}]) > 0)`,
    ],
    ["delay", `max by (job, instance) (max_over_time(nodejs_eventloop_delay_p99_seconds[${window}]))`],
    ["busy", `max by (job, instance) (last_over_time(nodejs_eventloop_utilization_ratio[${window}]))`],
    ["uptime", `max by (job, instance) (last_over_time(process_uptime_seconds[${window}]))`],
  ]
    .map(([figure, expression]) => `label_replace(${expression}, "figure", "${figure}", "", "")`)
    .join(" or ");

/** What did not arrive, and why. */
export const losses = (window: string): string =>
  [
    ["dropped", `sum by (job, signal, reason) (increase(agent_observatory_dropped_total[${window}]))`],
    ["failed", `sum by (job, signal) (increase(agent_observatory_export_failures_total[${window}]))`],
    ["folded", `sum by (job, metric, label) (increase(agent_observatory_label_values_folded_total[${window}]))`],
    ["left_out", `sum by (job, level, reason) (increase(agent_observatory_log_lines_left_out_total[${window}]))`],
    ["refused", `sum by (protocol, status) (increase(agent_observatory_otlp_refused_total[${window}]))`],
    ["rejected", `sum by (signal) (increase(agent_observatory_otlp_items_total{outcome="rejected"}[${window}]))`],
  ]
    .map(([kind, expression]) => `label_replace(${expression} > 0, "kind", "${kind}", "", "")`)
    .join(" or ");

/** The embedded process itself. */
export const OWN = {
  build: "agent_observatory_build_info",
  ingest: 'sum by (signal) (rate(agent_observatory_otlp_items_total{outcome="stored"}[2m]))',
  bytes: "max(agent_observatory_store_bytes)",
  queries: "sum by (api) (rate(agent_observatory_queries_total[2m]))",
  latency: "histogram_quantile(0.95, sum by (api, le) (rate(agent_observatory_query_duration_seconds_bucket[5m])))",
  rules: "sum(prometheus_rule_group_last_duration_seconds)",
  memory: 'max(process_resident_memory_bytes{job="agent-observatory"})',
  busy: 'max(nodejs_eventloop_utilization{job="agent-observatory"})',
} as const;

export const ownFaults = (window: string): string =>
  [
    ["store", "max(agent_observatory_store_failing)"],
    ["rules", `sum(increase(prometheus_rule_evaluation_failures_total[${window}]))`],
    ["notifications", `sum(increase(alertmanager_notifications_failed_total[${window}]))`],
    ["ingest", `sum(increase(agent_observatory_ingest_restarts_total[${window}]))`],
    ["threads", `sum(increase(agent_observatory_query_threads_replaced_total{reason!="grown"}[${window}]))`],
    ["pending", "sum(agent_observatory_ingest_pending_bytes)"],
  ]
    .map(([fault, expression]) => `label_replace(${expression}, "fault", "${fault}", "", "")`)
    .join(" or ");
