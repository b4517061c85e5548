import { isInference, type TraceSpan } from "../backends/index.ts";
import { ATTR, OPERATION } from "../model/index.ts";

/** What a span is to somebody who asks what an agent did. */
export type StepKind = "workflow" | "node" | "agent" | "tool" | "llm" | "retrieval" | "other";

export type Step = {
  readonly spanId: string;
  readonly kind: StepKind;
  /** Of the span: `execute_tool search`. */
  readonly name: string;
  /** Of the agent, tool, model and so on; of the span where it has none. */
  readonly subject: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  /** `unfinished`: its process ended first, or has not been heard of any more. */
  readonly status: "ok" | "error" | "running" | "unfinished";
};

const KINDS: Readonly<Record<string, readonly [kind: StepKind, subject: string]>> = {
  [OPERATION.invokeWorkflow]: ["workflow", ATTR.workflowName],
  [OPERATION.executeNode]: ["node", ATTR.nodeName],
  [OPERATION.invokeAgent]: ["agent", ATTR.agentName],
  [OPERATION.executeTool]: ["tool", ATTR.toolName],
  [OPERATION.retrieval]: ["retrieval", ATTR.dataSourceId],
};

export function kindOf(span: TraceSpan): StepKind {
  if (isInference(span)) return "llm";
  return KINDS[String(span.attributes[ATTR.operation])]?.[0] ?? "other";
}

export function subjectOf(span: TraceSpan): string {
  const attribute = isInference(span) ? ATTR.requestModel : KINDS[String(span.attributes[ATTR.operation])]?.[1];
  const named = attribute === undefined ? undefined : span.attributes[attribute];
  return named === undefined || named === "" ? span.name : String(named);
}

export function statusOf(span: TraceSpan): Step["status"] {
  const state = span.attributes[ATTR.runState];
  if (state === "running") return "running";
  if (state === "incomplete" || String(span.attributes[ATTR.unfinished]) === "true") return "unfinished";
  return span.status === "error" ? "error" : "ok";
}

/** Jaeger tells microseconds; what is finer comes from the subtraction. */
export const milliseconds = (value: number): number => Math.round(value * 1000) / 1000;

export const stepOf = (span: TraceSpan): Step => ({
  spanId: span.spanId,
  kind: kindOf(span),
  name: span.name,
  subject: subjectOf(span),
  service: span.service,
  startMs: span.startMs,
  durationMs: milliseconds(span.durationMs),
  status: statusOf(span),
});

/** The name for a sentence: "the tool search". */
export function describeStep({ kind, subject, name }: Step): string {
  if (kind === "llm") return `the call of ${subject}`;
  if (kind === "other") return name;
  return kind === "retrieval" && subject === name ? name : `the ${kind} ${subject}`;
}
