import type { JaegerBackend, TraceQuery } from "./jaeger.ts";
import type { Trace, TraceSpan } from "./jaeger-trace.ts";
import { type AnnouncedRun, withOpenRuns } from "./runs.ts";
import { NAMED_BY, summarizeTrace, type TraceSummary } from "./trace-summary.ts";

/** Which traces are looked for. Every condition holds for the trace as a whole: some span of it meets each. */
export type TraceSearch = {
  /** A trace is found where a span that meets the conditions began in this time. */
  readonly startMs: number;
  readonly endMs: number;
  readonly limit: number;
  readonly service?: string | undefined;
  readonly agent?: string | undefined;
  readonly tool?: string | undefined;
  readonly model?: string | undefined;
  readonly session?: string | undefined;
  readonly user?: string | undefined;
  /** Of spans, their resources or events, compared as texts. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly status?: "ok" | "error" | undefined;
  /** Of the whole trace, as are cost and text. */
  readonly minDurationMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  readonly minCostUsd?: number | undefined;
  /** Anywhere in names, attributes, events and messages, whatever the case. */
  readonly text?: string | undefined;
  /** How many traces of one service are looked at, at most; 1000 where it is not given. */
  readonly maxLookedAt?: number | undefined;
};

export type TraceSearchResult = {
  /** The latest first. */
  readonly found: readonly { readonly trace: Trace; readonly summary: TraceSummary }[];
  readonly lookedAt: number;
  /** Why there may be more: more were found than the limit allows, or not all that could match were looked at. */
  readonly cut: "limit" | "lookedAt" | undefined;
};

const MAX_LOOKED_AT = 1000;
/** Traces asked for at once where we filter ourselves: enough to get on, and an answer of a few megabytes. */
const PAGE = 100;
/** Services asked at the same time. */
const AT_ONCE = 4;
const MICROSECOND_MS = 0.001;

/** One of these attributes has this value. */
type Condition = { readonly attributes: readonly string[]; readonly value: string };
type Test = (trace: Trace, summary: TraceSummary) => boolean;

/** What a tag of Jaeger says, for a span that tells some of them apart. */
function tagOf(span: TraceSpan, name: string): readonly (string | undefined)[] {
  if (name === "error") return [String(span.status === "error")];
  if (name === "span.kind") return [span.kind];
  if (name === "otel.status_code") return [span.status.toUpperCase()];
  if (name === "otel.status_description") return [span.statusMessage];
  if (name === "otel.scope.name") return [span.scope.name];
  if (name === "otel.scope.version") return [span.scope.version];
  return [span.attributes, span.resource, ...span.events.map(({ attributes }) => attributes)].map((given) =>
    given[name] === undefined ? undefined : String(given[name]),
  );
}

const meets = (span: TraceSpan, { attributes, value }: Condition): boolean =>
  attributes.some((name) => tagOf(span, name).includes(value));

/** The conditions, the most telling first: few traces have a certain session, most have a certain model. */
function conditionsOf(search: TraceSearch): Condition[] {
  const named = (["session", "user", "tool", "agent", "model"] as const).flatMap((what) => {
    const value = search[what];
    return value === undefined ? [] : [{ attributes: NAMED_BY[what], value }];
  });
  const others = Object.entries(search.attributes ?? {}).map(([name, value]) => ({ attributes: [name], value }));
  const failed = search.status === "error" ? [{ attributes: ["error"], value: "true" }] : [];
  return [...named, ...others, ...failed];
}

function mentions({ spans }: Trace, wanted: string): boolean {
  const has = (value: unknown): boolean => String(value).toLowerCase().includes(wanted);
  return spans.some(
    ({ name, statusMessage, attributes, events }) =>
      has(name) ||
      has(statusMessage) ||
      [attributes, ...events.map((event) => event.attributes)].some((one) => Object.values(one).some(has)),
  );
}

function testsOf(search: TraceSearch, asked: Condition | undefined, others: readonly Condition[]): Test[] {
  const { service, status, minDurationMs, maxDurationMs, minCostUsd, text } = search;
  const tests: Test[] = others.map(
    (condition) =>
      ({ spans }) =>
        spans.some((span) => meets(span, condition)),
  );
  // Jaeger looks for the service and the tag in the same span; what is asked for here is the trace.
  if (service !== undefined && asked !== undefined) tests.push((_, { services }) => services.includes(service));
  if (status !== undefined) tests.push((_, summary) => summary.status === status);
  if (minDurationMs !== undefined) tests.push((_, { durationMs }) => durationMs >= minDurationMs);
  if (maxDurationMs !== undefined) tests.push((_, { durationMs }) => durationMs <= maxDurationMs);
  if (minCostUsd !== undefined) tests.push((_, { costUsd }) => costUsd !== undefined && costUsd >= minCostUsd);
  if (text !== undefined) {
    const wanted = text.toLowerCase();
    tests.push((trace) => mentions(trace, wanted));
  }
  return tests;
}

type Stream = { readonly query: Omit<TraceQuery, "limit" | "endMs">; readonly isAsked: (span: TraceSpan) => boolean };

/** The latest time at which a trace of the page has a span that was asked for; all that follows in the search is not later. */
function followingEndMs(page: readonly Trace[], { isAsked }: Stream, endMs: number): number {
  return page.reduce((earliest, { spans }) => {
    const latest = spans.findLast((span) => span.startMs <= endMs && isAsked(span)) ?? spans[0];
    return Math.min(earliest, latest?.startMs ?? earliest);
  }, endMs);
}

/** The traces of one service, the latest first, page after page. */
async function* tracesOf(jaeger: JaegerBackend, stream: Stream, fromMs: number, page: number): AsyncGenerator<Trace> {
  const seen = new Set<string>();
  let endMs = fromMs;
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
  const { limit, endMs, maxLookedAt = MAX_LOOKED_AT } = search;
  const found: { trace: Trace; summary: TraceSummary }[] = [];
  let lookedAt = 0;
  for await (const trace of tracesOf(jaeger, stream, endMs, tests.length === 0 ? limit + 1 : PAGE)) {
    if (lookedAt === maxLookedAt && tests.length > 0) return { found, lookedAt, cut: "lookedAt" };
    lookedAt += 1;
    const summary = summarizeTrace(trace);
    if (!tests.every((test) => test(trace, summary))) continue;
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
  const { startMs, limit } = search;
  const [asked, ...others] = conditionsOf(search);
  const tests = testsOf(search, asked, others);
  // A condition that a span of another service may meet is asked of all services.
  const services = search.service !== undefined && asked === undefined ? [search.service] : await jaeger.services();
  const streams = services.flatMap((service): Stream[] =>
    asked === undefined
      ? [{ query: { service, startMs }, isAsked: (span) => span.service === service }]
      : asked.attributes.map((name) => ({
          query: { service, startMs, tags: { [name]: asked.value } },
          isAsked: (span) => span.service === service && tagOf(span, name).includes(asked.value),
        })),
  );
  const looked = await inTurns(streams, (stream) => lookThrough(jaeger, stream, search, tests));
  const unique = new Map(looked.flatMap(({ found }) => found.map((one) => [one.trace.traceId, one])));
  const found = [...unique.values()].sort((a, b) => b.summary.startMs - a.summary.startMs);
  const cuts = new Set(looked.map(({ cut }) => cut));
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
  if (service !== undefined) tests.push((_, { services }) => services.includes(service));
  const found = new Map(result.found.map((one) => [one.trace.traceId, one]));
  const traceIds = [...new Set(runs.map(({ span }) => span.traceId))].slice(0, search.limit);
  await inTurns(traceIds, async (traceId) => {
    const known = found.get(traceId)?.trace ?? (await jaeger.trace(traceId)) ?? { traceId, spans: [] };
    const trace = withOpenRuns(known, runs);
    const summary = summarizeTrace(trace);
    if (tests.every((test) => test(trace, summary))) found.set(traceId, { trace, summary });
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
    const stream: Stream = { query: { service, startMs }, isAsked: (span) => span.service === service };
    let lookedAt = 0;
    for await (const { traceId } of tracesOf(jaeger, stream, endMs, PAGE)) {
      if (traceId.startsWith(prefix)) ids.add(traceId);
      lookedAt += 1;
      if (lookedAt === MAX_LOOKED_AT) break;
    }
  }
  return [...ids];
}
