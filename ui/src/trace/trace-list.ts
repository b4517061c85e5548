import {
  addOpenRuns,
  BackendError,
  type Backends,
  findOpenRuns,
  searchTraces,
  type Trace,
  type TraceSearchResult,
  type TraceSummary,
} from "../../../src/backends/index.ts";
import type { Range } from "../app/time-range.ts";
import { failureOf } from "./span-facts.ts";
import { isOfAgentWork, searchesOf, stateOfTrace, type TraceListQuery } from "./trace-query.ts";

/** A trace in the list: what is worth knowing, without its spans. */
export type ListedTrace = {
  readonly summary: TraceSummary;
  /** The first error that none below it explains. */
  readonly failure: { readonly text: string; readonly spanId: string } | undefined;
};

export type TraceList = {
  /** The latest first. */
  readonly traces: readonly ListedTrace[];
  readonly lookedAt: number;
  readonly cut: TraceSearchResult["cut"];
  readonly runsFailure: string | undefined;
};

/** A run that is going on has told of itself in this time. */
const RUNS_MS = 120_000;
/** A range that ends so long ago has no runs in progress that began before its end and could be told. */
const NOW_MS = 60_000;
const MESSAGE_CHARS = 200;

function listed(trace: Trace, summary: TraceSummary): ListedTrace {
  if (summary.errors === 0) return { summary, failure: undefined };
  const failed = trace.spans.filter(({ status }) => status === "error");
  const parents = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  const origin = failed.find(({ spanId }) => !parents.has(spanId));
  if (origin === undefined) return { summary, failure: undefined };
  const { type, category, message } = failureOf(origin) ?? { type: undefined, category: undefined, message: "" };
  const [line = ""] = message.split("\n", 1);
  const text = [category ?? type ?? "error", line].filter(Boolean).join(": ").slice(0, MESSAGE_CHARS);
  return { summary, failure: { text, spanId: origin.spanId } };
}

const NOTHING: TraceSearchResult = { found: [], lookedAt: 0, cut: undefined };

function together(results: readonly TraceSearchResult[], limit: number): TraceSearchResult {
  const unique = new Map(results.flatMap(({ found }) => found.map((one) => [one.trace.traceId, one])));
  const found = [...unique.values()].sort((a, b) => b.summary.startMs - a.summary.startMs);
  const cuts = new Set(results.map(({ cut }) => cut));
  return {
    found: found.slice(0, limit),
    lookedAt: results.reduce((sum, { lookedAt }) => sum + lookedAt, 0),
    cut: cuts.has("limit") || found.length > limit ? "limit" : cuts.has("lookedAt") ? "lookedAt" : undefined,
  };
}

/** Finds what the list shows. Throws `BackendError`. */
export async function askTraces(backends: Backends, query: TraceListQuery, range: Range, nowMs: number): Promise<TraceList> {
  const { jaeger, loki } = backends;
  const { state } = query;
  const searches = searchesOf(query).map((search) => ({ ...search, ...range }));
  const [first] = searches;
  if (first === undefined) return { traces: [], lookedAt: 0, cut: undefined, runsFailure: undefined };
  // What is running is known by its announcements alone, as is its trace.
  const stored = state === "running" ? [NOTHING] : await Promise.all(searches.map((search) => searchTraces(jaeger, search)));
  let result = together(stored, first.limit);
  let runsFailure: string | undefined;
  if (range.endMs > nowMs - NOW_MS && state !== "ok" && state !== "error") {
    try {
      const startMs = Math.min(range.startMs, nowMs - RUNS_MS);
      const runs = await findOpenRuns(loki, { startMs, endMs: nowMs, nowMs });
      // Which operation a run is of is no condition of the list.
      const { attributes, ...rest } = first;
      const search = searches.length > 1 || attributes === undefined ? rest : first;
      if (runs.length > 0) result = await addOpenRuns(jaeger, search, result, runs);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      runsFailure = error.message;
    }
  }
  const found = result.found.filter(
    ({ summary }) =>
      (!query.onlyAgents || isOfAgentWork(summary)) &&
      (state === undefined || state === summary.status || stateOfTrace(summary) === state),
  );
  return {
    traces: found.map(({ trace, summary }) => listed(trace, summary)),
    lookedAt: result.lookedAt,
    cut: result.cut,
    runsFailure,
  };
}

/** What was known with what came in: the newer word of each trace, the latest traces first. */
export function mergeTraces(
  known: readonly ListedTrace[],
  fresh: readonly ListedTrace[],
  limit: number,
): readonly ListedTrace[] {
  const merged = new Map(known.map((one) => [one.summary.traceId, one]));
  for (const one of fresh) merged.set(one.summary.traceId, one);
  return [...merged.values()].sort((a, b) => b.summary.startMs - a.summary.startMs).slice(0, limit);
}
