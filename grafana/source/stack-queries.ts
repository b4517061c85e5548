import { counted, countedScraped } from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";

const { ingestionLagSeconds } = THRESHOLDS;

/** What programs send: as their receivers, queues and exporters name it. */
export const SIGNALS = ["spans", "metric_points", "log_records"] as const;
const COLLECTOR = 'job="otel-collector"';

export const received = (what: string, signal: string): string =>
  `otelcol_receiver_${what}_${signal}_total{${COLLECTOR}}`;
export const sent = (what: string, signal: string): string => `otelcol_exporter_${what}_${signal}_total{${COLLECTOR}}`;

/** Refused at the door. Counted from 0 on, whatever happens. */
const refused = SIGNALS.map((signal) => counted(received("refused", signal)));
/** Given up on the way to a back end. Such a series first appears with what it counts. */
const givenUp = SIGNALS.map((signal) => countedScraped(sent("send_failed", signal)));
/** Everything that the collector lost. */
export const LOST = [...refused, ...givenUp].map((count) => `(${count} or vector(0))`).join(" + ");

export const QUEUE_USED = `otelcol_exporter_queue_size{${COLLECTOR}} / otelcol_exporter_queue_capacity{${COLLECTOR}}`;
export const RULE_FAILURES = "prometheus_rule_evaluation_failures_total";
export const NOTIFICATIONS_FAILED = "alertmanager_notifications_failed_total";

/** Of what the canary found; where it finds nothing any more, for how long. As the alert IngestionLagHigh has it. */
export const LAG = [
  "time() - max by (signal) (last_over_time(agent_observatory_canary_last_success_timestamp_seconds[$__range]))",
  `> ${ingestionLagSeconds.missing} or max by (signal) (agent_observatory_canary_lag_seconds)`,
].join(" ");
export const CANARY_FAILURES = "agent_observatory_canary_failures_total";
export const DISK_USED = "max by (mountpoint) (system_filesystem_utilization_ratio)";

export const signalName = (signal: string): string => signal.replace("_", " ");
