import { counted } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";

const OVERVIEW = { uid: "ao-overview", variables: { job: "job" } };

/** Whether what programs tell of themselves is complete. */
export const telemetry: RuleFile = {
  name: "telemetry",
  groups: [
    {
      name: "telemetry",
      interval: "30s",
      rules: [
        {
          record: "job_signal_reason:agent_observatory_dropped:count15m",
          expr: counted("agent_observatory_dropped_total", "15m", [...PROCESS, "signal", "reason"]),
        },
        {
          record: "job_signal:agent_observatory_export_failures:count15m",
          expr: counted("agent_observatory_export_failures_total", "15m", [...PROCESS, "signal"]),
        },
        {
          record: "job_metric_label:agent_observatory_label_values_folded:count1h",
          expr: counted("agent_observatory_label_values_folded_total", "1h", [...PROCESS, "metric", "label"]),
        },
        {
          alert: "AgentTelemetryDropped",
          expr: "job_signal_reason:agent_observatory_dropped:count15m > 10",
          severity: "ticket",
          summary: "Telemetry is being dropped",
          description:
            "{{ $labels.job }} gave up {{ $value | humanize }} items of {{ $labels.signal }} in the last 15 minutes ({{ $labels.reason }}): what is shown for it is incomplete.",
          dashboard: OVERVIEW,
        },
        {
          alert: "AgentTelemetryExportFailing",
          expr: "job_signal:agent_observatory_export_failures:count15m > 5",
          severity: "ticket",
          summary: "Telemetry cannot be sent",
          description:
            "{{ $value | humanize }} attempts of {{ $labels.job }} to send {{ $labels.signal }} failed in the last 15 minutes.",
          dashboard: OVERVIEW,
        },
        {
          alert: "MetricLabelValuesFolded",
          expr: "job_metric_label:agent_observatory_label_values_folded:count1h > 0",
          severity: "log",
          summary: "A metric label has too many values",
          description:
            "Label {{ $labels.label }} of {{ $labels.metric }} in {{ $labels.job }} reached its limit of values; {{ $value | humanize }} recordings of the last hour were counted under other.",
          dashboard: OVERVIEW,
        },
      ],
    },
  ],
};
