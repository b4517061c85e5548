import { createLabels, type Labels, METRIC_NAME } from "../signals/index.ts";
import type { PlainSample } from "./packed-samples.ts";

type Definition = { readonly type: "counter" | "gauge" | "histogram"; readonly help: string };

/**
 * What the process tells of itself, on /metrics and as series of its own store. docs/embedded.md is compared with this table by a test. Where
 * a component of the stack has a metric for the same thing, it has the same name, so that the same alerts see it.
 */
export const OWN_METRICS = {
  agent_observatory_build_info: { type: "gauge", help: "Always 1; the version is a label." },
  agent_observatory_otlp_requests_total: {
    type: "counter",
    help: "OTLP requests that were read, by what became of them.",
  },
  agent_observatory_otlp_refused_total: {
    type: "counter",
    help: "OTLP requests that were answered with an error before their content was looked at, by status (HTTP or gRPC).",
  },
  agent_observatory_otlp_items_total: {
    type: "counter",
    help: "Spans, data points and log records, stored and rejected.",
  },
  agent_observatory_ingest_pending_bytes: { type: "gauge", help: "Bytes of requests that are not stored yet." },
  agent_observatory_ingest_group_duration_seconds: {
    type: "histogram",
    help: "How long a group of requests took to be stored.",
  },
  agent_observatory_ingest_restarts_total: {
    type: "counter",
    help: "How often the thread that stores ended and was replaced.",
  },
  agent_observatory_query_duration_seconds: {
    type: "histogram",
    help: "How long requests to the query APIs took, with their wait.",
  },
  agent_observatory_queries_total: { type: "counter", help: "Requests to the query APIs, by status." },
  agent_observatory_queries_waiting: { type: "gauge", help: "Queries that wait for a thread." },
  agent_observatory_query_threads: { type: "gauge", help: "Threads that answer queries and evaluate rules." },
  agent_observatory_query_threads_replaced_total: {
    type: "counter",
    help: "Query threads that were ended, by reason: time, memory, failure, or grown (idle, with memory to give back).",
  },
  agent_observatory_store_failing: { type: "gauge", help: "1 while what arrives cannot be stored, as on a full disk." },
  agent_observatory_store_bytes: { type: "gauge", help: "Size of the store on the disk." },
  agent_observatory_store_items: {
    type: "gauge",
    help: "What is stored, by kind; series and streams count once a day.",
  },
  agent_observatory_store_oldest_timestamp_seconds: { type: "gauge", help: "Begin of the oldest day with data." },
  agent_observatory_tail_clients: { type: "gauge", help: "Clients that follow logs." },
  prometheus_rule_evaluations_total: { type: "counter", help: "Evaluations of rules." },
  prometheus_rule_evaluation_failures_total: { type: "counter", help: "Evaluations of rules that failed." },
  prometheus_rule_group_last_duration_seconds: { type: "gauge", help: "How long the last evaluation of a group took." },
  alertmanager_notifications_total: { type: "counter", help: "Posts of alerts to Alertmanagers and webhooks." },
  alertmanager_notifications_failed_total: { type: "counter", help: "Posts of alerts that failed for good." },
  process_cpu_seconds_total: { type: "counter", help: "CPU time of the process." },
  process_resident_memory_bytes: { type: "gauge", help: "Memory of the process, with all its threads." },
  process_start_time_seconds: { type: "gauge", help: "When the process started." },
  nodejs_eventloop_utilization: { type: "gauge", help: "Share of the time in which the main thread is busy." },
} as const satisfies Readonly<Record<string, Definition>>;

export type OwnMetric = keyof typeof OWN_METRICS;

type LabelValues = Readonly<Record<string, string>>;
type Series = { readonly labels: LabelValues; value: number; readonly counts?: number[]; sum: number };

export type OwnMetrics = {
  readonly add: (name: OwnMetric, labels?: LabelValues, by?: number) => void;
  readonly set: (name: OwnMetric, labels: LabelValues, value: number) => void;
  readonly observe: (name: OwnMetric, labels: LabelValues, seconds: number) => void;
  /** As Prometheus scrapes it (text format 0.0.4). */
  readonly text: () => string;
  /** All series as samples of one time, with the labels that every one of them has. */
  readonly samples: (timeMs: number, common: LabelValues) => PlainSample[];
};

/** From a cached answer to the deadline of a query. */
const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

function lineOf(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

/** The series of a histogram, or the one series of anything else: the end of the name, labels, value. */
function* pointsOf({ labels, value, counts, sum }: Series): Generator<readonly [suffix: string, LabelValues, number]> {
  if (counts === undefined) {
    yield ["", labels, value];
    return;
  }
  let total = 0;
  for (const [index, count] of counts.entries()) {
    total += count;
    yield ["_bucket", { ...labels, le: BOUNDS[index]?.toString() ?? "+Inf" }, total];
  }
  yield ["_sum", labels, sum];
  yield ["_count", labels, total];
}

export function createOwnMetrics(): OwnMetrics {
  const families = new Map<OwnMetric, Map<string, Series>>();
  const seriesOf = (name: OwnMetric, labels: LabelValues): Series => {
    const family = families.get(name) ?? new Map<string, Series>();
    families.set(name, family);
    const key = JSON.stringify(labels);
    const known = family.get(key);
    if (known !== undefined) return known;
    const histogram = OWN_METRICS[name].type === "histogram";
    const series = { labels, value: 0, sum: 0, ...(histogram && { counts: [...BOUNDS.map(() => 0), 0] }) };
    family.set(key, series);
    return series;
  };
  return {
    add: (name, labels = {}, by = 1) => {
      seriesOf(name, labels).value += by;
    },
    set: (name, labels, value) => {
      seriesOf(name, labels).value = value;
    },
    observe: (name, labels, seconds) => {
      const series = seriesOf(name, labels);
      const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
      const at = bucket < 0 ? BOUNDS.length : bucket;
      series.sum += seconds;
      if (series.counts !== undefined) series.counts[at] = (series.counts[at] ?? 0) + 1;
    },
    text: () => {
      let text = "";
      for (const [name, family] of families) {
        const { help, type } = OWN_METRICS[name];
        text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
        for (const series of family.values())
          for (const [suffix, labels, value] of pointsOf(series)) text += lineOf(name + suffix, labels, value);
      }
      return text;
    },
    samples: (timeMs, common) => {
      const samples: PlainSample[] = [];
      for (const [name, family] of families) {
        for (const series of family.values()) {
          for (const [suffix, labels, value] of pointsOf(series)) {
            const all = createLabels(Object.entries({ ...labels, ...common, [METRIC_NAME]: name + suffix }));
            samples.push({ labels: all, timeMs, value });
          }
        }
      }
      return samples;
    },
  };
}
