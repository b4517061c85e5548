import {
  addOpenRuns,
  BackendError,
  type Backends,
  findOpenRuns,
  firstErrorOf,
  searchTraces,
  type Trace,
  type TraceSearch,
  type TraceSearchResult,
  type TraceSummary,
} from "../../../src/backends/index.ts";
import { ATTR } from "../../../src/model/index.ts";
import type { Range } from "../app/time-range.ts";
import { failureOf } from "./span-facts.ts";
import { asksForAgents, isOfAgentWork, operationsOf, stateOfTrace, type TraceListQuery } from "./trace-query.ts";

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
/** What a row needs beside the totals: the root, and the span in which the first error began. */
const SPANS_PER_TRACE = 2;

function listed(trace: Trace, summary: TraceSummary): ListedTrace {
  if (summary.errors === 0) return { summary, failure: undefined };
  const origin = firstErrorOf(trace);
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

/** Traces in which agents are at work: each of their operations is looked for in the services that have it. */
async function searchAgents({ jaeger }: Backends, search: TraceSearch): Promise<TraceSearchResult> {
  const { service } = search;
  const services = service === undefined ? await jaeger.services() : [service];
  const inServices = new Map<string, string[]>();
  await Promise.all(
    services.map(async (one) => {
      const names = (await jaeger.operations(one)).map(({ name }) => name);
      for (const operation of operationsOf(names))
        inServices.set(operation, [...(inServices.get(operation) ?? []), one]);
    }),
  );
  const results = await Promise.all(
    [...inServices].map(([operation, those]) =>
      searchTraces(
        { ...jaeger, services: () => Promise.resolve(those) },
        { ...search, attributes: { [ATTR.operation]: operation } },
      ),
    ),
  );
  return together(results, search.limit);
}

/** Finds what the list shows. Throws `BackendError`. */
export async function askTraces(
  backends: Backends,
  query: TraceListQuery,
  range: Range,
  nowMs: number,
): Promise<TraceList> {
  const { jaeger, loki } = backends;
  const { state } = query;
  const search: TraceSearch = { ...query.search, ...range, spansPerTrace: SPANS_PER_TRACE };
  // What is running is known by its announcements alone, as is its trace.
  let result =
    state === "running"
      ? NOTHING
      : await (asksForAgents(query) ? searchAgents(backends, search) : searchTraces(jaeger, search));
  let runsFailure: string | undefined;
  if (range.endMs > nowMs - NOW_MS && state !== "ok" && state !== "error") {
    try {
      const startMs = Math.min(range.startMs, nowMs - RUNS_MS);
      const runs = await findOpenRuns(loki, { startMs, endMs: nowMs, nowMs });
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

/** What a live list has, and the answers that it is made of. */
export type Seen = {
  readonly key: string;
  readonly traces: readonly ListedTrace[];
  readonly base?: readonly ListedTrace[] | undefined;
  readonly fresh?: readonly ListedTrace[] | undefined;
};

/** The list with the answer that is new; an old one, seen again, would take back what was heard since. */
export function mergeSeen(
  seen: Seen,
  base: readonly ListedTrace[] | undefined,
  fresh: readonly ListedTrace[] | undefined,
  limit: number,
): Seen {
  const withBase = base === seen.base ? seen.traces : mergeTraces(seen.traces, base ?? [], limit);
  const traces = fresh === seen.fresh ? withBase : mergeTraces(withBase, fresh ?? [], limit);
  return { key: seen.key, traces, base, fresh };
}
