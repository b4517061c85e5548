import { anything, list, listOrNull, number, object, optional, type Reader, record, text } from "./answer.ts";
import { type ToldTotals, toldTotals } from "./told-totals.ts";

/** As Jaeger tells it: texts, numbers, booleans. Lists are JSON texts, integers beyond 2^53 are texts. */
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type SpanKind = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";

export type TraceSpan = {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root. The parent may be missing in the trace all the same. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly service: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: "unset" | "ok" | "error";
  readonly statusMessage: string;
  readonly attributes: Attributes;
  /** Of the process that made the span, without `service.name`. */
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
  readonly events: readonly { readonly timeMs: number; readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
};

export type Trace = {
  readonly traceId: string;
  /** In order of their start. All of them, but where `totals` tells of more. */
  readonly spans: readonly TraceSpan[];
  /** Of all spans, where they were asked for and the back end knows them: an embedded process does (docs/query-api.md). */
  readonly totals?: ToldTotals | undefined;
};

const KINDS: ReadonlySet<string> = new Set(["internal", "server", "client", "producer", "consumer"]);

/** Tags in which Jaeger tells what OpenTelemetry has members for. */
const TOLD_APART = [
  "span.kind",
  "error",
  "otel.status_code",
  "otel.status_description",
  "otel.scope.name",
  "otel.scope.version",
] as const;

const tag = object({ key: text, value: anything });

/** By hand: a large trace has half a million of them. */
const tags: Reader<Record<string, AttributeValue>> = (value, at) => {
  const read = Object.create(null) as Record<string, AttributeValue>;
  if (value === null || value === undefined) return read;
  for (const [index, one] of list(anything)(value, at).entries()) {
    const isTag = typeof one === "object" && one !== null && "key" in one && typeof one.key === "string";
    const { key, value: given } = isTag ? (one as ReturnType<typeof tag>) : tag(one, `${at}[${index}]`);
    read[key] =
      typeof given === "string" || typeof given === "number" || typeof given === "boolean"
        ? given
        : JSON.stringify(given ?? null);
  }
  return read;
};

const wireSpan = object({
  traceID: text,
  spanID: text,
  operationName: text,
  references: listOrNull(object({ refType: text, traceID: text, spanID: text })),
  startTime: number,
  duration: number,
  tags,
  logs: listOrNull(object({ timestamp: number, fields: tags })),
  processID: optional(text, ""),
});

const madeBy = object({ serviceName: text, tags });
type Processes = Readonly<Record<string, ReturnType<typeof madeBy>>>;
const noProcesses: Processes = {};

const wireTrace = object({
  traceID: text,
  spans: list(wireSpan),
  processes: optional(record(madeBy), noProcesses),
  totals: optional(toldTotals, undefined),
});

type WireSpan = ReturnType<typeof wireSpan>;

/** The same object: whoever reads a trace has made it, and nobody else has seen it. */
function without(given: Record<string, AttributeValue>, names: readonly string[]): Attributes {
  for (const name of names) if (name in given) delete given[name];
  return given;
}

const string = (value: AttributeValue | undefined): string => (value === undefined ? "" : String(value));

function statusOf(given: Record<string, AttributeValue>): TraceSpan["status"] {
  const code = string(given["otel.status_code"]).toUpperCase();
  if (code === "ERROR" || string(given["error"]) === "true") return "error";
  return code === "OK" ? "ok" : "unset";
}

const noAttributes: Attributes = Object.create(null) as Attributes;

function readSpan(span: WireSpan, processes: Processes): TraceSpan {
  const made = processes[span.processID];
  const kind = string(span.tags["span.kind"]).toLowerCase();
  const status = statusOf(span.tags);
  const statusMessage = string(span.tags["otel.status_description"]);
  const scope = { name: string(span.tags["otel.scope.name"]), version: string(span.tags["otel.scope.version"]) };
  const parent = span.references.find(({ refType, traceID }) => refType === "CHILD_OF" && traceID === span.traceID);
  return {
    traceId: span.traceID,
    spanId: span.spanID,
    parentSpanId: parent?.spanID,
    name: span.operationName,
    kind: KINDS.has(kind) ? (kind as SpanKind) : "unspecified",
    service: made?.serviceName ?? "",
    startMs: span.startTime / 1000,
    durationMs: span.duration / 1000,
    status,
    statusMessage,
    attributes: without(span.tags, TOLD_APART),
    // One object for all spans of a process.
    resource: made?.tags ?? noAttributes,
    scope,
    events: span.logs.map(({ timestamp, fields }) => {
      const name = string(fields["event"]);
      return { timeMs: timestamp / 1000, name, attributes: without(fields, ["event"]) };
    }),
    links: span.references.flatMap((reference) =>
      reference === parent ? [] : [{ traceId: reference.traceID, spanId: reference.spanID }],
    ),
  };
}

export const trace: Reader<Trace> = (value, at) => {
  const { traceID, spans, processes, totals } = wireTrace(value, at);
  // Jaeger may hold a span twice that was sent twice; two spans of a pair that share an id (Zipkin) differ in kind.
  const unique = new Map(spans.map((span) => [`${span.spanID} ${string(span.tags["span.kind"])}`, span]));
  return {
    traceId: traceID,
    ...(totals !== undefined && { totals }),
    spans: [...unique.values()].map((span) => readSpan(span, processes)).sort((a, b) => a.startMs - b.startMs),
  };
};
