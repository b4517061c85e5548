import type { JaegerBackend } from "./jaeger.ts";
import type { Trace, TraceSpan } from "./jaeger-trace.ts";
import type { ToldTotals } from "./told-totals.ts";
import { NAMED_BY, type TraceSummary } from "./trace-summary.ts";

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
  /** So many spans of each trace are enough, where the back end can tell the totals of the rest. */
  readonly spansPerTrace?: number | undefined;
  /** Who spent what, too. */
  readonly spending?: boolean | undefined;
  /** With totals traces cost little: then so many are looked for, and looked at, where these are more. */
  readonly limitWithTotals?: number | undefined;
};

/** One of these attributes has this value. */
export type Condition = {
  readonly attributes: readonly string[];
  readonly value: string;
  /** Whether the trace has it, where totals tell that. */
  readonly inTotals?: (totals: ToldTotals) => boolean;
};
export type Test = {
  /** Undefined where only the spans can tell. */
  readonly bySums?: (summary: TraceSummary, totals: ToldTotals | undefined) => boolean | undefined;
  /** Undefined where the sums tell always. */
  readonly bySpans?: (trace: Trace) => boolean;
};

/** What a tag of Jaeger says, for a span that tells some of them apart. */
export function tagOf(span: TraceSpan, name: string): readonly (string | undefined)[] {
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

const TOLD_AS: Readonly<Record<keyof typeof NAMED_BY, (totals: ToldTotals) => readonly string[]>> = {
  session: ({ figures }) => figures.sessions,
  user: ({ figures }) => figures.users,
  tool: ({ figures }) => figures.tools,
  agent: ({ figures }) => figures.agents,
  model: ({ anyModels }) => anyModels,
};

/** The conditions, the most telling first: few traces have a certain session, most have a certain model. */
export function conditionsOf(search: TraceSearch): Condition[] {
  const named = (["session", "user", "tool", "agent", "model"] as const).flatMap((what) => {
    const value = search[what];
    const inTotals = (totals: ToldTotals): boolean => value !== undefined && TOLD_AS[what](totals).includes(value);
    return value === undefined ? [] : [{ attributes: NAMED_BY[what], value, inTotals }];
  });
  const others = Object.entries(search.attributes ?? {}).map(([name, value]) => ({ attributes: [name], value }));
  const isFailed = ({ figures }: ToldTotals): boolean => figures.status === "error";
  const failed = search.status === "error" ? [{ attributes: ["error"], value: "true", inTotals: isFailed }] : [];
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

export function testsOf(search: TraceSearch, asked: Condition | undefined, others: readonly Condition[]): Test[] {
  const { service, status, minDurationMs, maxDurationMs, minCostUsd, text } = search;
  const tests: Test[] = [];
  const bySums = (test: (summary: TraceSummary) => boolean): void => void tests.push({ bySums: test });
  // Jaeger looks for the service and the tag in the same span; what is asked for here is the trace.
  if (service !== undefined && asked !== undefined) bySums(({ services }) => services.includes(service));
  if (status !== undefined) bySums((summary) => summary.status === status);
  if (minDurationMs !== undefined) bySums(({ durationMs }) => durationMs >= minDurationMs);
  if (maxDurationMs !== undefined) bySums(({ durationMs }) => durationMs <= maxDurationMs);
  if (minCostUsd !== undefined) bySums(({ costUsd }) => costUsd !== undefined && costUsd >= minCostUsd);
  for (const condition of others) {
    const { inTotals } = condition;
    tests.push({
      bySpans: ({ spans }) => spans.some((span) => meets(span, condition)),
      ...(inTotals !== undefined && {
        bySums: (_: TraceSummary, totals: ToldTotals | undefined) =>
          totals === undefined ? undefined : inTotals(totals),
      }),
    });
  }
  if (text !== undefined) {
    const wanted = text.toLowerCase();
    tests.push({ bySpans: (trace) => mentions(trace, wanted) });
  }
  return tests;
}

/** Whether there are no others than these spans in the trace. */
export const hasAllSpans = ({ spans, totals }: Trace): boolean =>
  totals === undefined || spans.length >= totals.figures.spans;

/** Whether a trace passes all tests. Those that need its spans come last, and those of a part ask for the rest where they have to. */
export async function passes(
  jaeger: JaegerBackend,
  trace: Trace,
  summary: TraceSummary,
  tests: readonly Test[],
): Promise<boolean> {
  const undecided: Test[] = [];
  for (const test of tests) {
    const told = test.bySums?.(summary, trace.totals);
    if (told === false) return false;
    if (told === undefined) undecided.push(test);
  }
  const unmet = undecided.filter(({ bySpans }) => bySpans?.(trace) === false);
  if (unmet.length === 0) return true;
  if (hasAllSpans(trace)) return false;
  const whole = await jaeger.trace(trace.traceId);
  return whole !== undefined && unmet.every(({ bySpans }) => bySpans?.(whole));
}
