import {
  isInference,
  numberOf,
  summarizeTrace,
  type Trace,
  type TraceSpan,
  type TraceSummary,
} from "../../../../src/backends/index.ts";
import { ATTR } from "../../../../src/model/index.ts";
import { countFeedback, type FeedbackCount, type GivenFeedback } from "../../trace/feedback-lines.ts";

/** Conversations over several turns, and who had them, from the traces that were found. Pure. */

export type Talked = {
  /** Of the session, or of the user. */
  readonly id: string;
  readonly turns: number;
  readonly failedTurns: number;
  readonly isRunning: boolean;
  readonly startMs: number;
  /** Of the last turn. */
  readonly endMs: number;
  /** In which a turn was at work. */
  readonly busyMs: number;
  readonly llmCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | undefined;
  readonly unpricedCalls: number;
  readonly errors: number;
  readonly agents: readonly string[];
  readonly users: readonly string[];
  readonly sessions: readonly string[];
  readonly feedback: FeedbackCount;
};
export type FoundTrace = { readonly trace: Trace; readonly summary: TraceSummary };

const NO_SUMMARY: readonly FoundTrace[] = [];

/** The spans of one of several sessions, or users, that share a trace: a batch of questions. */
const partOf = (trace: Trace, attributes: readonly string[], id: string): Trace => ({
  traceId: trace.traceId,
  spans: trace.spans.filter(({ attributes: given }: TraceSpan) =>
    attributes.some((name) => String(given[name]) === id),
  ),
});

/** Whether the turn as a whole failed: what it got over on the way is no failure of it. */
export const hasFailed = ({ trace: { spans } }: FoundTrace): boolean => {
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined) ?? spans[0];
  return root?.status === "error" || Number(root?.attributes[ATTR.httpStatus] ?? 0) >= 400;
};

function sumUp(id: string, found: readonly FoundTrace[], given: readonly GivenFeedback[]): Talked {
  let [startMs, endMs, busyMs, llmCalls, inputTokens, outputTokens, costUsd, unpricedCalls, errors] = [
    Number.POSITIVE_INFINITY,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  let isPriced = false;
  const names = { agents: new Set<string>(), users: new Set<string>(), sessions: new Set<string>() };
  for (const { summary } of found) {
    startMs = Math.min(startMs, summary.startMs);
    endMs = Math.max(endMs, summary.startMs + summary.durationMs);
    busyMs += summary.durationMs;
    llmCalls += summary.llmCalls;
    inputTokens += summary.inputTokens;
    outputTokens += summary.outputTokens;
    if (summary.costUsd !== undefined) isPriced = true;
    costUsd += summary.costUsd ?? 0;
    unpricedCalls += summary.unpricedCalls;
    errors += summary.errors;
    for (const name of ["agents", "users", "sessions"] as const) for (const one of summary[name]) names[name].add(one);
  }
  return {
    id,
    turns: found.length,
    failedTurns: found.filter(hasFailed).length,
    isRunning: found.some(({ summary }) => summary.state === "running"),
    startMs,
    endMs,
    busyMs,
    llmCalls,
    inputTokens,
    outputTokens,
    costUsd: isPriced ? Number(costUsd.toFixed(10)) : undefined,
    unpricedCalls,
    errors,
    agents: [...names.agents],
    users: [...names.users],
    sessions: [...names.sessions],
    feedback: countFeedback(given),
  };
}

const BY = {
  session: { of: ({ sessions }: TraceSummary) => sessions, attributes: [ATTR.sessionId, ATTR.conversationId] },
  user: { of: ({ users }: TraceSummary) => users, attributes: [ATTR.userId] },
} as const;

/** Sums by session or by user, the latest first. */
export function talkedBy(
  by: keyof typeof BY,
  found: readonly FoundTrace[],
  given: readonly GivenFeedback[],
): readonly Talked[] {
  const { of, attributes } = BY[by];
  const groups = new Map<string, FoundTrace[]>();
  for (const one of found) {
    const ids = of(one.summary);
    for (const id of ids) {
      const part = ids.length === 1 ? one.trace : partOf(one.trace, attributes, id);
      const mine = ids.length === 1 ? one : { trace: part, summary: summarizeTrace(part) };
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [mine]);
      else group.push(mine);
    }
  }
  const traceIds = (id: string): ReadonlySet<string> =>
    new Set((groups.get(id) ?? NO_SUMMARY).map(({ trace }) => trace.traceId));
  return [...groups]
    .map(([id, group]) => {
      const ids = traceIds(id);
      const about = given.filter(
        ({ sessionId, userId, traceId }) =>
          (by === "session" ? sessionId : userId) === id || (traceId !== undefined && ids.has(traceId)),
      );
      return sumUp(id, group, about);
    })
    .sort((a, b) => b.endMs - a.endMs);
}

export const sumOf = (id: string, found: readonly FoundTrace[], given: readonly GivenFeedback[]): Talked =>
  sumUp(id, found, given);

/** Tokens that went in with the largest call of a turn: how full the window of the model was. */
export const contextOf = ({ trace }: FoundTrace): number =>
  trace.spans.filter(isInference).reduce((most, span) => Math.max(most, numberOf(span, ATTR.inputTokens) ?? 0), 0);
