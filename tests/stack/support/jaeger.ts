import { get, getJson, type Parameters } from "./http.ts";

export type Tags = Readonly<Record<string, unknown>>;
export type Span = {
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly tags: Tags;
  readonly service: string;
  /** The resource's attributes: all but service.name, which Jaeger takes out. */
  readonly processTags: Tags;
};
export type Trace = { readonly traceId: string; readonly spans: readonly Span[] };

export type Jaeger = ReturnType<typeof createJaeger>;

type WireTag = { readonly key: string; readonly value: unknown };
type WireTrace = {
  readonly traceID: string;
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags?: readonly WireTag[] }>>;
  readonly spans: readonly {
    readonly spanID: string;
    readonly operationName: string;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly tags: readonly WireTag[];
    readonly processID: string;
  }[];
};
type SpmAnswer = { readonly metrics: readonly { readonly metricPoints: readonly unknown[] }[] };

/** As many traces as any test makes of one service. */
const LIMIT = 1000;

const tagsOf = (tags: readonly WireTag[] = []): Tags => Object.fromEntries(tags.map(({ key, value }) => [key, value]));

function readTrace({ traceID, spans, processes }: WireTrace): Trace {
  return {
    traceId: traceID,
    spans: spans.map((span) => {
      const process = processes[span.processID];
      return {
        spanId: span.spanID,
        parentId: span.references.find(({ refType }) => refType === "CHILD_OF")?.spanID,
        name: span.operationName,
        tags: tagsOf(span.tags),
        service: process?.serviceName ?? "",
        processTags: tagsOf(process?.tags),
      };
    }),
  };
}

/** A client of the parts of Jaeger's HTTP API that the tests ask. */
export function createJaeger(url: string) {
  const search = async (parameters: Parameters | string): Promise<Trace[]> => {
    const given = typeof parameters === "string" ? Object.fromEntries(new URLSearchParams(parameters)) : parameters;
    return (await getJson<{ data: WireTrace[] }>(`${url}/api/traces`, given)).data.map(readTrace);
  };
  return {
    url,
    search,
    tracesOf: (service: string): Promise<Trace[]> => search({ service, limit: LIMIT }),

    /** Undefined where there is no such trace. */
    trace: async (traceId: string): Promise<Trace | undefined> => {
      const response = await get(`${url}/api/traces/${traceId}`);
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`Jaeger answered ${response.status} for the trace ${traceId}`);
      const [trace] = ((await response.json()) as { data: WireTrace[] }).data;
      return trace === undefined ? undefined : readTrace(trace);
    },

    services: async (): Promise<string[]> => (await getJson<{ data: string[] }>(`${url}/api/services`)).data,

    /** How many points the monitor tab (service performance) has for a service. */
    performancePoints: async (service: string, metric: "calls" | "errors" | "latencies"): Promise<number> => {
      const { metrics } = await getJson<SpmAnswer>(`${url}/api/metrics/${metric}`, {
        service,
        endTs: Date.now(),
        lookback: 3_600_000,
        step: 15_000,
        ratePer: 600_000,
        spanKind: ["internal", "client"],
        ...(metric === "latencies" && { quantile: 0.95 }),
      });
      return metrics.reduce((sum, { metricPoints }) => sum + metricPoints.length, 0);
    },
  };
}
