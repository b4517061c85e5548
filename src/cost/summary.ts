import type { Clock } from "../base/index.ts";

export const COST_GROUPS = ["agent", "model", "session", "user", "provider"] as const;
export type CostSummaryBy = (typeof COST_GROUPS)[number];

export type CostTotals = {
  readonly usd: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls that are not, or not all, in `usd`, because nobody knows what they cost. */
  readonly unpricedCalls: number;
};

/** What a period of the calendar has come to, and what it will have come to at its end if things go on. */
export type CostProjection = { readonly spentUsd: number; readonly projectedUsd: number };

export type CostSummary = {
  readonly by: CostSummaryBy;
  readonly total: CostTotals;
  /** The costliest first. `key` is undefined for calls of which nobody said whose they are; `other` has those beyond a thousand. */
  readonly groups: readonly (CostTotals & { readonly key: string | undefined })[];
  readonly other?: CostTotals;
  /** US dollars in an hour, at the rate of the last quarter of an hour. */
  readonly usdPerHour: number;
  /** Since it began, in UTC; what this process spent. */
  readonly hour: CostProjection;
  readonly day: CostProjection;
};

export type SummarizedCall = { readonly [G in CostSummaryBy]?: string | undefined } & {
  /** Undefined where nobody knows. */
  readonly usd: number | undefined;
  readonly isPriced: boolean;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

export type CostSummaries = {
  readonly record: (call: SummarizedCall) => void;
  readonly summary: (by: CostSummaryBy) => CostSummary;
};

const MAX_GROUPS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Long enough for a few runs, short enough to follow a change. */
const WINDOW_MINUTES = 15;

type Totals = { -readonly [K in keyof CostTotals]: CostTotals[K] };

const none = (): Totals => ({ usd: 0, calls: 0, inputTokens: 0, outputTokens: 0, unpricedCalls: 0 });

function add(to: Totals, more: CostTotals): void {
  to.usd += more.usd;
  to.calls += more.calls;
  to.inputTokens += more.inputTokens;
  to.outputTokens += more.outputTokens;
  to.unpricedCalls += more.unpricedCalls;
}

type Group = { readonly totals: Map<string | undefined, Totals>; other: Totals | undefined };

/** A period of the calendar and what was spent in it. */
function createPeriod(lengthMs: number) {
  let begin = Number.NaN;
  let usd = 0;
  const at = (nowMs: number): number => {
    const current = Math.floor(nowMs / lengthMs) * lengthMs;
    if (current !== begin) {
      begin = current;
      usd = 0;
    }
    return usd;
  };
  return {
    add: (nowMs: number, more: number): void => {
      at(nowMs);
      usd += more;
    },
    project: (nowMs: number, usdPerMs: number): CostProjection => {
      const spentUsd = at(nowMs);
      return { spentUsd, projectedUsd: spentUsd + usdPerMs * (begin + lengthMs - nowMs) };
    },
  };
}

/** Sums up what calls cost, in bounded memory: a thousand groups of each kind, the rest as one; those that came first stay. */
export function createCostSummaries(clock: Clock): CostSummaries {
  const startMs = clock.nowMs();
  const total = none();
  const groups = new Map<CostSummaryBy, Group>(COST_GROUPS.map((by) => [by, { totals: new Map(), other: undefined }]));
  const minutes = Array.from({ length: WINDOW_MINUTES + 1 }, () => ({ minute: -1, usd: 0 }));
  const hour = createPeriod(HOUR_MS);
  const day = createPeriod(DAY_MS);

  const totalsOf = (group: Group, key: string | undefined): Totals => {
    const known = group.totals.get(key);
    if (known !== undefined) return known;
    if (group.totals.size >= MAX_GROUPS) {
      group.other ??= none();
      return group.other;
    }
    const made = none();
    group.totals.set(key, made);
    return made;
  };

  const usdPerMs = (nowMs: number): number => {
    // The minute that is under way counts for as much of it as has passed, the first one of the window in full.
    const now = Math.floor(nowMs / MINUTE_MS);
    const from = Math.max((now - WINDOW_MINUTES) * MINUTE_MS, startMs);
    let usd = 0;
    for (const one of minutes) if (one.minute >= now - WINDOW_MINUTES) usd += one.usd;
    // A program of a few seconds has no rate of a quarter of an hour: at least a minute is looked at.
    return usd / Math.max(nowMs - from, MINUTE_MS);
  };

  return {
    record: (call) => {
      const nowMs = clock.nowMs();
      const usd = call.usd ?? 0;
      const totals = {
        usd,
        calls: call.calls,
        inputTokens: call.inputTokens,
        outputTokens: call.outputTokens,
        unpricedCalls: call.isPriced ? 0 : 1,
      };
      add(total, totals);
      for (const [by, group] of groups) add(totalsOf(group, call[by]), totals);
      const minute = Math.floor(nowMs / MINUTE_MS);
      const slot = minutes[minute % minutes.length];
      if (slot !== undefined) {
        if (slot.minute !== minute) Object.assign(slot, { minute, usd: 0 });
        slot.usd += usd;
      }
      hour.add(nowMs, usd);
      day.add(nowMs, usd);
    },
    summary: (by) => {
      const nowMs = clock.nowMs();
      const rate = usdPerMs(nowMs);
      const group = groups.get(by) ?? { totals: new Map(), other: undefined };
      return {
        by,
        total: { ...total },
        groups: [...group.totals]
          .map(([key, totals]) => ({ key, ...totals }))
          .toSorted((a, b) => b.usd - a.usd || b.calls - a.calls),
        ...(group.other !== undefined && { other: { ...group.other } }),
        usdPerHour: rate * HOUR_MS,
        hour: hour.project(nowMs, rate),
        day: day.project(nowMs, rate),
      };
    },
  };
}
