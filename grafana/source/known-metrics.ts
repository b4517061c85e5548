import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/metrics/catalogue.ts";

/** A series that queries may use. `labels` is undefined where they are not ours to know. */
export type KnownSeries = {
  readonly kind: "counter" | "gauge" | "bucket";
  readonly labels: ReadonlySet<string> | undefined;
};

/** What every pushed series carries besides its own labels. */
export const RESOURCE_LABELS = ["job", "instance", "deployment_environment_name"] as const;

/** Series of the stack's own components that rules and boards use. Anything else is a misspelling until it is listed here. */
const STACK_SERIES: Record<string, "counter" | "gauge"> = {
  up: "gauge",
  target_info: "gauge",
  ALERTS: "gauge",
  otelcol_exporter_queue_size: "gauge",
  otelcol_exporter_queue_capacity: "gauge",
  otelcol_process_memory_rss_bytes: "gauge",
  otelcol_exporter_send_failed_spans_total: "counter",
  otelcol_exporter_send_failed_metric_points_total: "counter",
  otelcol_exporter_send_failed_log_records_total: "counter",
  otelcol_receiver_accepted_spans_total: "counter",
  otelcol_receiver_refused_spans_total: "counter",
  otelcol_receiver_refused_metric_points_total: "counter",
  otelcol_receiver_refused_log_records_total: "counter",
  alertmanager_notifications_failed_total: "counter",
  prometheus_rule_evaluation_failures_total: "counter",
};

function* catalogueSeries(): Iterable<[string, KnownSeries]> {
  for (const { name, type, labels } of CATALOGUE) {
    const all = new Set<string>([...labels, ...RESOURCE_LABELS]);
    if (type !== "histogram") {
      yield [name, { kind: type, labels: all }];
      continue;
    }
    yield [`${name}_bucket`, { kind: "bucket", labels: new Set([...all, "le"]) }];
    yield [`${name}_sum`, { kind: "counter", labels: all }];
    yield [`${name}_count`, { kind: "counter", labels: all }];
  }
}

type RuleFile = { groups: { rules: { record?: string }[] }[] };

function* recordedSeries(): Iterable<[string, KnownSeries]> {
  const folder = new URL("../../alerts/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yml"))) {
    const { groups } = parse(readFileSync(new URL(file, folder), "utf8")) as RuleFile;
    for (const { record } of groups.flatMap(({ rules }) => rules)) {
      if (record !== undefined) yield [record, { kind: "gauge", labels: undefined }];
    }
  }
}

/** Every series by name: the catalogue's, what the rules record, and the listed ones of the stack. */
export function loadKnownSeries(): ReadonlyMap<string, KnownSeries> {
  const stack = Object.entries(STACK_SERIES).map(([name, kind]) => [name, { kind, labels: undefined }] as const);
  return new Map<string, KnownSeries>([...catalogueSeries(), ...recordedSeries(), ...stack]);
}
