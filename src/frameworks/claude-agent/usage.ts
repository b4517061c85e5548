import type { Attributes } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";

/** What one model used for an agent. `input` and `output` are all tokens, the others parts of them. */
export type ModelUsage = {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheCreation: number;
  readonly reasoning: number | undefined;
  readonly costUsd: number | undefined;
};

const COUNTS = ["input", "output", "cacheRead", "cacheCreation"] as const;

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

function readModel(model: string, reported: unknown): ModelUsage {
  const usage = fieldsOf(reported);
  const cacheRead = number(usage.cacheReadInputTokens) ?? 0;
  const cacheCreation = number(usage.cacheCreationInputTokens) ?? 0;
  return {
    model,
    // Anthropic counts cached tokens beside the input, not in it.
    input: (number(usage.inputTokens) ?? 0) + cacheRead + cacheCreation,
    output: number(usage.outputTokens) ?? 0,
    cacheRead,
    cacheCreation,
    reasoning: number(usage.thinkingTokens),
    costUsd: number(usage.costUSD),
  };
}

function difference(now: ModelUsage, before: ModelUsage | undefined): ModelUsage {
  // Less than before: the session was cleared and counts anew.
  if (before === undefined || COUNTS.some((name) => now[name] < before[name])) return now;
  const minus = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined ? undefined : Math.max(0, a - (b ?? 0));
  return {
    model: now.model,
    input: now.input - before.input,
    output: now.output - before.output,
    cacheRead: now.cacheRead - before.cacheRead,
    cacheCreation: now.cacheCreation - before.cacheCreation,
    reasoning: minus(now.reasoning, before.reasoning),
    costUsd: minus(now.costUsd, before.costUsd),
  };
}

/**
 * Reads the results of one session, turn by turn: what they report are running totals of all its turns, those of the session that was
 * resumed included. `isResumed`: the first result is such a total with nothing to take from it, so that it says nothing of its turn.
 */
export function createUsageReader(isResumed: boolean): (modelUsage: unknown) => readonly ModelUsage[] {
  const totals = new Map<string, ModelUsage>();
  let isFirst = true;
  return (modelUsage) => {
    const turn: ModelUsage[] = [];
    for (const [model, reported] of Object.entries(fieldsOf(modelUsage))) {
      const now = readModel(model, reported);
      const used = difference(now, totals.get(model));
      totals.set(model, now);
      if (COUNTS.some((name) => used[name] > 0)) turn.push(used);
    }
    const isKnown = !(isFirst && isResumed);
    isFirst = false;
    return isKnown ? turn : [];
  };
}

/** The sums over all models, for the span of an agent; nothing where nothing was reported. */
export function describeUsage(turn: readonly ModelUsage[]): Attributes {
  if (turn.length === 0) return {};
  const sum = (name: keyof ModelUsage): number | undefined => {
    const values = turn.map((one) => one[name]).filter((value) => typeof value === "number");
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
  };
  const cost = sum("costUsd");
  const reasoning = sum("reasoning");
  return {
    [ATTR.inputTokens]: sum("input") ?? 0,
    [ATTR.outputTokens]: sum("output") ?? 0,
    [ATTR.cacheReadTokens]: sum("cacheRead") ?? 0,
    [ATTR.cacheCreationTokens]: sum("cacheCreation") ?? 0,
    ...(reasoning !== undefined && { [ATTR.reasoningTokens]: reasoning }),
    ...(cost !== undefined && { [ATTR.costUsd]: cost, [ATTR.costStatus]: "reported" }),
  };
}
