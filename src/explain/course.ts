import { isInference, numberOf, type TraceSpan } from "../backends/index.ts";
import { ATTR, OPERATION } from "../model/index.ts";
import { errorOf } from "./failure.ts";
import { endOf, nearestAbove, type SpanForest } from "./span-forest.ts";
import { kindOf, milliseconds, type Step, statusOf, stepOf } from "./step.ts";

export type Usage = {
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined where no call has a price. */
  readonly costUsd: number | undefined;
  /** Calls that used tokens and have no price: it cost more than `costUsd`. */
  readonly unpricedCalls: number;
};

export type ToolCall = Step & {
  readonly errorCategory: string | undefined;
  readonly errorMessage: string | undefined;
  /** As they were captured, cut to 2000 characters; undefined where content is not captured. */
  readonly arguments: string | undefined;
  readonly result: string | undefined;
};

export type Attempt = Step & {
  readonly kindOfAttempt: "retry" | "fallback";
  /** The how manieth repetition it is, from 1 on; undefined for a fallback. */
  readonly retry: number | undefined;
  /** Model, provider or server that failed before; undefined for a retry. */
  readonly from: string | undefined;
};

const MAX_CONTENT = 2000;
/** More than anybody reads; what is beyond is counted. */
const MAX_LISTED = 200;

export const shorten = (text: string, max = MAX_CONTENT): string =>
  text.length <= max ? text : `${text.slice(0, max).replace(/[\uD800-\uDBFF]$/, "")}…`;

const content = (span: TraceSpan, attribute: string): string | undefined => {
  const value = span.attributes[attribute];
  return value === undefined ? undefined : shorten(String(value));
};

/** A call that two saw, one below the other (a wrapper and MCP's client, another instrumentation), is one call; a tool that calls itself is not. */
const isToolCall = (span: TraceSpan, { parentOf }: SpanForest): boolean => {
  const { attributes, scope } = span;
  if (attributes[ATTR.operation] !== OPERATION.executeTool) return false;
  const parent = parentOf(span);
  const isSame =
    parent?.attributes[ATTR.operation] === OPERATION.executeTool &&
    parent.attributes[ATTR.toolName] === attributes[ATTR.toolName];
  return !isSame || (attributes[ATTR.mcpMethod] === undefined && parent.scope.name === scope.name);
};

/** What calls used that had ended by then. */
export function usageUntil(forest: SpanForest, timeMs: number): Usage {
  let [llmCalls, toolCalls, inputTokens, outputTokens, costUsd, priced, unpricedCalls] = [0, 0, 0, 0, 0, 0, 0];
  for (const span of forest.spans) {
    if (endOf(span) > timeMs) continue;
    if (isToolCall(span, forest)) toolCalls += 1;
    if (!isInference(span)) continue;
    llmCalls += 1;
    const [input, output] = [numberOf(span, ATTR.inputTokens), numberOf(span, ATTR.outputTokens)];
    inputTokens += input ?? 0;
    outputTokens += output ?? 0;
    const cost = numberOf(span, ATTR.costUsd);
    if (cost !== undefined) {
      priced += 1;
      costUsd += cost;
    } else if (input !== undefined) unpricedCalls += 1;
  }
  // Ten digits: a sum of prices is not to end in the dust of binary fractions.
  const dollars = priced === 0 ? undefined : Number(costUsd.toFixed(10));
  return { llmCalls, toolCalls, inputTokens, outputTokens, costUsd: dollars, unpricedCalls };
}

export type ToolCalls = {
  /** In order of their start: the last 200 up to the failure, or of all. */
  readonly calls: readonly ToolCall[];
  readonly total: number;
};

export function toolCallsUntil(forest: SpanForest, timeMs: number): ToolCalls {
  const found = forest.spans.filter((span) => span.startMs <= timeMs && isToolCall(span, forest));
  const calls = found.slice(-MAX_LISTED).map((span): ToolCall => {
    const error = span.status === "error" ? errorOf(span) : undefined;
    return {
      ...stepOf(span),
      errorCategory: error?.category,
      errorMessage: error === undefined ? undefined : shorten(error.message),
      arguments: content(span, ATTR.toolArguments),
      result: content(span, ATTR.toolResult),
    };
  });
  return { calls, total: found.length };
}

/** The last step that had gone well by then. Model calls, tools and the like count for more than whatever else was recorded. */
export function lastSuccessUntil({ spans }: SpanForest, timeMs: number): Step | undefined {
  let best: TraceSpan | undefined;
  for (const span of spans) {
    if (statusOf(span) !== "ok" || endOf(span) > timeMs) continue;
    const counts = kindOf(span) !== "other";
    if (best === undefined || (counts && kindOf(best) === "other")) best = span;
    else if (counts === (kindOf(best) !== "other") && endOf(span) >= endOf(best)) best = span;
  }
  return best === undefined ? undefined : stepOf(best);
}

/** Model calls that repeat or stand in for one that failed, in order; at most 200. */
export const attemptsOf = ({ spans }: SpanForest): readonly Attempt[] =>
  spans
    .flatMap((span): Attempt[] => {
      const retry = numberOf(span, ATTR.retryCount) ?? 0;
      const from = span.attributes[ATTR.fallbackFrom];
      if (retry > 0) return [{ ...stepOf(span), kindOfAttempt: "retry", retry, from: undefined }];
      return from === undefined
        ? []
        : [{ ...stepOf(span), kindOfAttempt: "fallback", retry: undefined, from: String(from) }];
    })
    .slice(0, MAX_LISTED);

export type SlowStep = Step & {
  /** Time in which nothing below it was at work: what it took itself. */
  readonly selfMs: number;
};

/** The part of a span's time that its children cover. */
function coveredMs(span: TraceSpan, children: readonly TraceSpan[]): number {
  let [covered, untilMs] = [0, span.startMs];
  const endMs = endOf(span);
  for (const child of children) {
    const fromMs = Math.max(child.startMs, untilMs);
    const toMs = Math.min(endOf(child), endMs);
    if (toMs <= fromMs) continue;
    covered += toMs - fromMs;
    untilMs = toMs;
  }
  return covered;
}

/** Where the time went: the steps that took the most by themselves. */
export function slowestSteps({ spans, childrenOf }: SpanForest, limit: number): readonly SlowStep[] {
  return spans
    .map((span) => ({ span, selfMs: milliseconds(span.durationMs - coveredMs(span, childrenOf(span))) }))
    .sort((a, b) => b.selfMs - a.selfMs)
    .slice(0, limit)
    .filter(({ selfMs }) => selfMs > 0)
    .map(({ span, selfMs }) => ({ ...stepOf(span), selfMs }));
}

export type CostShare = {
  readonly model: string;
  /** Of the nearest agent above the calls; undefined where there is none. */
  readonly agent: string | undefined;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
};

/** Where the money went: by agent and model, the dearest first. Calls without a price are left out. */
export function costShares(forest: SpanForest, limit: number): readonly CostShare[] {
  const shares = new Map<string, CostShare>();
  const agentAbove = nearestAbove(forest, (span) => kindOf(span) === "agent");
  for (const span of forest.spans) {
    const cost = isInference(span) ? numberOf(span, ATTR.costUsd) : undefined;
    if (cost === undefined) continue;
    const model = String(span.attributes[ATTR.requestModel] ?? "");
    const own = span.attributes[ATTR.agentName];
    const above = own ?? agentAbove(span)?.attributes[ATTR.agentName];
    const agent = above === undefined ? undefined : String(above);
    const key = JSON.stringify([agent, model]);
    const before = shares.get(key);
    shares.set(key, {
      model,
      agent,
      calls: (before?.calls ?? 0) + 1,
      inputTokens: (before?.inputTokens ?? 0) + (numberOf(span, ATTR.inputTokens) ?? 0),
      outputTokens: (before?.outputTokens ?? 0) + (numberOf(span, ATTR.outputTokens) ?? 0),
      costUsd: Number(((before?.costUsd ?? 0) + cost).toFixed(10)),
    });
  }
  return [...shares.values()].sort((a, b) => b.costUsd - a.costUsd).slice(0, limit);
}
