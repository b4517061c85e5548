/**
 * Who spent it, by what is no label of any metric: users and sessions are known from traces alone. Pure; `ask-traces.ts` finds them.
 */
import { spentInTrace, type Trace, type Whom } from "../../../../src/backends/index.ts";

export type { Whom } from "../../../../src/backends/index.ts";

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

const NOTHING = { costUsd: 0, calls: 0, unpricedCalls: 0, inputTokens: 0, outputTokens: 0, traces: 0, latestMs: 0 };

/** Sums by user or session, the dearest first. A part that began outside of the range counts as well: it is of a trace that was found. */
export function spentIn(traces: readonly Trace[], whom: Whom): SpentInTraces {
  const sums = new Map<string, { -readonly [key in keyof Spender]: Spender[key] }>();
  const calls: SpentCall[] = [];
  for (const trace of traces) {
    for (const { name, priced, ...spent } of spentInTrace(trace, whom)) {
      let sum = sums.get(name);
      if (sum === undefined) {
        sum = { ...NOTHING, name };
        sums.set(name, sum);
      }
      sum.traces += 1;
      for (const what of ["calls", "unpricedCalls", "inputTokens", "outputTokens"] as const) sum[what] += spent[what];
      sum.latestMs = Math.max(sum.latestMs, spent.latestMs);
      for (const [timeMs, costUsd] of priced) {
        sum.costUsd += costUsd;
        calls.push({ name, timeMs, costUsd });
      }
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
