import { countedScraped } from "./counting.ts";
import type { Recording, RuleFile } from "./rule.ts";
import { THRESHOLDS } from "./thresholds.ts";

const STACK = { uid: "ao-stack-health" };
const { queueUsedRatio, diskUsedRatio, ingestionLagSeconds } = THRESHOLDS;

/** What the collector calls the items of each signal. */
const SIGNALS = { traces: "spans", metrics: "metric_points", logs: "log_records" } as const;

const ofEverySignal = (record: string, metric: (items: string) => string, by: string): Recording[] =>
  Object.entries(SIGNALS).map(([signal, items]) => ({
    record,
    labels: { signal },
    expr: countedScraped(metric(items), "10m", [by]),
  }));

/** The stack itself. All its components are scraped. */
export const stack: RuleFile = {
  name: "stack",
  groups: [
    {
      name: "stack",
      interval: "30s",
      rules: [
        ...ofEverySignal(
          "exporter_signal:otelcol_exporter_send_failed:count10m",
          (items) => `otelcol_exporter_send_failed_${items}_total`,
          "exporter",
        ),
        ...ofEverySignal(
          "receiver_signal:otelcol_receiver_refused:count10m",
          (items) => `otelcol_receiver_refused_${items}_total`,
          "receiver",
        ),
        {
          record: "integration:alertmanager_notifications_failed:count15m",
          expr: countedScraped("alertmanager_notifications_failed_total", "15m", ["integration"]),
        },
        {
          record: "rule_group:prometheus_rule_evaluation_failures:count15m",
          expr: countedScraped("prometheus_rule_evaluation_failures_total", "15m", ["rule_group"]),
        },
        {
          comment:
            "Goes on until programs have had the time to report again: it mutes what is said of those that have not.",
          alert: "CollectorDown",
          expr: 'up{job=~"(otel-)?collector"} == 0',
          for: "1m",
          keepFiringFor: "5m",
          severity: "page",
          summary: "The collector is down",
          description:
            "Prometheus cannot reach the collector at {{ $labels.instance }}: no telemetry arrives, so no other alert can be trusted.",
          dashboard: STACK,
        },
        {
          alert: "ObservabilityBackendDown",
          expr: 'up{job=~"prometheus|alertmanager|loki|jaeger|grafana"} == 0',
          for: "2m",
          severity: "ticket",
          summary: "A component of the stack is down",
          description: "Prometheus cannot reach {{ $labels.job }} at {{ $labels.instance }}.",
          dashboard: STACK,
        },
        {
          alert: "CollectorExportFailing",
          expr: "exporter_signal:otelcol_exporter_send_failed:count10m > 0",
          for: "5m",
          severity: "ticket",
          summary: "The collector loses data on the way out",
          description:
            "Exporter {{ $labels.exporter }} of the collector gave up {{ $value | humanize }} items of {{ $labels.signal }} in the last 10 minutes.",
          dashboard: STACK,
        },
        {
          alert: "CollectorDataRefused",
          expr: "receiver_signal:otelcol_receiver_refused:count10m > 0",
          for: "5m",
          severity: "ticket",
          summary: "The collector refuses data",
          description:
            "Receiver {{ $labels.receiver }} of the collector refused {{ $value | humanize }} items of {{ $labels.signal }} in the last 10 minutes.",
          dashboard: STACK,
        },
        {
          alert: "CollectorQueueNearlyFull",
          expr: `max by (exporter, data_type) (otelcol_exporter_queue_size / (otelcol_exporter_queue_capacity > 0)) > ${queueUsedRatio.limit}`,
          for: "5m",
          severity: "ticket",
          summary: "The collector's sending queue is nearly full",
          description:
            "The queue of exporter {{ $labels.exporter }} ({{ $labels.data_type }}) is {{ $value | humanizePercentage }} full. When it is full, the collector loses data.",
          dashboard: STACK,
        },
        {
          alert: "AlertNotificationsFailing",
          expr: "integration:alertmanager_notifications_failed:count15m >= 3",
          severity: "ticket",
          summary: "Alert notifications do not arrive",
          description:
            "Alertmanager failed to notify through {{ $labels.integration }} {{ $value | humanize }} times in the last 15 minutes.",
          dashboard: STACK,
        },
        {
          alert: "RuleEvaluationFailing",
          expr: "rule_group:prometheus_rule_evaluation_failures:count15m > 0",
          for: "5m",
          severity: "ticket",
          summary: "Alert rules cannot be evaluated",
          description:
            "{{ $value | humanize }} evaluations of rule group {{ $labels.rule_group }} failed in the last 15 minutes: its alerts cannot fire.",
          dashboard: STACK,
        },
        {
          alert: "StorageNearlyFull",
          expr: `max by (mountpoint) (system_filesystem_utilization_ratio) > ${diskUsedRatio.limit}`,
          for: "10m",
          severity: "ticket",
          summary: "The disk of the stack is nearly full",
          description:
            "The disk that holds the stack's volumes is {{ $value | humanizePercentage }} full. When it is full, nothing is stored any more.",
          dashboard: STACK,
        },
        {
          comment:
            "By the canary, which sends something once a minute and looks for it. Late is what it found late, or has not found for so long.",
          alert: "IngestionLagHigh",
          expr: [
            `max by (signal) (agent_observatory_canary_lag_seconds) > ${ingestionLagSeconds.limit}`,
            "or",
            `max by (signal) (time() - last_over_time(agent_observatory_canary_last_success_timestamp_seconds[1h])) > ${ingestionLagSeconds.missing}`,
          ].join("\n"),
          for: "5m",
          severity: "ticket",
          summary: "Telemetry arrives late, or not at all",
          description:
            "What the canary sends as {{ $labels.signal }} takes {{ $value | humanizeDuration }} until it can be found, or has not been found for so long.",
          dashboard: STACK,
        },
        {
          comment: "Always fires, so that a receiver outside can tell when the way from here to there is broken.",
          alert: "Watchdog",
          expr: "vector(1)",
          severity: "log",
          summary: "Alerting works",
          description: "This alert always fires. When it stops arriving, alerts do not reach you.",
          dashboard: STACK,
        },
      ],
    },
  ],
};
