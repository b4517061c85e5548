import {
  addOpenRuns,
  BackendError,
  type Backends,
  findOpenRuns,
  searchTraces,
  type TraceSearch,
} from "../../../../src/backends/index.ts";
import { ATTR, OPERATION } from "../../../../src/model/index.ts";
import type { Range } from "../../app/time-range.ts";
import type { FoundTrace } from "./session-facts.ts";

export type FoundTurns = {
  readonly found: readonly FoundTrace[];
  /** Since when all of them are there; later than the beginning where there are more than are looked at. */
  readonly sinceMs: number;
  readonly isCut: boolean;
};

/** A few megabytes, and as much as is looked through in a second. */
const MOST = 300;
/** The same where totals are told instead of spans. */
const MOST_TOTALS = 5000;
/** Of one session. */
const MOST_TURNS = 200;
/** Of a turn: enough for what was asked and answered. One with more says so. */
const SPANS_OF_TURN = 500;
const DAY_MS = 86_400_000;
/** Longer than anything is kept by default. */
const LOOK_BACK_MS = 30 * DAY_MS;

/** What tells a turn: sessions are no label, and Jaeger finds values only. */
const TURNS = [OPERATION.invokeAgent, OPERATION.chat, OPERATION.generateContent, OPERATION.textCompletion];

/** The latest turns of agents and models in the range. Throws `BackendError`. */
export async function askTurns({ jaeger }: Backends, range: Range, user: string, agent: string): Promise<FoundTurns> {
  const base = { ...range, limit: MOST, limitWithTotals: MOST_TOTALS, spansPerTrace: 0 };
  const searches: readonly TraceSearch[] =
    user !== "" || agent !== ""
      ? [{ ...base, ...(user !== "" && { user }), ...(agent !== "" && { agent }) }]
      : TURNS.map((operation) => ({ ...base, attributes: { [ATTR.operation]: operation } }));
  const results = await Promise.all(searches.map((search) => searchTraces(jaeger, search)));
  const unique = new Map(results.flatMap(({ found }) => found.map((one) => [one.trace.traceId, one])));
  const cut = results.filter((result) => result.cut !== undefined);
  return {
    found: [...unique.values()],
    sinceMs: Math.max(range.startMs, ...cut.map(({ found }) => found.at(-1)?.summary.startMs ?? range.startMs)),
    isCut: cut.length > 0,
  };
}

/** The turns of a session, whenever they were, from the first on; with the one that is going on. Throws `BackendError`. */
export async function askSession({ jaeger, loki }: Backends, session: string): Promise<FoundTurns> {
  const nowMs = Date.now();
  const search: TraceSearch = {
    session,
    startMs: nowMs - LOOK_BACK_MS,
    endMs: nowMs + DAY_MS / 24,
    limit: MOST_TURNS,
    spansPerTrace: SPANS_OF_TURN,
  };
  const [stored, runs] = await Promise.all([
    searchTraces(jaeger, search),
    // Without them it shows what has ended.
    findOpenRuns(loki, { startMs: nowMs - DAY_MS, endMs: nowMs, nowMs }).catch((error: unknown) => {
      if (!(error instanceof BackendError)) throw error;
      return [];
    }),
  ]);
  const ofSession = runs.filter(({ span }) =>
    [ATTR.sessionId, ATTR.conversationId].some((name) => span.attributes[name] === session),
  );
  const result = ofSession.length === 0 ? stored : await addOpenRuns(jaeger, search, stored, ofSession);
  return {
    found: [...result.found].sort((a, b) => a.summary.startMs - b.summary.startMs),
    sinceMs: search.startMs,
    isCut: result.cut !== undefined,
  };
}
