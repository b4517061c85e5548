import {
  list,
  listOrNull,
  members,
  number,
  object,
  optional,
  type Reader,
  record,
  sampleValue,
  text,
} from "./answer.ts";
import { type Alert, alert, type RuleGroup, ruleGroup } from "./prometheus-rules.ts";
import { type Labels, labels, secondsToMs, type Values, values } from "./samples.ts";
import { type ClientOptions, createTransport, type Params } from "./transport.ts";

export type TimeRange = { readonly startMs: number; readonly endMs: number };

export type QueryAnswer = {
  readonly result: Values;
  /** What Prometheus remarks on the query: warnings that the result may be incomplete, and mere hints. */
  readonly warnings: readonly string[];
  readonly hints: readonly string[];
};

export type SelectorOptions = Partial<TimeRange> & {
  /** Only of series that one of these selectors selects. */
  readonly selectors?: readonly string[];
  readonly limit?: number;
};

export type MetricMetadata = {
  readonly metric: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
};
export type SeriesExemplars = {
  readonly labels: Labels;
  readonly exemplars: readonly { readonly labels: Labels; readonly value: number; readonly timeMs: number }[];
};

export type PrometheusBackend = {
  readonly url: string;
  /** A PromQL query at one time, by default now. */
  readonly query: (expression: string, options?: { readonly timeMs?: number }) => Promise<QueryAnswer>;
  readonly queryRange: (expression: string, range: TimeRange & { readonly stepMs: number }) => Promise<QueryAnswer>;
  readonly series: (selectors: readonly string[], range?: Partial<TimeRange>) => Promise<readonly Labels[]>;
  readonly labels: (options?: SelectorOptions) => Promise<readonly string[]>;
  readonly labelValues: (name: string, options?: SelectorOptions) => Promise<readonly string[]>;
  readonly metadata: (metric?: string) => Promise<readonly MetricMetadata[]>;
  readonly exemplars: (expression: string, range: TimeRange) => Promise<readonly SeriesExemplars[]>;
  readonly rules: (type?: "alert" | "record") => Promise<readonly RuleGroup[]>;
  /** Pending and firing. */
  readonly alerts: () => Promise<readonly Alert[]>;
  /** The revision of an embedded process begins with `agent-observatory`. */
  readonly buildInfo: () => Promise<{ readonly version: string; readonly revision: string }>;
};

/** `{"status":"error","errorType":…,"error":…}` */
function errorText(body: string): string | undefined {
  try {
    const { errorType, error } = JSON.parse(body) as { errorType?: unknown; error?: unknown };
    return typeof error === "string" ? `${typeof errorType === "string" ? `${errorType}: ` : ""}${error}` : undefined;
  } catch {
    return undefined;
  }
}

const data =
  <T>(reader: Reader<T>): Reader<T> =>
  (answer, at) =>
    reader(members(answer, at)["data"], `${at}.data`);

const queryAnswer: Reader<QueryAnswer> = (answer, at) => {
  const {
    data: result,
    warnings,
    infos,
  } = object({
    data: values,
    warnings: optional(list(text), []),
    infos: optional(list(text), []),
  })(answer, at);
  return { result, warnings, hints: infos };
};

const metadataOf = record(list(object({ type: text, help: text, unit: text })));

const exemplarsOf = listOrNull(
  object({
    seriesLabels: labels,
    exemplars: list(object({ labels, value: sampleValue, timestamp: number })),
  }),
);

const seconds = (timeMs: number | undefined): string | undefined =>
  timeMs === undefined ? undefined : (timeMs / 1000).toFixed(3);

const rangeParams = ({ startMs, endMs }: Partial<TimeRange> = {}): Params => ({
  start: seconds(startMs),
  end: seconds(endMs),
});

const selectorParams = ({ selectors, limit, ...range }: SelectorOptions = {}): Params => ({
  "match[]": selectors,
  limit,
  ...rangeParams(range),
});

/** A client of Prometheus' HTTP API (prometheus.io/docs/prometheus/latest/querying/api). Every method throws `BackendError`. */
export function createPrometheusBackend(options: ClientOptions): PrometheusBackend {
  const { url, read } = createTransport("Prometheus", options, errorText);
  return {
    url,
    query: (expression, { timeMs } = {}) =>
      read("/api/v1/query", { query: expression, time: seconds(timeMs) }, queryAnswer),
    queryRange: (expression, { stepMs, ...range }) =>
      read("/api/v1/query_range", { query: expression, ...rangeParams(range), step: stepMs / 1000 }, queryAnswer),
    series: (selectors, range) =>
      read("/api/v1/series", { "match[]": selectors, ...rangeParams(range) }, data(listOrNull(labels))),
    labels: (asked) => read("/api/v1/labels", selectorParams(asked), data(listOrNull(text))),
    labelValues: (name, asked) =>
      read(`/api/v1/label/${encodeURIComponent(name)}/values`, selectorParams(asked), data(listOrNull(text))),
    metadata: async (metric) => {
      const found = await read("/api/v1/metadata", { metric }, data(metadataOf));
      return Object.entries(found).flatMap(([name, all]) => all.map((one) => ({ metric: name, ...one })));
    },
    exemplars: async (expression, range) => {
      const found = await read(
        "/api/v1/query_exemplars",
        { query: expression, ...rangeParams(range) },
        data(exemplarsOf),
      );
      return found.map(({ seriesLabels, exemplars }) => ({
        labels: seriesLabels,
        exemplars: exemplars.map(({ timestamp, ...one }) => ({ ...one, timeMs: secondsToMs(timestamp) })),
      }));
    },
    rules: async (type) =>
      (await read("/api/v1/rules", { type }, data(object({ groups: listOrNull(ruleGroup) })))).groups,
    alerts: async () => (await read("/api/v1/alerts", {}, data(object({ alerts: listOrNull(alert) })))).alerts,
    buildInfo: () =>
      read("/api/v1/status/buildinfo", {}, data(object({ version: text, revision: optional(text, "") }))),
  };
}
