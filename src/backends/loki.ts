import { list, listOrNull, members, number, object, optional, type Reader, text } from "./answer.ts";
import { type LogEntry, streams } from "./log-lines.ts";
import { type TailBatch, tailLoki } from "./loki-tail.ts";
import { type Labels, labels, type Values, values } from "./samples.ts";
import { type ClientOptions, createTransport, type Params } from "./transport.ts";

export type LogAnswer = { readonly type: "lines"; readonly entries: readonly LogEntry[] } | Values;

export type LogRange = { readonly startMs: number; readonly endMs: number };
export type LogRangeOptions = LogRange & {
  /** Of lines; 100 where it is not given. */
  readonly limit?: number;
  /** `backward`, the default, answers with the latest lines, the latest first. */
  readonly direction?: "forward" | "backward";
  /** For queries that count. */
  readonly stepMs?: number;
};
export type LogStatistics = {
  readonly streams: number;
  readonly chunks: number;
  readonly entries: number;
  readonly bytes: number;
};
export type TailOptions = {
  readonly startMs?: number;
  /** Of lines that are already there. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
};

export type LokiBackend = {
  readonly url: string;
  /** A LogQL query that counts, at one time. Loki answers queries for lines only over a range. */
  readonly query: (query: string, options?: { readonly timeMs?: number }) => Promise<LogAnswer>;
  readonly queryRange: (query: string, options: LogRangeOptions) => Promise<LogAnswer>;
  readonly labels: (range?: Partial<LogRange>) => Promise<readonly string[]>;
  readonly labelValues: (name: string, range?: Partial<LogRange>) => Promise<readonly string[]>;
  readonly series: (selectors: readonly string[], range?: Partial<LogRange>) => Promise<readonly Labels[]>;
  readonly stats: (selector: string, range: LogRange) => Promise<LogStatistics>;
  /** Lines as they arrive, until Loki ends it or the signal aborts. Throws where the connection breaks. */
  readonly tail: (query: string, options?: TailOptions) => AsyncIterable<TailBatch>;
  readonly buildInfo: () => Promise<{ readonly version: string }>;
};

/** Loki answers queries over 30d1h at most by default. */
const LONGEST_LOG_RANGE_MS = 30 * 86_400_000;

/** The last part of a time range that Loki answers for. */
export const latestLogRange = ({ startMs, endMs }: LogRange): LogRange => ({
  startMs: Math.max(startMs, endMs - LONGEST_LOG_RANGE_MS),
  endMs,
});

/** Loki says errors in plain text. A page of a proxy is none of its own, nor is what every server in Go says to an unknown path. */
const errorText = (body: string): string | undefined => {
  const said = body.trim();
  return said === "" || said.startsWith("<") || said === "404 page not found" ? undefined : said.slice(0, 1000);
};

const answer =
  (direction: "forward" | "backward"): Reader<LogAnswer> =>
  (value, at) => {
    const data = members(members(value, at)["data"], `${at}.data`);
    if (data["resultType"] !== "streams") return values(data, `${at}.data`);
    const entries = streams(data["result"], `${at}.data.result`);
    return { type: "lines", entries: direction === "forward" ? entries : entries.reverse() };
  };

const nanos = (timeMs: number | undefined): string | undefined =>
  timeMs === undefined ? undefined : String(BigInt(Math.round(timeMs * 1000)) * 1000n);

const rangeParams = ({ startMs, endMs }: Partial<LogRange> = {}): Params => ({
  start: nanos(startMs),
  end: nanos(endMs),
});

// Loki leaves `data` out where there is nothing.
const names = object({ data: optional(list(text), []) });

/** A client of Loki's HTTP API (grafana.com/docs/loki/latest/reference/loki-http-api). Every method throws `BackendError`. */
export function createLokiBackend(options: ClientOptions): LokiBackend {
  const transport = createTransport("Loki", options, errorText);
  const { url, read } = transport;
  return {
    url,
    query: (query, { timeMs } = {}) => read("/loki/api/v1/query", { query, time: nanos(timeMs) }, answer("backward")),
    queryRange: (query, { limit = 100, direction = "backward", stepMs, ...range }) =>
      read(
        "/loki/api/v1/query_range",
        {
          query,
          ...rangeParams(range),
          limit,
          direction,
          step: stepMs === undefined ? undefined : `${stepMs / 1000}s`,
        },
        answer(direction),
      ),
    labels: async (range) => (await read("/loki/api/v1/labels", rangeParams(range), names)).data,
    labelValues: async (name, range) =>
      (await read(`/loki/api/v1/label/${encodeURIComponent(name)}/values`, rangeParams(range), names)).data,
    series: async (selectors, range) =>
      (
        await read(
          "/loki/api/v1/series",
          { "match[]": selectors, ...rangeParams(range) },
          object({ data: listOrNull(labels) }),
        )
      ).data,
    stats: (selector, range) =>
      read(
        "/loki/api/v1/index/stats",
        { query: selector, ...rangeParams(range) },
        object({ streams: number, chunks: number, entries: number, bytes: number }),
      ),
    tail: (query, { startMs, limit, signal } = {}) =>
      tailLoki(transport, { query, start: nanos(startMs), limit }, signal),
    buildInfo: () => read("/loki/api/v1/status/buildinfo", {}, object({ version: text })),
  };
}
