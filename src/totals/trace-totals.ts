import { ATTR, OPERATION } from "../model/index.ts";
import { isInference, NAMED_BY, numberOf, rootIn, type SpanFacts } from "./span-facts.ts";
import { type SpentBy, spentBy, type Whom } from "./spending.ts";

/** What is worth knowing of a trace, or of a part of it, at a glance. */
export type TraceFigures = {
  readonly startMs: number;
  /** From the first start to the last end, of whatever span. */
  readonly durationMs: number;
  /** Of the root, or of the earliest span where the root is not there. */
  readonly name: string;
  readonly service: string;
  readonly services: readonly string[];
  readonly spans: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined where no call has a price. */
  readonly costUsd: number | undefined;
  /** Calls that used tokens and have no price: the trace cost more than `costUsd`. */
  readonly unpricedCalls: number;
  /** Failed spans below which nothing failed: where errors began, each counted once. */
  readonly errors: number;
  /** `running` while a run of it is, `incomplete` where one never came to its end (docs/runs.md). */
  readonly state: "ended" | "running" | "incomplete";
  /** `error` where any span failed, even if the program got over it. */
  readonly status: "ok" | "error";
  readonly agents: readonly string[];
  readonly tools: readonly string[];
  readonly models: readonly string[];
  readonly sessions: readonly string[];
  readonly users: readonly string[];
};

/** The spans of one of several sessions, or users, that share a trace: a batch of questions. */
export type TracePart = { readonly id: string; readonly figures: TraceFigures; readonly isFailed: boolean };

export type TraceTotals = {
  readonly figures: TraceFigures;
  /** Whether it failed as a whole: its root did, or answered with an HTTP status of 400 or more. */
  readonly isFailed: boolean;
  /** Of the earliest span in which an error began; undefined where nothing failed. */
  readonly errorSpanId?: string | undefined;
  /** Models that any span names, asked for or answering. */
  readonly anyModels: readonly string[];
  /** By session and by user; empty where all of it is of one, or of none. */
  readonly parts: Readonly<Record<Whom, readonly TracePart[]>>;
  readonly spent?: Readonly<Record<Whom, readonly SpentBy[]>>;
};

const isToolCall = ({ attributes }: SpanFacts): boolean => attributes[ATTR.operation] === OPERATION.executeTool;

const sumOf = (spans: readonly SpanFacts[], attribute: string): number =>
  spans.reduce((sum, span) => sum + (numberOf(span, attribute) ?? 0), 0);

/** Ten digits: a sum of prices is not to end in the dust of binary fractions. */
const dollars = (value: number): number => Number(value.toFixed(10));

function distinct(spans: readonly SpanFacts[], attributes: readonly string[]): string[] {
  const found = new Set<string>();
  for (const span of spans) {
    for (const name of attributes) {
      const value = span.attributes[name];
      if (value !== undefined && value !== "") found.add(String(value));
    }
  }
  return [...found];
}

function stateOf(spans: readonly SpanFacts[]): TraceFigures["state"] {
  const states = new Set(spans.map(({ attributes }) => attributes[ATTR.runState]));
  if (states.has("running")) return "running";
  const isCutOff = spans.some(({ attributes }) => String(attributes[ATTR.unfinished]) === "true");
  return isCutOff || states.has("incomplete") ? "incomplete" : "ended";
}

/** Failed spans below which nothing failed. */
export function errorOrigins<Span extends SpanFacts>(spans: readonly Span[]): readonly Span[] {
  const failed = spans.filter(({ status }) => status === "error");
  const parents = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  return failed.filter(({ spanId }) => !parents.has(spanId));
}

/** Jaeger tells microseconds; what is finer comes from the subtraction. */
const tookMs = (startMs: number, endMs: number): number => Math.round((endMs - startMs) * 1000) / 1000;

/** Of spans in order of their start. */
export function figuresOf(spans: readonly SpanFacts[]): TraceFigures {
  const root = rootIn(spans);
  const calls = spans.filter(isInference);
  const priced = calls.filter((span) => numberOf(span, ATTR.costUsd) !== undefined);
  const unpriced = calls.filter(
    (span) => numberOf(span, ATTR.costUsd) === undefined && numberOf(span, ATTR.inputTokens) !== undefined,
  );
  const startMs = spans[0]?.startMs ?? 0;
  const endMs = spans.reduce((end, span) => Math.max(end, span.startMs + span.durationMs), startMs);
  return {
    startMs,
    durationMs: tookMs(startMs, endMs),
    name: root?.name ?? "",
    service: root?.service ?? "",
    services: [...new Set(spans.map(({ service }) => service))],
    spans: spans.length,
    llmCalls: calls.length,
    toolCalls: spans.filter(isToolCall).length,
    inputTokens: sumOf(calls, ATTR.inputTokens),
    outputTokens: sumOf(calls, ATTR.outputTokens),
    costUsd: priced.length === 0 ? undefined : dollars(sumOf(priced, ATTR.costUsd)),
    unpricedCalls: unpriced.length,
    errors: errorOrigins(spans).length,
    state: stateOf(spans),
    status: spans.some(({ status }) => status === "error") ? "error" : "ok",
    agents: distinct(spans, NAMED_BY.agent),
    tools: distinct(spans, NAMED_BY.tool),
    models: distinct(calls, [ATTR.requestModel]),
    sessions: distinct(spans, NAMED_BY.session),
    users: distinct(spans, NAMED_BY.user),
  };
}

/** Whether it failed as a whole: what it got over on the way is no failure of it. */
export function hasFailed(spans: readonly SpanFacts[]): boolean {
  const root = rootIn(spans);
  return root?.status === "error" || Number(root?.attributes[ATTR.httpStatus] ?? 0) >= 400;
}

function partsOf(spans: readonly SpanFacts[], ids: readonly string[], attributes: readonly string[]): TracePart[] {
  if (ids.length < 2) return [];
  const own = new Map<string, SpanFacts[]>(ids.map((id) => [id, []]));
  for (const span of spans) {
    for (const id of new Set(attributes.map((name) => String(span.attributes[name])))) own.get(id)?.push(span);
  }
  return [...own].map(([id, those]) => ({ id, figures: figuresOf(those), isFailed: hasFailed(those) }));
}

/** Of all spans of a trace, in order of their start. */
export function totalsOf(spans: readonly SpanFacts[], { spending = false } = {}): TraceTotals {
  const figures = figuresOf(spans);
  return {
    figures,
    isFailed: hasFailed(spans),
    errorSpanId: errorOrigins(spans)[0]?.spanId,
    anyModels: distinct(spans, NAMED_BY.model),
    parts: {
      session: partsOf(spans, figures.sessions, NAMED_BY.session),
      user: partsOf(spans, figures.users, NAMED_BY.user),
    },
    ...(spending && { spent: { session: spentBy("session", spans), user: spentBy("user", spans) } }),
  };
}

/**
 * The totals with spans added that have not ended: nothing of them is a call, an error or a cost yet. `root` is the one of the spans that the
 * totals are of. Parts and spending stay what they were.
 */
export function withOpenSpans<Totals extends TraceTotals>(
  totals: Totals,
  root: SpanFacts | undefined,
  open: readonly SpanFacts[],
): Totals {
  const { figures, isFailed } = totals;
  const added = figuresOf(open);
  const newRoot = rootIn([...(root === undefined ? [] : [root]), ...open].sort((a, b) => a.startMs - b.startMs));
  const startMs = Math.min(figures.startMs, added.startMs);
  const endMs = Math.max(figures.startMs + figures.durationMs, added.startMs + added.durationMs);
  // Names stand in order of their first span.
  const [first, second] = added.startMs < figures.startMs ? [added, figures] : [figures, added];
  const names = (what: "services" | "agents" | "tools" | "sessions" | "users"): string[] => [
    ...new Set([...first[what], ...second[what]]),
  ];
  return {
    ...totals,
    figures: {
      ...figures,
      startMs,
      durationMs: tookMs(startMs, endMs),
      name: newRoot?.name ?? "",
      service: newRoot?.service ?? "",
      services: names("services"),
      spans: figures.spans + open.length,
      state: figures.state === "running" || added.state === "ended" ? figures.state : added.state,
      agents: names("agents"),
      tools: names("tools"),
      sessions: names("sessions"),
      users: names("users"),
    },
    isFailed: newRoot === root && isFailed,
  };
}
