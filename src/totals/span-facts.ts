import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";

export type FactValue = string | number | boolean;

/** What is added up of a span. */
export type SpanFacts = {
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly service: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: "unset" | "ok" | "error";
  readonly attributes: Readonly<Record<string, FactValue>>;
};

/** Attributes by which an agent, a session and so on are known; where there are two, either may have it. */
export const NAMED_BY = {
  agent: [ATTR.agentName],
  tool: [ATTR.toolName],
  model: [ATTR.requestModel, ATTR.responseModel],
  session: [ATTR.sessionId, ATTR.conversationId],
  user: [ATTR.userId],
} as const;

/** All attributes that anything here looks at. */
export const TOTALLED_ATTRIBUTES: readonly string[] = [
  ...Object.values(NAMED_BY).flat(),
  ATTR.operation,
  ATTR.inputTokens,
  ATTR.outputTokens,
  ATTR.costUsd,
  ATTR.unfinished,
  ATTR.runState,
  ATTR.httpStatus,
];

const RUNS: ReadonlySet<string> = new Set([OPERATION.invokeAgent, OPERATION.invokeWorkflow]);

export const isInference = ({ attributes }: Pick<SpanFacts, "attributes">): boolean =>
  INFERENCE_OPERATIONS.has(String(attributes[ATTR.operation]));

/** A number that an attribute holds; large integers come as texts. */
export function numberOf({ attributes }: Pick<SpanFacts, "attributes">, attribute: string): number | undefined {
  const value = attributes[attribute];
  const read = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : undefined;
}

/** The span that the others belong to: the first without a parent, else the earliest. Undefined only where there are none. */
export const rootIn = <Span extends SpanFacts>(spans: readonly Span[]): Span | undefined =>
  spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0];

/** Of an agent or a workflow: what is told of before it has ended. */
export const isRun = ({ attributes }: Pick<SpanFacts, "attributes">): boolean =>
  RUNS.has(String(attributes[ATTR.operation]));
