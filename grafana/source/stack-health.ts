import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  BytesIEC,
  DurationInDaysHoursMinutesSeconds,
  PercentUnit,
  RecordsPerSecond,
  Seconds,
  Short,
} from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import { countedOrZero, countedScrapedOverTime, perSecond } from "./promql.ts";
import {
  CANARY_FAILURES,
  DISK_USED,
  LAG,
  LOST,
  NOTIFICATIONS_FAILED,
  QUEUE_USED,
  RULE_FAILURES,
  received,
  SIGNALS,
  sent,
  signalName,
} from "./stack-queries.ts";
import { THRESHOLDS } from "./thresholds.ts";

const { diskUsedRatio, ingestionLagSeconds, queueUsedRatio } = THRESHOLDS;

export const stackHealth = (): Dashboard =>
  board("stack", {
    description: "Is what watches the agents well itself, and does everything arrive?",
    datasources: ["prometheus"],
    variables: [],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            3,
            stat({
              title: "Components down",
              description:
                "Components that Prometheus cannot reach. Which one is in the table below; `npm run stack -- logs NAME` tells why.",
              unit: Short,
              levels: { alert: 1 },
              expr: "count(up == 0) or vector(0)",
            }),
          ],
          [
            3,
            stat({
              title: "Telemetry lost",
              description:
                "Spans, points and lines that the collector refused or gave up in the time range. Anything above 0: see which signal below.",
              unit: Short,
              levels: { alert: 1 },
              expr: LOST,
            }),
          ],
          [
            3,
            stat({
              title: "Given up by programs",
              description:
                "Spans, points and lines that programs dropped before they were sent. The standard error of the program tells why; `agent_observatory_dropped_total` by reason tells what.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero("agent_observatory_dropped_total"),
            }),
          ],
          [
            3,
            stat({
              title: "Fullest queue",
              description: `How full the collector's fullest sending queue is. Alert above ${percent(queueUsedRatio.limit)}: its back end is down or too slow, and a full queue refuses.`,
              unit: PercentUnit,
              levels: levelsOf(queueUsedRatio),
              expr: `max(${QUEUE_USED})`,
            }),
          ],
          [
            3,
            stat({
              title: "Ingestion lag",
              description: `How long the canary's trace and log line took until they could be found, the later of both, or how long nothing was found. Target ${ingestionLagSeconds.target} s, alert above ${ingestionLagSeconds.limit} s: see the queues below.`,
              unit: Seconds,
              levels: levelsOf({ target: ingestionLagSeconds.target, limit: ingestionLagSeconds.limit }),
              expr: `max(${LAG})`,
            }),
          ],
          [
            3,
            stat({
              title: "Canaries lost",
              description:
                "Traces and log lines of the canary that were not sent or never found. Any: something on the way is broken, whatever the rest says.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(CANARY_FAILURES),
            }),
          ],
          [
            3,
            stat({
              title: "Rule failures",
              description:
                "Evaluations of rules that failed: alerts on them are blind. Prometheus' /rules page has the error of each.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(RULE_FAILURES),
            }),
          ],
          [
            3,
            stat({
              title: "Notifications failed",
              description:
                "Notifications that did not reach their receiver: somebody was not told. Which channel is shown below.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(NOTIFICATIONS_FAILED),
            }),
          ],
        ],
      },
      {
        title: "Components",
        height: 9,
        panels: [
          [
            14,
            table({
              title: "Components",
              description:
                "1 is up. A short uptime is a restart; memory near its limit (docs/stack.md) comes before one; a slow scrape is an overloaded component.",
              rows: { job: "Component" },
              columns: [
                {
                  title: "Up",
                  unit: Short,
                  levels: { alert: 1, moreIsBetter: true },
                  expr: "min by (job) (up)",
                },
                {
                  title: "Uptime",
                  unit: DurationInDaysHoursMinutesSeconds,
                  expr: "min by (job) (time() - process_start_time_seconds or otelcol_process_uptime_seconds_total)",
                },
                {
                  title: "Memory",
                  unit: BytesIEC,
                  expr: "max by (job) (process_resident_memory_bytes or otelcol_process_memory_rss_bytes)",
                },
                { title: "Scrape", unit: Seconds, expr: "max by (job) (scrape_duration_seconds)" },
              ],
            }),
          ],
          [
            10,
            chart({
              title: "Ingestion lag",
              description:
                "Of the canary, by signal. One late: its back end or queue. Both late: the collector. A line that climbs: nothing was found for so long. A gap: the canary does not run.",
              unit: Seconds,
              levels: levelsOf({ target: ingestionLagSeconds.target, limit: ingestionLagSeconds.limit }),
              queries: [{ expr: LAG, legend: "{{signal}}" }],
            }),
          ],
        ],
      },
      {
        title: "Collector",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Accepted",
              description:
                "Spans, points and lines a second. One that falls to nothing while programs run: look at their agent_observatory_export_failures_total.",
              unit: RecordsPerSecond,
              queries: SIGNALS.map((signal) => ({
                expr: perSecond(received("accepted", signal)),
                legend: signalName(signal),
              })),
            }),
          ],
          [
            8,
            chart({
              title: "Lost",
              description:
                "How many, since a few minutes before each point. Refused: memory or a queue is full, programs try again. Given up: a back end says no for good, `npm run stack -- logs otel-collector` has its words.",
              unit: Short,
              queries: SIGNALS.flatMap((signal) => [
                { expr: countedScrapedOverTime(received("refused", signal)), legend: `${signalName(signal)} refused` },
                {
                  expr: countedScrapedOverTime(sent("send_failed", signal), "exporter"),
                  legend: `${signalName(signal)} given up for {{exporter}}`,
                },
              ]).concat(
                {
                  expr: countedScrapedOverTime('otelcol_exporter_send_failed_spans_total{job="jaeger"}', "exporter"),
                  legend: "spans not stored by {{exporter}}",
                },
                {
                  expr: countedScrapedOverTime("loki_discarded_samples_total", "reason"),
                  legend: "lines discarded by Loki: {{reason}}",
                },
              ),
            }),
          ],
          [
            8,
            chart({
              title: "Sending queues",
              description:
                "How full each queue on disk is. Rising: its back end is down or slow, nothing is lost yet. It drains by itself.",
              unit: PercentUnit,
              levels: levelsOf(queueUsedRatio),
              queries: [
                { expr: `max by (exporter, data_type) (${QUEUE_USED})`, legend: "{{data_type}} to {{exporter}}" },
              ],
            }),
          ],
        ],
      },
      {
        title: "Rules and notifications",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Series in memory",
              description:
                "Time series in Prometheus' head. A climb that does not level off is a label with too many values: the alert MetricLabelValuesFolded names it, or a span name with an id in it.",
              unit: Short,
              queries: [{ expr: "max by (job) (prometheus_tsdb_head_series)", legend: "{{job}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Rule evaluation",
              description:
                "How much of its interval a group of rules takes. Near 100 %: alerts come late, make its queries cheaper or its interval longer.",
              unit: PercentUnit,
              queries: [
                {
                  expr: 'max by (group) (label_replace(prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds, "group", "$1", "rule_group", ".*;(.*)"))',
                  legend: "{{group}}",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Notifications",
              description:
                "Per second, by channel. Failed ones: the receiver's address or key is wrong, or it is down; see Alertmanager's log.",
              unit: RecordsPerSecond,
              queries: [
                {
                  expr: `${perSecond("alertmanager_notifications_total", "integration")} > 0`,
                  legend: "{{integration}}",
                },
                {
                  expr: `${perSecond(NOTIFICATIONS_FAILED, "integration")} > 0`,
                  legend: "{{integration}} failed",
                },
              ],
            }),
          ],
        ],
      },
      {
        title: "Storage",
        height: 8,
        panels: [
          [
            12,
            chart({
              title: "Stored",
              description:
                'What Prometheus and Jaeger keep on disk; the value log of Jaeger is a file of 2 GB from the first span on. Where retention is set: docs/stack.md, "How long data stays".',
              unit: BytesIEC,
              stacked: true,
              queries: [
                {
                  expr: 'sum(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes{job="prometheus"} + prometheus_tsdb_head_chunks_storage_size_bytes)',
                  legend: "Prometheus",
                },
                {
                  expr: "sum(jaeger_storage_badger_size_bytes_lsm + jaeger_storage_badger_size_bytes_vlog)",
                  legend: "Jaeger",
                },
              ],
            }),
          ],
          [
            12,
            chart({
              title: "Disk used",
              description: `The disk that holds the stack's volumes. Alert above ${percent(diskUsedRatio.limit)}: free space, or let data stay a shorter time.`,
              unit: PercentUnit,
              levels: levelsOf(diskUsedRatio),
              queries: [{ expr: DISK_USED, legend: "{{mountpoint}}" }],
            }),
          ],
        ],
      },
    ],
  });
