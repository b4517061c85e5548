/**
 * A value as OTLP has it. Integers beyond what a number holds exactly are decimal text, as in OTLP/JSON. Whether a number came as an
 * integer or as a double is not kept.
 */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];
export type SpanStatus = "unset" | "ok" | "error";

export type Resource = { readonly service: string; readonly attributes: Attributes };
export type Scope = { readonly name: string; readonly version: string; readonly attributes: Attributes };

/** One span, on its way into the store or out of it. Times in nanoseconds since the epoch; ids in lower-case hex. */
export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  /** `service` is the resource's `service.name`, "unknown_service" without one. Shared between spans of one request. */
  readonly resource: Resource;
  readonly scope: Scope;
  readonly attributes: Attributes;
  readonly events: readonly { readonly timeNs: bigint; readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[];
};

/** A search as Jaeger's HTTP API asks for it. What is undefined does not restrict. */
export type TraceQuery = {
  readonly service?: string;
  readonly operation?: string;
  /** Each must be equal to an attribute, resource attribute or event attribute of one span (the same span for all), as text. */
  readonly tags: Readonly<Record<string, string>>;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly minDurationNs?: bigint;
  readonly maxDurationNs?: bigint;
  /** Traces, the latest first. */
  readonly limit: number;
};

export type Dependency = { readonly parent: string; readonly child: string; readonly callCount: number };

/** A span without its content. */
export type SpanOutline = {
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly service: string;
  /** In whole microseconds since the epoch, and the nanoseconds beyond them. */
  readonly startUs: number;
  readonly startRestNs: number;
  /** In whole microseconds; not above 0 where the span ends before it begins. */
  readonly durationUs: number;
  readonly status: SpanStatus;
  /** In the order in which they were asked for; null where the span has none of the name. */
  readonly values: readonly AttributeValue[];
  readonly links: Span["links"];
};

export type TraceOutline = {
  /** Another one whenever a span has come. */
  readonly version: string;
  /** All of the trace, in order of start; undefined where that was not asked for. */
  readonly spans: readonly SpanOutline[] | undefined;
};

/** What the Jaeger API reads; synchronous, as `SeriesSource`. */
export type SpanSource = {
  /** Sorted. */
  readonly services: () => readonly string[];
  /** Sorted by name. */
  readonly operations: (
    service: string,
    kind?: SpanKind,
  ) => readonly { readonly name: string; readonly kind: SpanKind }[];
  /** All spans of a trace in order of start; empty where there is none. */
  readonly trace: (traceId: string) => readonly Span[];
  /** Traces that have a span which the query describes, each with the start of the latest of these spans. */
  readonly findTraceIds: (query: TraceQuery) => readonly { readonly traceId: string; readonly startNs: bigint }[];
  /** Of traces that there are; those of which `isKnown` knows the version come without spans. */
  readonly outlines: (
    traceIds: readonly string[],
    attributes: readonly string[],
    isKnown: (traceId: string, version: string) => boolean,
  ) => ReadonlyMap<string, TraceOutline>;
  /** Some spans of a trace, in order of start. */
  readonly spansOf: (traceId: string, spanIds: readonly string[]) => readonly Span[];
  /** Calls from one service to another: spans whose parent is of another service. */
  readonly dependencies: (startNs: bigint, endNs: bigint) => readonly Dependency[];
};
