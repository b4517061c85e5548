import type { JaegerBackend, TracePartWish, TraceQuery } from "./jaeger.ts";
import type { Trace, TraceSpan } from "./jaeger-trace.ts";
import { type AnnouncedRun, withOpenRuns } from "./runs.ts";
import { conditionsOf, hasAllSpans, passes, type Test, type TraceSearch, tagOf, testsOf } from "./trace-conditions.ts";
import { summarizeTrace, type TraceSummary } from "./trace-summary.ts";

export type TraceSearchResult = {
  /** The latest first. A trace has some of its spans only where that was enough; its totals are of all. */
  readonly found: readonly { readonly trace: Trace; readonly summary: TraceSummary }[];
  readonly lookedAt: number;
  /** Why there may be more: more were found than the limit allows, or not all that could match were looked at. */
  readonly cut: "limit" | "lookedAt" | undefined;
};

const MAX_LOOKED_AT = 1000;
const MAX_LOOKED_AT_WITH_TOTALS = 5000;
/** Traces asked for at once where we filter ourselves: enough to get on, and an answer of a few megabytes. */
const PAGE = 100;
/** With totals: a kilobyte each. */
const PAGE_WITH_TOTALS = 2000;
/** Where spans decide, so many of a trace decide most, and what the others decide is asked for a trace at a time. */
const DECIDING_SPANS = 500;
/** Services asked at the same time. */
const AT_ONCE = 4;
const MICROSECOND_MS = 0.001;

/** Undefined where all spans are wanted. */
function partWishOf({ spansPerTrace, spending }: TraceSearch, tests: readonly Test[]): TracePartWish | undefined {
  if (spansPerTrace === undefined) return undefined;
  const isDecidedBySpans = tests.some(({ bySums }) => bySums === undefined);
  return { spans: isDecidedBySpans ? Math.max(spansPerTrace, DECIDING_SPANS) : spansPerTrace, spending };
}

type Stream = { readonly query: Omit<TraceQuery, "limit" | "endMs">; readonly isAsked: (span: TraceSpan) => boolean };

/** The latest time at which a trace of the page has a span that was asked for; all that follows in the search is not later. */
function followingEndMs(page: readonly Trace[], { isAsked }: Stream, endMs: number): number {
  return page.reduce((earliest, { spans, totals }) => {
    if (totals?.foundAtMs !== undefined) return Math.min(earliest, totals.foundAtMs);
    const latest = spans.findLast((span) => span.startMs <= endMs && isAsked(span)) ?? spans[0];
    return Math.min(earliest, latest?.startMs ?? earliest);
  }, endMs);
}

/**
 * The traces of one service, the latest first, page after page. The first page tells whether the back end knows totals, and the others are as large
 * as it may be then.
 */
async function* tracesOf(
  jaeger: JaegerBackend,
  stream: Stream,
  fromMs: number,
  pages: { readonly first: number; readonly withTotals: number },
): AsyncGenerator<Trace> {
  const seen = new Set<string>();
  let endMs = fromMs;
  let page = pages.first;
  for (;;) {
    const found = await jaeger.findTraces({ ...stream.query, endMs, limit: page });
    const fresh = found.filter(({ traceId }) => !seen.has(traceId));
    for (const trace of fresh) {
      seen.add(trace.traceId);
      yield trace;
    }
    if (found.length < page) return;
    const nextMs = followingEndMs(found, stream, endMs);
    // The end belongs to what is asked for; where nothing new came of that, more traces than a page share one time.
    endMs = fresh.length === 0 || nextMs === endMs ? nextMs - MICROSECOND_MS : nextMs;
    if (endMs < stream.query.startMs) return;
    if (found[0]?.totals !== undefined) page = pages.withTotals;
  }
}

type Looked = {
  readonly found: TraceSearchResult["found"];
  readonly lookedAt: number;
  readonly cut: TraceSearchResult["cut"];
};

async function lookThrough(
  jaeger: JaegerBackend,
  stream: Stream,
  search: TraceSearch,
  tests: readonly Test[],
): Promise<Looked> {
  const { endMs, limitWithTotals = 0 } = search;
  // Where spans decide, an answer of many traces would be large after all.
  const isBySums = stream.query.part !== undefined && stream.query.part.spans < DECIDING_SPANS;
  let { limit, maxLookedAt = MAX_LOOKED_AT } = search;
  const found: { trace: Trace; summary: TraceSummary }[] = [];
  let lookedAt = 0;
  // More than the limit are asked for at once only where all that is answered is wanted, and may be wanted.
  const isSifted = tests.length > 0 || limitWithTotals > limit;
  const first = isSifted ? PAGE : limit + 1;
  const pages = { first, withTotals: isSifted && isBySums ? PAGE_WITH_TOTALS : first };
  for await (const trace of tracesOf(jaeger, stream, endMs, pages)) {
    if (trace.totals !== undefined && isBySums) {
      limit = Math.max(limit, limitWithTotals);
      maxLookedAt = Math.max(maxLookedAt, limitWithTotals, MAX_LOOKED_AT_WITH_TOTALS);
    }
    if (lookedAt === maxLookedAt && tests.length > 0) return { found, lookedAt, cut: "lookedAt" };
    lookedAt += 1;
    const summary = summarizeTrace(trace);
    if (!(await passes(jaeger, trace, summary, tests))) continue;
    if (found.length === limit) return { found, lookedAt, cut: "limit" };
    found.push({ trace, summary });
  }
  return { found, lookedAt, cut: undefined };
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let index = 0; index < items.length; index += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(index, index + AT_ONCE).map(work))));
  }
  return results;
}

/**
 * Finds traces. Jaeger looks for one condition at a time, in spans of one service; the rest is decided here, over page after page of its
 * answers, and `cut` says where that came to an end before the traces did. Throws `BackendError`.
 */
export async function searchTraces(jaeger: JaegerBackend, search: TraceSearch): Promise<TraceSearchResult> {
  const { startMs } = search;
  const [asked, ...others] = conditionsOf(search);
  const tests = testsOf(search, asked, others);
  // A condition that a span of another service may meet is asked of all services.
  const services = search.service !== undefined && asked === undefined ? [search.service] : await jaeger.services();
  const part = partWishOf(search, tests);
  const streams = services.flatMap((service): Stream[] =>
    asked === undefined
      ? [{ query: { service, startMs, part }, isAsked: (span) => span.service === service }]
      : asked.attributes.map((name) => ({
          query: { service, startMs, tags: { [name]: asked.value }, part },
          isAsked: (span) => span.service === service && tagOf(span, name).includes(asked.value),
        })),
  );
  const looked = await inTurns(streams, (stream) => lookThrough(jaeger, stream, search, tests));
  const unique = new Map(looked.flatMap(({ found }) => found.map((one) => [one.trace.traceId, one])));
  const found = [...unique.values()].sort((a, b) => b.summary.startMs - a.summary.startMs);
  const cuts = new Set(looked.map(({ cut }) => cut));
  const hasTotals = found.some(({ trace }) => trace.totals !== undefined);
  const limit = hasTotals ? Math.max(search.limit, search.limitWithTotals ?? 0) : search.limit;
  return {
    found: found.slice(0, limit),
    lookedAt: looked.reduce((sum, one) => sum + one.lookedAt, 0),
    cut: cuts.has("limit") || found.length > limit ? "limit" : cuts.has("lookedAt") ? "lookedAt" : undefined,
  };
}

/**
 * The result with the traces of open runs added, which Jaeger does not know yet or knows without the run. The same conditions hold for
 * them. Throws `BackendError`.
 */
export async function addOpenRuns(
  jaeger: JaegerBackend,
  search: TraceSearch,
  result: TraceSearchResult,
  runs: readonly AnnouncedRun[],
): Promise<TraceSearchResult> {
  const tests = testsOf(search, undefined, conditionsOf(search));
  const { service } = search;
  if (service !== undefined) tests.push({ bySums: ({ services }) => services.includes(service) });
  const wish = partWishOf(search, tests);
  const found = new Map(result.found.map((one) => [one.trace.traceId, one]));
  const byTrace = Map.groupBy(runs, ({ span }) => span.traceId);
  await inTurns([...byTrace].slice(0, search.limit), async ([traceId, ofTrace]) => {
    const before = found.get(traceId)?.trace;
    // Of a part nobody knows whether the span of a run is among the others.
    const spanIds = ofTrace.map(({ span }) => span.spanId);
    // One more for the root.
    const part = wish && { ...wish, spans: wish.spans + spanIds.length + 1, spanIds };
    const isKnown = before !== undefined && hasAllSpans(before);
    const known = isKnown ? before : ((await jaeger.trace(traceId, part)) ?? { traceId, spans: [] });
    const trace = withOpenRuns(known, ofTrace);
    const summary = summarizeTrace(trace);
    if (await passes(jaeger, trace, summary, tests)) found.set(traceId, { trace, summary });
    else found.delete(traceId);
  });
  const sorted = [...found.values()].sort((a, b) => b.summary.startMs - a.summary.startMs);
  return {
    ...result,
    found: sorted.slice(0, search.limit),
    cut: sorted.length > search.limit ? "limit" : result.cut,
  };
}

/** Full ids that begin like this, among the traces of the time that the search allows. An id that is whole is not looked for. */
export async function findTraceIds(
  jaeger: JaegerBackend,
  prefix: string,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const service of await jaeger.services()) {
    const stream: Stream = {
      query: { service, startMs, part: { spans: 0 } },
      isAsked: (span) => span.service === service,
    };
    let lookedAt = 0;
    for await (const { traceId } of tracesOf(jaeger, stream, endMs, { first: PAGE, withTotals: PAGE_WITH_TOTALS })) {
      if (traceId.startsWith(prefix)) ids.add(traceId);
      lookedAt += 1;
      if (lookedAt === MAX_LOOKED_AT) break;
    }
  }
  return [...ids];
}
