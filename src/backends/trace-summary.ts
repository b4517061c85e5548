import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import type { Trace, TraceSpan } from "./jaeger-trace.ts";

/** What is worth knowing of a trace at a glance. */
export type TraceSummary = {
  readonly traceId: string;
  readonly startMs: number;
  /** From the first start to the last end, of whatever span. */
  readonly durationMs: number;
  /** Of the root, or of the earliest span where the root is not there. */
  readonly name: string;
  readonly service: string;
  readonly services: readonly string[];
  readonly spans: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined where no call has a price. */
  readonly costUsd: number | undefined;
  /** Calls that used tokens and have no price: the trace cost more than `costUsd`. */
  readonly unpricedCalls: number;
  /** Failed spans below which nothing failed: where errors began, each counted once. */
  readonly errors: number;
  /** `running` while a run of it is, `incomplete` where one never came to its end (docs/runs.md). */
  readonly state: "ended" | "running" | "incomplete";
  /** `error` where any span failed, even if the program got over it. */
  readonly status: "ok" | "error";
  readonly agents: readonly string[];
  readonly tools: readonly string[];
  readonly models: readonly string[];
  readonly sessions: readonly string[];
  readonly users: readonly string[];
};

/** Attributes by which an agent, a session and so on are known; where there are two, either may have it. */
export const NAMED_BY = {
  agent: [ATTR.agentName],
  tool: [ATTR.toolName],
  model: [ATTR.requestModel, ATTR.responseModel],
  session: [ATTR.sessionId, ATTR.conversationId],
  user: [ATTR.userId],
} as const;

export const isInference = ({ attributes }: TraceSpan): boolean =>
  INFERENCE_OPERATIONS.has(String(attributes[ATTR.operation]));

const isToolCall = ({ attributes }: TraceSpan): boolean => attributes[ATTR.operation] === OPERATION.executeTool;

/** A number that an attribute holds; large integers come as texts. */
export function numberOf(span: TraceSpan, attribute: string): number | undefined {
  const value = span.attributes[attribute];
  const read = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : undefined;
}

const sumOf = (spans: readonly TraceSpan[], attribute: string): number =>
  spans.reduce((sum, span) => sum + (numberOf(span, attribute) ?? 0), 0);

/** Ten digits: a sum of prices is not to end in the dust of binary fractions. */
const dollars = (value: number): number => Number(value.toFixed(10));

function distinct(spans: readonly TraceSpan[], attributes: readonly string[]): string[] {
  const found = new Set<string>();
  for (const span of spans) {
    for (const name of attributes) {
      const value = span.attributes[name];
      if (value !== undefined && value !== "") found.add(String(value));
    }
  }
  return [...found];
}

/** The span that the others belong to; undefined only for a trace without spans. */
export function rootOf({ spans }: Trace): TraceSpan | undefined {
  return spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0];
}

function stateOf(spans: readonly TraceSpan[]): TraceSummary["state"] {
  const states = new Set(spans.map(({ attributes }) => attributes[ATTR.runState]));
  if (states.has("running")) return "running";
  const isCutOff = spans.some(({ attributes }) => String(attributes[ATTR.unfinished]) === "true");
  return isCutOff || states.has("incomplete") ? "incomplete" : "ended";
}

function errorOrigins(spans: readonly TraceSpan[]): number {
  const failed = spans.filter(({ status }) => status === "error");
  const parents = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  return failed.filter(({ spanId }) => !parents.has(spanId)).length;
}

export function summarizeTrace(trace: Trace): TraceSummary {
  const { traceId, spans } = trace;
  const root = rootOf(trace);
  const calls = spans.filter(isInference);
  const priced = calls.filter((span) => numberOf(span, ATTR.costUsd) !== undefined);
  const unpriced = calls.filter(
    (span) => numberOf(span, ATTR.costUsd) === undefined && numberOf(span, ATTR.inputTokens) !== undefined,
  );
  const startMs = spans[0]?.startMs ?? 0;
  const endMs = spans.reduce((end, span) => Math.max(end, span.startMs + span.durationMs), startMs);
  return {
    traceId,
    startMs,
    // Jaeger tells microseconds; what is finer comes from the subtraction.
    durationMs: Math.round((endMs - startMs) * 1000) / 1000,
    name: root?.name ?? "",
    service: root?.service ?? "",
    services: [...new Set(spans.map(({ service }) => service))],
    spans: spans.length,
    llmCalls: calls.length,
    toolCalls: spans.filter(isToolCall).length,
    inputTokens: sumOf(calls, ATTR.inputTokens),
    outputTokens: sumOf(calls, ATTR.outputTokens),
    costUsd: priced.length === 0 ? undefined : dollars(sumOf(priced, ATTR.costUsd)),
    unpricedCalls: unpriced.length,
    errors: errorOrigins(spans),
    state: stateOf(spans),
    status: spans.some(({ status }) => status === "error") ? "error" : "ok",
    agents: distinct(spans, NAMED_BY.agent),
    tools: distinct(spans, NAMED_BY.tool),
    models: distinct(calls, [ATTR.requestModel]),
    sessions: distinct(spans, NAMED_BY.session),
    users: distinct(spans, NAMED_BY.user),
  };
}
