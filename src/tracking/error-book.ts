import { createRecentMap } from "../base/index.ts";
import { type ErrorCategory, type ErrorSeverity, type ErrorSource, worse } from "../errors/index.ts";
import { createMinuteCounts, type MinuteCounts } from "./minute-counts.ts";
import type { ErrorPlace, Occurrence } from "./occurrence.ts";

/** One occurrence of an error, kept as an example. Texts are redacted. */
export type ErrorSample = ErrorPlace & {
  readonly timeMs: number;
  /** At most 300 characters. */
  readonly message: string;
  readonly context?: Readonly<Record<string, unknown>>;
};

/** Errors of one fingerprint: one type, one message but for numbers, ids and addresses, one place in the program. */
export type ErrorGroup = {
  readonly fingerprint: string;
  readonly type: string;
  /** Without numbers, ids, addresses and quotations, and redacted. */
  readonly message: string;
  readonly category: ErrorCategory;
  /** The worst so far. */
  readonly severity: ErrorSeverity;
  /** Who has seen errors of this kind. */
  readonly sources: readonly ErrorSource[];
  /** Since the process began. */
  readonly count: number;
  readonly countInWindow: number;
  /** In the last minute, and in the last hour. */
  readonly perMinute: number;
  readonly perHour: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** The program's own frames; what libraries did between them is one line each. */
  readonly frames: readonly string[];
  /** The first and the latest two. */
  readonly samples: readonly ErrorSample[];
};

export type ErrorSummary = {
  readonly windowMs: number;
  /** In the window, as all counts by category, severity and source. */
  readonly count: number;
  readonly perMinute: number;
  readonly perHour: number;
  readonly byCategory: Readonly<Partial<Record<ErrorCategory, number>>>;
  readonly bySeverity: Readonly<Partial<Record<ErrorSeverity, number>>>;
  readonly bySource: Readonly<Partial<Record<ErrorSource, number>>>;
  /** Those of the window, the most frequent first. */
  readonly groups: readonly ErrorGroup[];
  /** Kinds of errors that had to be forgotten for newer ones; they still count above. */
  readonly forgottenGroups: number;
};

/** What is remarkable about an occurrence: the first of its kind, or the beginning of a burst. */
export type Remarkable = "new" | "burst";

export type NewGroup = Pick<ErrorGroup, "fingerprint" | "type" | "message" | "frames">;
export type Recorded = {
  readonly group: Pick<ErrorGroup, "message" | "severity" | "count">;
  readonly remarkable: Remarkable | undefined;
  /** The whole group, which takes a little longer to make. */
  readonly show: () => ErrorGroup;
};

export type ErrorBook = {
  /** `describe` is asked where the fingerprint is not known. */
  readonly record: (fingerprint: string, occurrence: Occurrence, describe: () => NewGroup) => Recorded;
  /** Adds to a group what another sighting of an occurrence knows. Undefined where the group is forgotten. */
  readonly add: (fingerprint: string, sighting: Pick<Occurrence, "source" | "severity">) => ErrorGroup | undefined;
  readonly summary: (windowMs: number, nowMs: number) => ErrorSummary;
};

type Group = NewGroup & {
  readonly category: ErrorCategory;
  readonly sources: Set<ErrorSource>;
  readonly counts: MinuteCounts;
  readonly firstSeenMs: number;
  readonly samples: ErrorSample[];
  severity: ErrorSeverity;
  count: number;
  lastSeenMs: number;
  lastBurstMs: number;
};

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** Some 2 kB each. */
const MAX_GROUPS = 500;
const MAX_SAMPLES = 3;
/** Samples of one second tell the same. */
const SAMPLE_EVERY_MS = 10_000;
const MAX_MESSAGE = 300;
/** A burst: so many in a minute, and so many times what the hour has had a minute. Told of every five minutes at most. */
const BURST_COUNT = 10;
const BURST_FACTOR = 5;
const BURST_EVERY_MS = 5 * MINUTE_MS;

export type ErrorBookOptions = {
  /** Removes secrets and personal data. */
  readonly cleanText: (text: string) => string;
  readonly cleanValue: (value: unknown) => unknown;
};

function tallyOf(): { add: (key: string, timeMs: number) => void; within: MinuteCountsBy } {
  const counts = new Map<string, MinuteCounts>();
  return {
    add: (key, timeMs) => {
      const known = counts.get(key) ?? createMinuteCounts();
      counts.set(key, known);
      known.add(timeMs);
    },
    within: (windowMs, nowMs) => {
      const all = [...counts].map(([key, one]) => [key, one.within(windowMs, nowMs)] as const);
      return Object.fromEntries(all.filter(([, count]) => count > 0));
    },
  };
}
type MinuteCountsBy = (windowMs: number, nowMs: number) => Record<string, number>;

/** What errors there were, by kind, in bounded memory. */
export function createErrorBook({ cleanText, cleanValue }: ErrorBookOptions): ErrorBook {
  let forgottenGroups = 0;
  const groups = createRecentMap<Group>(MAX_GROUPS, () => {
    forgottenGroups += 1;
  });
  const total = createMinuteCounts();
  const [categories, severities, sources] = [tallyOf(), tallyOf(), tallyOf()];

  const sampleOf = ({ agent, tool, model, sessionId, userId, traceId, spanId, ...rest }: Occurrence): ErrorSample => ({
    timeMs: rest.timeMs,
    message: cleanText(rest.message).slice(0, MAX_MESSAGE),
    ...(agent !== undefined && { agent }),
    ...(tool !== undefined && { tool }),
    ...(model !== undefined && { model }),
    ...(sessionId !== undefined && { sessionId }),
    ...(userId !== undefined && { userId }),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    ...(rest.context !== undefined && { context: cleanValue(rest.context) as Readonly<Record<string, unknown>> }),
  });
  const keepSample = (samples: ErrorSample[], occurrence: Occurrence): void => {
    const last = samples.at(-1);
    if (last !== undefined && occurrence.timeMs - last.timeMs < SAMPLE_EVERY_MS) return;
    if (samples.length >= MAX_SAMPLES) samples.splice(1, 1);
    samples.push(sampleOf(occurrence));
  };
  const isBurst = (group: Group, nowMs: number): boolean => {
    if (nowMs - group.lastBurstMs < BURST_EVERY_MS) return false;
    const thisMinute = group.counts.thisMinute(nowMs);
    if (thisMinute < BURST_COUNT) return false;
    const before = (group.counts.within(HOUR_MS, nowMs) - thisMinute) / (HOUR_MS / MINUTE_MS);
    return thisMinute >= BURST_FACTOR * before;
  };
  const show = (group: Group, windowMs: number, nowMs: number): ErrorGroup => ({
    fingerprint: group.fingerprint,
    type: group.type,
    message: group.message,
    category: group.category,
    severity: group.severity,
    sources: [...group.sources],
    count: group.count,
    countInWindow: group.counts.within(windowMs, nowMs),
    perMinute: group.counts.within(MINUTE_MS, nowMs),
    perHour: group.counts.within(HOUR_MS, nowMs),
    firstSeenMs: group.firstSeenMs,
    lastSeenMs: group.lastSeenMs,
    frames: group.frames,
    samples: [...group.samples],
  });

  return {
    record: (fingerprint, occurrence, describe) => {
      const { timeMs, category, severity, source } = occurrence;
      total.add(timeMs);
      categories.add(category, timeMs);
      severities.add(severity, timeMs);
      sources.add(source, timeMs);
      let group = groups.get(fingerprint);
      const isNew = group === undefined;
      group ??= {
        ...describe(),
        category,
        severity,
        sources: new Set(),
        counts: createMinuteCounts(),
        count: 0,
        firstSeenMs: timeMs,
        lastSeenMs: timeMs,
        lastBurstMs: Number.NEGATIVE_INFINITY,
        samples: [],
      };
      if (isNew) groups.set(fingerprint, group);
      group.count += 1;
      group.counts.add(timeMs);
      group.sources.add(source);
      group.severity = worse(group.severity, severity);
      group.lastSeenMs = Math.max(group.lastSeenMs, timeMs);
      keepSample(group.samples, occurrence);
      const burst = !isNew && isBurst(group, timeMs);
      if (burst) group.lastBurstMs = timeMs;
      const recorded = group;
      return {
        group: { message: group.message, severity: group.severity, count: group.count },
        remarkable: isNew ? "new" : burst ? "burst" : undefined,
        show: () => show(recorded, HOUR_MS, timeMs),
      };
    },
    add: (fingerprint, { source, severity }) => {
      const group = groups.get(fingerprint);
      if (group === undefined) return undefined;
      group.sources.add(source);
      group.severity = worse(group.severity, severity);
      return show(group, HOUR_MS, group.lastSeenMs);
    },
    summary: (windowMs, nowMs) => ({
      windowMs,
      count: total.within(windowMs, nowMs),
      perMinute: total.within(MINUTE_MS, nowMs),
      perHour: total.within(HOUR_MS, nowMs),
      byCategory: categories.within(windowMs, nowMs),
      bySeverity: severities.within(windowMs, nowMs),
      bySource: sources.within(windowMs, nowMs),
      groups: [...groups.values()]
        .map((group) => show(group, windowMs, nowMs))
        .filter(({ countInWindow }) => countInWindow > 0)
        .toSorted((a, b) => b.countInWindow - a.countInWindow || b.lastSeenMs - a.lastSeenMs),
      forgottenGroups,
    }),
  };
}
