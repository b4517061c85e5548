import type { Attributes, Trace, TraceSpan } from "../../src/backends/index.ts";

export const START_MS = 1_790_000_000_000;

type Given = {
  readonly id: string;
  readonly parent?: string;
  /** From START_MS. */
  readonly at: number;
  readonly ms: number;
  readonly name?: string;
  readonly service?: string;
  readonly kind?: TraceSpan["kind"];
  readonly status?: TraceSpan["status"];
  readonly message?: string;
  readonly attributes?: Attributes;
  readonly events?: TraceSpan["events"];
};

export const spanOf = ({ id, parent, at, ms, ...rest }: Given): TraceSpan => ({
  traceId: "a".repeat(32),
  spanId: id,
  parentSpanId: parent,
  name: rest.name ?? id,
  kind: rest.kind ?? "internal",
  service: rest.service ?? "desk",
  startMs: START_MS + at,
  durationMs: ms,
  status: rest.status ?? "unset",
  statusMessage: rest.message ?? "",
  attributes: rest.attributes ?? {},
  resource: {},
  scope: { name: "", version: "" },
  events: rest.events ?? [],
  links: [],
});

/** In order of start, as the clients of Jaeger give it. */
export const traceOf = (...given: readonly Given[]): Trace => ({
  traceId: "a".repeat(32),
  spans: given.map(spanOf).sort((a, b) => a.startMs - b.startMs),
});
