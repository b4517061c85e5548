import {
  isFailedTrace,
  isInference,
  numberOf,
  partsOfTrace,
  type Trace,
  type TraceFigures,
  type TraceSummary,
  type Whom,
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

/** What a trace has to do with one session, or user: all of it, or a part. */
type Turn = { readonly traceId: string; readonly figures: TraceFigures; readonly isFailed: boolean };

const NO_TURNS: readonly Turn[] = [];

const wholeTurn = ({ trace, summary }: FoundTrace): Turn => ({
  traceId: trace.traceId,
  figures: summary,
  isFailed: isFailedTrace(trace),
});

function sumUp(id: string, turns: readonly Turn[], given: readonly GivenFeedback[]): Talked {
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
  for (const { figures } of turns) {
    startMs = Math.min(startMs, figures.startMs);
    endMs = Math.max(endMs, figures.startMs + figures.durationMs);
    busyMs += figures.durationMs;
    llmCalls += figures.llmCalls;
    inputTokens += figures.inputTokens;
    outputTokens += figures.outputTokens;
    if (figures.costUsd !== undefined) isPriced = true;
    costUsd += figures.costUsd ?? 0;
    unpricedCalls += figures.unpricedCalls;
    errors += figures.errors;
    for (const name of ["agents", "users", "sessions"] as const) for (const one of figures[name]) names[name].add(one);
  }
  return {
    id,
    turns: turns.length,
    failedTurns: turns.filter(({ isFailed }) => isFailed).length,
    isRunning: turns.some(({ figures }) => figures.state === "running"),
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

/** Sums by session or by user, the latest first. */
export function talkedBy(by: Whom, found: readonly FoundTrace[], given: readonly GivenFeedback[]): readonly Talked[] {
  const groups = new Map<string, Turn[]>();
  const put = (id: string, turn: Turn): void => {
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [turn]);
    else group.push(turn);
  };
  for (const one of found) {
    const [first, ...others] = by === "session" ? one.summary.sessions : one.summary.users;
    if (first === undefined) continue;
    if (others.length === 0) put(first, wholeTurn(one));
    else for (const { id, ...part } of partsOfTrace(one.trace, by)) put(id, { traceId: one.trace.traceId, ...part });
  }
  const traceIds = (id: string): ReadonlySet<string> =>
    new Set((groups.get(id) ?? NO_TURNS).map(({ traceId }) => traceId));
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
  sumUp(id, found.map(wholeTurn), given);

/** Tokens that went in with the largest call of a turn: how full the window of the model was. */
export const contextOf = ({ trace }: FoundTrace): number =>
  trace.spans.filter(isInference).reduce((most, span) => Math.max(most, numberOf(span, ATTR.inputTokens) ?? 0), 0);
