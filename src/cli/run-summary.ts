import { type Backends, searchTraces, type TraceSummary } from "../backends/index.ts";
import { formatUsd, plural } from "./amounts.ts";

/** An attribute of everything that a run sends, by which it is found again among all else. */
export const RUN_ATTRIBUTE = "agent_observatory.run.id";

/** Traces that are added up at most: a server that ran all day has more than anybody wants to wait for. */
const LIMIT = 500;
const SHORT_ID_CHARS = 12;

export type RunTotals = {
  readonly traces: number;
  readonly spans: number;
  readonly llmCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly unpricedCalls: number;
  readonly errors: number;
};

export type RunSummary = {
  readonly totals: RunTotals;
  /** The one worth looking at: the latest that called a model, else the latest. */
  readonly traceId: string | undefined;
  /** There are more traces than were added up. */
  readonly cut: boolean;
};

const sum = (summaries: readonly TraceSummary[], of: (summary: TraceSummary) => number): number =>
  summaries.reduce((total, one) => total + of(one), 0);

/** What a run of `dev` left behind. */
export async function summarizeRun(
  { jaeger }: Backends,
  runId: string,
  range: { readonly startMs: number; readonly endMs: number },
): Promise<RunSummary> {
  const search = { ...range, limit: LIMIT, spansPerTrace: 0, attributes: { [RUN_ATTRIBUTE]: runId } };
  const { found, cut } = await searchTraces(jaeger, search);
  const summaries = found.map(({ summary }) => summary);
  return {
    totals: {
      traces: summaries.length,
      spans: sum(summaries, ({ spans }) => spans),
      llmCalls: sum(summaries, ({ llmCalls }) => llmCalls),
      inputTokens: sum(summaries, ({ inputTokens }) => inputTokens),
      outputTokens: sum(summaries, ({ outputTokens }) => outputTokens),
      // Ten digits: a sum of prices is not to end in the dust of binary fractions.
      costUsd: Number(sum(summaries, ({ costUsd }) => costUsd ?? 0).toFixed(10)),
      unpricedCalls: sum(summaries, ({ unpricedCalls }) => unpricedCalls),
      errors: sum(summaries, ({ errors }) => errors),
    },
    traceId: (summaries.find(({ llmCalls }) => llmCalls > 0) ?? summaries[0])?.traceId,
    cut: cut !== undefined,
  };
}

/** One line: what happened, and how to see it. `stays` tells whether the process goes on answering. */
export function describeRun({ totals, traceId, cut }: RunSummary, stays: boolean): string {
  if (traceId === undefined) return "no traces of this program arrived";
  const { traces, llmCalls, inputTokens, outputTokens, costUsd, unpricedCalls, errors } = totals;
  const facts = [
    `${cut ? "the latest " : ""}${plural(traces, "trace")}`,
    plural(llmCalls, "LLM call"),
    ...(llmCalls === 0
      ? []
      : [`${inputTokens} → ${outputTokens} tokens`, `${unpricedCalls > 0 ? "≥ " : ""}${formatUsd(costUsd)}`]),
    plural(errors, "error"),
  ];
  const look = `agent-observatory trace ${traceId.slice(0, SHORT_ID_CHARS)}`;
  return `${facts.join(", ")} · ${stays ? look : `agent-observatory serve, then ${look}`}`;
}
