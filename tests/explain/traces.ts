/** Traces for tests, in a line a span. */
import type { AttributeValue, Trace, TraceSpan } from "../../src/backends/index.ts";

export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
export const START_MS = 1_700_000_000_000;

export type Given = Partial<Omit<TraceSpan, "attributes">> & {
  /** When it began and ended, after the start of the trace. */
  readonly at: readonly [fromMs: number, toMs: number];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
};

export function span(spanId: string, parentSpanId: string | undefined, name: string, given: Given): TraceSpan {
  const { at, ...more } = given;
  const [operation = "", subject = ""] = name.split(" ");
  const named: Record<string, string> =
    operation === "chat"
      ? { "gen_ai.operation.name": "chat", "gen_ai.request.model": subject }
      : operation === "execute_tool"
        ? { "gen_ai.operation.name": operation, "gen_ai.tool.name": subject }
        : operation === "invoke_agent"
          ? { "gen_ai.operation.name": operation, "gen_ai.agent.name": subject }
          : {};
  return {
    traceId: TRACE_ID,
    spanId,
    parentSpanId,
    name,
    kind: "internal",
    service: "shop",
    startMs: START_MS + at[0],
    durationMs: at[1] - at[0],
    status: "unset",
    statusMessage: "",
    resource: {},
    scope: { name: "", version: "" },
    events: [],
    links: [],
    ...more,
    attributes: { ...named, ...given.attributes },
  };
}

export const failed = (message: string, category: string, type = "Error") => ({
  status: "error" as const,
  statusMessage: message,
  attributes: { "error.type": type, "agent_observatory.error.category": category },
});

export const used = (input: number, output: number, costUsd: number) => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
  "agent_observatory.cost.usd": costUsd,
});

export const traceOf = (...spans: readonly TraceSpan[]): Trace => ({
  traceId: TRACE_ID,
  spans: spans.toSorted((a, b) => a.startMs - b.startMs),
});
