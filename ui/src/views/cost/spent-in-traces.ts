/**
 * Who spent it, by what is no label of any metric: users and sessions are known from traces alone. Pure; `ask-traces.ts` finds them.
 */
import { isInference, numberOf, type Trace, type TraceSpan } from "../../../../src/backends/index.ts";
import { NAMED_BY } from "../../../../src/backends/trace-summary.ts";
import { plantForest, type SpanForest } from "../../../../src/explain/span-forest.ts";
import { ATTR } from "../../../../src/model/index.ts";

export type Whom = "user" | "session";

export type Spender = {
  /** Empty: of calls of which nobody says whose they are. */
  readonly name: string;
  readonly costUsd: number;
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly traces: number;
  readonly latestMs: number;
};
/** One call of a model. */
export type SpentCall = { readonly name: string; readonly timeMs: number; readonly costUsd: number };
export type SpentInTraces = { readonly spenders: readonly Spender[]; readonly calls: readonly SpentCall[] };

const namedIn = ({ attributes }: TraceSpan, whom: Whom): string | undefined => {
  for (const attribute of NAMED_BY[whom]) {
    const value = attributes[attribute];
    if (value !== undefined && value !== "") return String(value);
  }
  return undefined;
};

/** What a call says itself, or the nearest span above it; else the only name in its trace. */
function nameOf(span: TraceSpan, forest: SpanForest, only: string, whom: Whom): string {
  const own = namedIn(span, whom);
  if (own !== undefined) return own;
  for (const above of forest.ancestorsOf(span)) {
    const name = namedIn(above, whom);
    if (name !== undefined) return name;
  }
  return only;
}

/** Sums by user or session, the dearest first. A part that began outside of the range counts as well: it is of a trace that was found. */
export function spentIn(traces: readonly Trace[], whom: Whom): SpentInTraces {
  const sums = new Map<string, { -readonly [key in keyof Spender]: Spender[key] }>();
  const calls: SpentCall[] = [];
  for (const trace of traces) {
    const inferences = trace.spans.filter(isInference);
    if (inferences.length === 0) continue;
    const forest = plantForest(trace);
    const names = new Set(trace.spans.flatMap((span) => namedIn(span, whom) ?? []));
    const [first = ""] = names;
    const only = names.size === 1 ? first : "";
    const seen = new Set<string>();
    for (const span of inferences) {
      const name = nameOf(span, forest, only, whom);
      let sum = sums.get(name);
      if (sum === undefined) {
        sum = {
          name,
          costUsd: 0,
          calls: 0,
          unpricedCalls: 0,
          inputTokens: 0,
          outputTokens: 0,
          traces: 0,
          latestMs: 0,
        };
        sums.set(name, sum);
      }
      const costUsd = numberOf(span, ATTR.costUsd);
      sum.calls += 1;
      sum.costUsd += costUsd ?? 0;
      sum.inputTokens += numberOf(span, ATTR.inputTokens) ?? 0;
      sum.outputTokens += numberOf(span, ATTR.outputTokens) ?? 0;
      if (costUsd === undefined && numberOf(span, ATTR.inputTokens) !== undefined) sum.unpricedCalls += 1;
      sum.latestMs = Math.max(sum.latestMs, span.startMs);
      if (!seen.has(name)) sum.traces += 1;
      seen.add(name);
      if (costUsd !== undefined) calls.push({ name, timeMs: span.startMs + span.durationMs, costUsd });
    }
  }
  return { spenders: [...sums.values()].sort((a, b) => b.costUsd - a.costUsd || b.calls - a.calls), calls };
}

/** US dollars an hour of each name, in steps of the time range. */
export function courseOf(
  calls: readonly SpentCall[],
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  stepMs: number,
) {
  const steps = Math.max(1, Math.ceil((endMs - startMs) / stepMs));
  const perHour = 3_600_000 / stepMs;
  const byName = Map.groupBy(
    calls.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs),
    ({ name }) => name,
  );
  return [...byName].map(([name, all]) => {
    const sums = new Array<number>(steps).fill(0);
    for (const { timeMs, costUsd } of all) {
      const step = Math.min(steps - 1, Math.floor((timeMs - startMs) / stepMs));
      sums[step] = (sums[step] ?? 0) + costUsd * perHour;
    }
    return { name, points: sums.map((value, step) => ({ timeMs: startMs + (step + 1) * stepMs, value })) };
  });
}
