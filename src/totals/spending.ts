import { ATTR } from "../model/index.ts";
import { isInference, NAMED_BY, numberOf, type SpanFacts } from "./span-facts.ts";

export type Whom = "user" | "session";

/** What one user or one session spent in a trace. */
export type SpentBy = {
  /** Empty: of calls of which nobody says whose they are. */
  readonly name: string;
  readonly calls: number;
  /** Calls that used tokens and have no price. */
  readonly unpricedCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** When its latest call began. */
  readonly latestMs: number;
  /** When each call with a price ended, and its US dollars. */
  readonly priced: readonly (readonly [endMs: number, costUsd: number])[];
};

const namedIn = ({ attributes }: SpanFacts, whom: Whom): string | undefined => {
  for (const attribute of NAMED_BY[whom]) {
    const value = attributes[attribute];
    if (value !== undefined && value !== "") return String(value);
  }
  return undefined;
};

/**
 * Finds whose a span is: what it says itself, or the nearest span above it. Remembers on the way, and takes spans that are parents in a circle
 * for spans without a name.
 */
function nameFinder(spans: readonly SpanFacts[], whom: Whom): (span: SpanFacts) => string | undefined {
  const byId = new Map<string, SpanFacts>();
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span);
  const known = new Map<SpanFacts, string | undefined>();
  return (asked) => {
    const path = new Set<SpanFacts>();
    let name: string | undefined;
    for (let at: SpanFacts | undefined = asked; at !== undefined && !path.has(at); ) {
      if (known.has(at)) {
        name = known.get(at);
        break;
      }
      path.add(at);
      name = namedIn(at, whom);
      if (name !== undefined) break;
      at = at.parentSpanId === undefined ? undefined : byId.get(at.parentSpanId);
    }
    for (const one of path) known.set(one, name);
    return name;
  };
}

/** Who spent what in the calls of a trace, in order of their first call. A call that nobody names is of the only one whom the trace names. */
export function spentBy(whom: Whom, spans: readonly SpanFacts[]): readonly SpentBy[] {
  const inferences = spans.filter(isInference);
  if (inferences.length === 0) return [];
  const names = new Set(spans.flatMap((span) => namedIn(span, whom) ?? []));
  const [first = ""] = names;
  const only = names.size === 1 ? first : "";
  const nameOf = nameFinder(spans, whom);
  const sums = new Map<
    string,
    { -readonly [key in keyof SpentBy]: SpentBy[key] } & { readonly priced: [number, number][] }
  >();
  for (const span of inferences) {
    const name = nameOf(span) ?? only;
    let sum = sums.get(name);
    if (sum === undefined) {
      sum = { name, calls: 0, unpricedCalls: 0, inputTokens: 0, outputTokens: 0, latestMs: 0, priced: [] };
      sums.set(name, sum);
    }
    const costUsd = numberOf(span, ATTR.costUsd);
    const inputTokens = numberOf(span, ATTR.inputTokens);
    sum.calls += 1;
    sum.inputTokens += inputTokens ?? 0;
    sum.outputTokens += numberOf(span, ATTR.outputTokens) ?? 0;
    if (costUsd === undefined && inputTokens !== undefined) sum.unpricedCalls += 1;
    sum.latestMs = Math.max(sum.latestMs, span.startMs);
    if (costUsd !== undefined) sum.priced.push([span.startMs + span.durationMs, costUsd]);
  }
  return [...sums.values()];
}
