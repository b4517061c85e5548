import { listOrNull, members, number, object, optional, type Reader, text } from "./answer.ts";
import { type Trace, trace } from "./jaeger-trace.ts";
import { type ClientOptions, createTransport, type Params } from "./transport.ts";

export type TraceQuery = {
  readonly service: string;
  readonly operation?: string;
  /** Each must be an attribute of one span, the same span for all, or of its resource or events. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Of the start of a span that is described so. */
  readonly startMs: number;
  readonly endMs: number;
  /** Of that span, not of the trace. */
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  /** Of traces; the latest are found first. */
  readonly limit: number;
  /** Undefined for whole traces. */
  readonly part?: TracePartWish | undefined;
};

/** What is enough of a trace, for a back end that can tell its totals; another one answers with all of it. */
export type TracePartWish = {
  /** The root first, then those that failed. */
  readonly spans: number;
  /** Ids of spans that come right after the root. */
  readonly spanIds?: readonly string[];
  /** Who spent what, too. */
  readonly spending?: boolean | undefined;
};

export type Operation = { readonly name: string; readonly kind: string };
export type Dependency = { readonly parent: string; readonly child: string; readonly callCount: number };

export type JaegerBackend = {
  readonly url: string;
  /** Sorted. */
  readonly services: () => Promise<readonly string[]>;
  readonly operations: (service: string) => Promise<readonly Operation[]>;
  /** Whole traces, the latest first. */
  readonly findTraces: (query: TraceQuery) => Promise<readonly Trace[]>;
  /** Undefined where there is none. `traceId` is 32 hexadecimal digits. */
  readonly trace: (traceId: string, part?: TracePartWish) => Promise<Trace | undefined>;
  readonly dependencies: (range: {
    readonly startMs: number;
    readonly endMs: number;
  }) => Promise<readonly Dependency[]>;
};

/** `{"errors":[{"code":…,"msg":…}]}` */
function errorText(body: string): string | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    const [first] = Array.isArray(errors) ? (errors as { msg?: unknown }[]) : [];
    return typeof first?.msg === "string" ? first.msg : undefined;
  } catch {
    return undefined;
  }
}

const data =
  <T>(reader: Reader<T>): Reader<T> =>
  (answer, at) =>
    reader(members(answer, at)["data"], `${at}.data`);

const operation = object({ name: text, spanKind: optional(text, "") });
const dependency = object({ parent: text, child: text, callCount: number });

const micros = (timeMs: number): string => String(Math.round(timeMs * 1000));
const microseconds = (durationMs: number | undefined): string | undefined =>
  durationMs === undefined ? undefined : `${micros(durationMs)}us`;

const startOf = ({ spans, totals }: Trace): number => totals?.figures.startMs ?? spans[0]?.startMs ?? 0;

const partParams = (part: TracePartWish | undefined): Params =>
  part === undefined
    ? {}
    : { spansPerTrace: part.spans, spanID: part.spanIds ?? [], spending: part.spending === true ? "true" : undefined };

/** A client of Jaeger's HTTP API, the one that its own page uses (jaegertracing.io/docs/latest/apis). Every method throws `BackendError`. */
export function createJaegerBackend(options: ClientOptions): JaegerBackend {
  const { url, read } = createTransport("Jaeger", options, errorText);
  return {
    url,
    services: async () => (await read("/api/services", {}, data(listOrNull(text)))).toSorted(),
    operations: async (service) => {
      const found = await read("/api/operations", { service }, data(listOrNull(operation)));
      return found.map(({ name, spanKind }) => ({ name, kind: spanKind }));
    },
    findTraces: async ({
      service,
      operation: name,
      tags,
      startMs,
      endMs,
      minDurationMs,
      maxDurationMs,
      limit,
      part,
    }) => {
      const params = {
        service,
        operation: name,
        tags: tags === undefined || Object.keys(tags).length === 0 ? undefined : JSON.stringify(tags),
        start: micros(startMs),
        end: micros(endMs),
        minDuration: microseconds(minDurationMs),
        maxDuration: microseconds(maxDurationMs),
        limit,
        ...partParams(part),
      };
      const found = await read("/api/traces", params, data(listOrNull(trace)));
      return found.sort((a, b) => startOf(b) - startOf(a));
    },
    // As a search: what is not there is an empty answer then, and no failure that a browser would write on its console.
    trace: async (traceId, part) => {
      const params = { traceID: traceId, ...partParams(part) };
      const [found] = await read("/api/traces", params, data(listOrNull(trace)));
      return found;
    },
    dependencies: ({ startMs, endMs }) =>
      read(
        "/api/dependencies",
        { endTs: Math.round(endMs), lookback: Math.round(endMs - startMs) },
        data(listOrNull(dependency)),
      ),
  };
}
