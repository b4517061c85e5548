import { isInference, numberOf, type TraceSpan } from "../../../src/backends/index.ts";
import { ATTR } from "../../../src/model/index.ts";

/** Tokens and dollars. Only calls of models have some of their own: agents repeat what the calls below them used. */
export type Spent = {
  /** All tokens that went in; cached ones are a part of them. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Undefined where no call has a price. */
  readonly costUsd: number | undefined;
  readonly calls: number;
  /** Calls that used tokens and have no price: there was more to pay than `costUsd`. */
  readonly unpricedCalls: number;
};

export const NOTHING_SPENT: Spent = {
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costUsd: undefined,
  calls: 0,
  unpricedCalls: 0,
};

export function spentBy(span: TraceSpan): Spent {
  if (!isInference(span)) return NOTHING_SPENT;
  const costUsd = numberOf(span, ATTR.costUsd);
  const inputTokens = numberOf(span, ATTR.inputTokens);
  return {
    inputTokens: inputTokens ?? 0,
    cachedTokens: numberOf(span, ATTR.cacheReadTokens) ?? 0,
    outputTokens: numberOf(span, ATTR.outputTokens) ?? 0,
    reasoningTokens: numberOf(span, ATTR.reasoningTokens) ?? 0,
    costUsd,
    calls: 1,
    unpricedCalls: costUsd === undefined && inputTokens !== undefined ? 1 : 0,
  };
}

/** Ten digits: a sum of prices is not to end in the dust of binary fractions. */
const dollars = (value: number): number => Number(value.toFixed(10));

export function addSpent(a: Spent, b: Spent): Spent {
  if (b.calls === 0) return a;
  if (a.calls === 0) return b;
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    costUsd:
      a.costUsd === undefined && b.costUsd === undefined ? undefined : dollars((a.costUsd ?? 0) + (b.costUsd ?? 0)),
    calls: a.calls + b.calls,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
  };
}
