import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import {
  type AnnouncedRun,
  BackendError,
  type Backends,
  findOpenRuns,
  findTrace,
  type LogEntry,
  logsOfTrace,
  type Trace,
  withOpenRuns,
} from "../../../src/backends/index.ts";
import { askBackendsUntil } from "../app/backends.ts";
import type { Range } from "../app/time-range.ts";
import { type LaidOutTrace, layOutTrace } from "./layout.ts";

export type AskedTrace = {
  /** Undefined where there is none, or several begin with the id. */
  readonly trace: LaidOutTrace | undefined;
  readonly traceIds: readonly string[];
  /** Runs in progress could not be looked for. */
  readonly runsFailure: string | undefined;
  readonly tookMs: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WHOLE_ID_CHARS = 32;
/** Spans of a run that has just ended may still be on their way. */
const SETTLED_MS = 20_000;
const GROWING_MS = 2000;
const GROWING_LOGS_MS = 5000;
const LARGE = 5000;
/** What costs much to ask for is asked for less often. */
const SHARE_OF_ASKING = 8;

type Runs = { readonly runs: readonly AnnouncedRun[]; readonly failure: string | undefined };

async function runsOf({ loki }: Backends, traceId: string, range: Range): Promise<Runs> {
  try {
    return { runs: await findOpenRuns(loki, { ...range, nowMs: Date.now(), traceId }), failure: undefined };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { runs: [], failure: error.message };
  }
}

/** Of spans that are there. */
async function answerOf(trace: Trace, runsFailure: string | undefined, before: number): Promise<AskedTrace> {
  // Reading a large answer has held the page up; what was clicked meanwhile comes first.
  if (trace.spans.length > LARGE) await new Promise((resolve) => setTimeout(resolve, 0));
  return {
    trace: layOutTrace(trace),
    traceIds: [trace.traceId],
    runsFailure,
    tookMs: performance.now() - before,
  };
}

/** `onStored` hears of what is stored, before it is known what of the trace is still going on. */
async function askWhole(
  backends: Backends,
  traceId: string,
  onStored: (answer: AskedTrace) => void,
): Promise<AskedTrace> {
  const before = performance.now();
  const nowMs = Date.now();
  const recent = { startMs: nowMs - 6 * HOUR_MS, endMs: nowMs };
  const ofLate = runsOf(backends, traceId, recent);
  // It is awaited below, unless the trace itself cannot be read.
  ofLate.catch(() => {});
  const found = await backends.jaeger.trace(traceId);
  const isStored = found !== undefined && found.spans.length > 0;
  const stored = isStored ? await answerOf(found, undefined, before) : undefined;
  if (stored !== undefined) onStored(stored);
  const startMs = found?.spans[0]?.startMs ?? nowMs;
  // Whose trace is older was announced then.
  const { runs, failure } =
    startMs >= recent.startMs
      ? await ofLate
      : await runsOf(backends, traceId, { startMs: startMs - HOUR_MS, endMs: Math.min(nowMs, startMs + DAY_MS) });
  const trace = withOpenRuns(found ?? { traceId, spans: [] }, runs);
  if (stored !== undefined && trace === found)
    return failure === undefined ? stored : { ...stored, runsFailure: failure };
  if (trace.spans.length > 0) return answerOf(trace, failure, before);
  return { trace: undefined, traceIds: [traceId], runsFailure: failure, tookMs: performance.now() - before };
}

async function askBeginning(backends: Backends, prefix: string, range: Range): Promise<AskedTrace> {
  const before = performance.now();
  const { trace, traceIds, runsFailure } = await findTrace(backends, prefix, { ...range, nowMs: Date.now() });
  return {
    trace: trace === undefined ? undefined : layOutTrace(trace),
    traceIds,
    runsFailure: runsFailure?.message,
    tookMs: performance.now() - before,
  };
}

/** How long until a trace is asked for again; undefined for one that has come to its end. */
export function againAfterMs({ trace, tookMs }: AskedTrace, nowMs: number): number | undefined {
  if (trace === undefined) return GROWING_MS;
  return isGrowing(trace, nowMs) ? Math.max(GROWING_MS, tookMs * SHARE_OF_ASKING) : undefined;
}

const isGrowing = ({ startMs, durationMs, summary }: LaidOutTrace, nowMs: number): boolean =>
  summary.state === "running" || nowMs - (startMs + durationMs) < SETTLED_MS;

/** A trace by its id, or the beginning of one; asked for again while it grows. */
export function useTrace(id: string, range: Range): UseQueryResult<AskedTrace, Error> {
  const isWhole = id.length === WHOLE_ID_CHARS;
  const queryKey = ["trace", id];
  return useQuery({
    queryKey,
    queryFn: ({ signal, client }) => {
      const backends = askBackendsUntil(signal);
      if (!isWhole) return askBeginning(backends, id, range);
      // The first time it is drawn at once. Later on, runs in progress would vanish for a moment.
      const isFirst = client.getQueryData(queryKey) === undefined;
      return askWhole(backends, id, (stored) => {
        if (isFirst && !signal.aborted) client.setQueryData(queryKey, stored);
      });
    },
    // What is new is drawn; looking for what is the same would cost more.
    structuralSharing: false,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || document.hidden ? false : (againAfterMs(data, Date.now()) ?? false),
    staleTime: 30_000,
  });
}

/** The log lines of a trace, and again when it has grown and while it may: they come in batches of their own. */
export function useTraceLogs(
  trace: LaidOutTrace | undefined,
  enabled: boolean,
): UseQueryResult<readonly LogEntry[], Error> {
  return useQuery({
    queryKey: ["trace logs", trace?.traceId, trace?.rows.length, Math.round((trace?.durationMs ?? 0) / 5000)],
    queryFn: ({ signal }) => (trace === undefined ? [] : logsOfTrace(askBackendsUntil(signal).loki, trace.trace)),
    placeholderData: (before, query) => (query?.queryKey[1] === trace?.traceId ? before : undefined),
    structuralSharing: false,
    refetchInterval: () =>
      trace !== undefined && !document.hidden && isGrowing(trace, Date.now()) ? GROWING_LOGS_MS : false,
    enabled: enabled && trace !== undefined,
  });
}
