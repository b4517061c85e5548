import type { SpanOutline, SpanSource } from "../../signals/index.ts";
import { errorOrigins, isRun, rootIn, type SpanFacts, type TraceFigures, totalsOf } from "../../totals/index.ts";
import type { Answer } from "../answer.ts";
import { adjustSpans, adjustTrace, shareIds } from "./adjust.ts";
import type { PartWish } from "./parameters.ts";
import { type JaegerSpan, jaegerSpanOf } from "./span.ts";
import { factsOfOutline, factsOfTrace, OUTLINED_ATTRIBUTES } from "./trace-facts.ts";
import { addTrace } from "./trace-json.ts";

/** A trace that was looked for. */
export type Found = {
  readonly traceId: string;
  /** Start of the latest span that the search describes; undefined where it was asked for by its id. */
  readonly startNs?: bigint;
};

/** Adds the traces that there are to an answer, each with its totals and some of its spans. */
export type TraceParts = (
  found: readonly Found[],
  wish: PartWish,
  isRaw: boolean,
  answer: { readonly add: (trace: (to: Answer) => void) => void; readonly missing: (traceId: string) => void },
) => void;

/** Outlines held at once: of so many traces. */
const AT_ONCE = 100;
/** Of what is remembered: some ten thousand traces of a few spans. */
const MOST_KEPT_CHARS = 12_000_000;

type Part = {
  readonly version: string;
  /** As it stands in the answer, without its closing bracket. */
  readonly totals: string;
  /** Undefined for all of them. */
  readonly spanIds: readonly string[] | undefined;
};

/** The root, what was asked for, where errors began, what else failed, runs of agents, then the others by their start. */
function choose(facts: readonly SpanFacts[], { spansPerTrace, spanIds }: PartWish): readonly string[] {
  const wished = new Set(spanIds);
  const root = rootIn(facts);
  const chosen = new Set<string>();
  const add = (spans: readonly SpanFacts[]): void => {
    for (const { spanId } of spans) {
      if (chosen.size >= spansPerTrace) return;
      chosen.add(spanId);
    }
  };
  if (root !== undefined) add([root]);
  if (wished.size > 0) add(facts.filter(({ spanId }) => wished.has(spanId)));
  add(errorOrigins(facts));
  add(facts.filter(({ status }) => status === "error"));
  if (chosen.size < spansPerTrace) add(facts.filter(isRun));
  add(facts);
  return [...chosen];
}

/** Figures beside the other members. */
const flat = <T extends { readonly figures: TraceFigures }>({ figures, ...others }: T): object => ({
  ...figures,
  ...others,
});

const totalsJson = (facts: readonly SpanFacts[], wish: PartWish): string => {
  const { parts, ...totals } = totalsOf(facts, wish);
  const { session, user } = parts;
  const json = JSON.stringify({ ...flat(totals), parts: { session: session.map(flat), user: user.map(flat) } });
  return `,"totals":${json.slice(0, -1)}`;
};

/** Closes the totals. Rounded up: nothing that the search found later began after it. */
const foundAt = (startNs: bigint | undefined): string =>
  startNs === undefined ? "}" : `,"foundAtMs":${Number((startNs + 999n) / 1000n) / 1000}}`;

/** Remembers what it found: a list is asked for again and again, and most of it is what it was. */
export function createTraceParts(source: SpanSource): TraceParts {
  const kept = new Map<string, Part>();
  let keptChars = 0;
  const charsOf = (key: string, { version, totals }: Part): number => key.length + version.length + totals.length;
  const forget = (key: string): void => {
    const part = kept.get(key);
    if (part === undefined) return;
    keptChars -= charsOf(key, part);
    kept.delete(key);
  };
  /** The latest asked for stand last. */
  const keep = (key: string, part: Part): void => {
    forget(key);
    kept.set(key, part);
    keptChars += charsOf(key, part);
    for (const oldest of kept.keys()) {
      if (keptChars <= MOST_KEPT_CHARS) return;
      forget(oldest);
    }
  };

  const partOf = (traceId: string, version: string, spans: readonly SpanOutline[], wish: PartWish): Part => {
    const facts = spans.map((span) => factsOfOutline(traceId, span));
    const spanIds = facts.length <= wish.spansPerTrace ? undefined : choose(facts, wish);
    return { version, totals: totalsJson(facts, wish), spanIds };
  };

  const shownSpans = (traceId: string, { spanIds }: Part, isRaw: boolean): readonly JaegerSpan[] => {
    if (spanIds?.length === 0) return [];
    const spans = (spanIds === undefined ? source.trace(traceId) : source.spansOf(traceId, spanIds)).map(jaegerSpanOf);
    if (isRaw) return spans;
    return spanIds === undefined ? adjustTrace(spans) : adjustSpans(spans);
  };

  /** Two sides of a call that share an id are told apart by looking at the whole trace. */
  const addAdjusted = (to: Answer, { traceId, startNs }: Found, wish: PartWish, isRaw: boolean): void => {
    const all = adjustTrace(source.trace(traceId).map(jaegerSpanOf));
    const facts = factsOfTrace(all);
    const chosen = new Set(choose(facts, wish));
    const spans = isRaw ? source.trace(traceId).map(jaegerSpanOf) : all;
    const shown = facts.length <= wish.spansPerTrace ? spans : spans.filter(({ spanId }) => chosen.has(spanId));
    addTrace(to, traceId, shown, totalsJson(facts, wish) + foundAt(startNs));
  };

  return (found, wish, isRaw, answer) => {
    const wished = `${wish.spansPerTrace} ${wish.spending} ${wish.spanIds.join()}`;
    const keyOf = (traceId: string): string => `${traceId} ${wished}`;
    for (let first = 0; first < found.length; first += AT_ONCE) {
      const these = found.slice(first, first + AT_ONCE);
      // Held here: what is kept meanwhile may push them out.
      const known = new Map<string, Part>();
      const isKnown = (traceId: string, version: string): boolean => {
        const part = kept.get(keyOf(traceId));
        if (part?.version !== version) return false;
        known.set(traceId, part);
        return true;
      };
      const traceIds = these.map(({ traceId }) => traceId);
      const outlines = source.outlines(traceIds, OUTLINED_ATTRIBUTES, isKnown);
      for (const one of these) {
        const { traceId, startNs } = one;
        const outline = outlines.get(traceId);
        if (outline === undefined) {
          answer.missing(traceId);
          continue;
        }
        const { version, spans } = outline;
        if (spans !== undefined && shareIds(spans)) {
          answer.add((to) => addAdjusted(to, one, wish, isRaw));
          continue;
        }
        const part = spans === undefined ? known.get(traceId) : partOf(traceId, version, spans, wish);
        if (part === undefined) continue;
        keep(keyOf(traceId), part);
        answer.add((to) => addTrace(to, traceId, shownSpans(traceId, part, isRaw), part.totals + foundAt(startNs)));
      }
    }
  };
}
