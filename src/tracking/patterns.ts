import type { ErrorCategory, ErrorSource } from "../errors/index.ts";
import type { Occurrence } from "./occurrence.ts";

/** Which errors make a pattern, and how many of them in how long a time. */
export type ErrorPatternOptions = {
  readonly name: string;
  /** Any of these. Without `categories`, `types` and `sources`, every error counts; of those that are given, all have to fit. */
  readonly categories?: readonly ErrorCategory[];
  /** Names of error classes or `error.type`, any of these. */
  readonly types?: readonly string[];
  /** Who saw them first, any of these: `llm` for failed calls to models. */
  readonly sources?: readonly ErrorSource[];
  /** So many errors, from 1 to 10,000. */
  readonly threshold: number;
  /** In so many milliseconds. It is told of once in this time. */
  readonly windowMs: number;
};

export type ErrorPatternMatch = {
  readonly pattern: string;
  /** In the window: at least the threshold, and counted up to it or 1,000. */
  readonly count: number;
  readonly windowMs: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** The kinds of errors among the last 50, the most frequent first. Messages are redacted, without numbers, ids and addresses. */
  readonly groups: readonly {
    readonly fingerprint: string;
    readonly type: string;
    readonly category: ErrorCategory;
    readonly message: string;
    readonly count: number;
  }[];
  /** Of the last ones, at most 5. */
  readonly traceIds: readonly string[];
};

/** An occurrence that has been put into its group. */
export type Grouped = Pick<Occurrence, "source" | "type" | "category" | "timeMs" | "traceId"> & {
  readonly fingerprint: string;
  readonly groupMessage: string;
};

export type PatternWatch = {
  readonly name: string;
  /** The match where this occurrence completes one. */
  readonly take: (occurrence: Grouped) => ErrorPatternMatch | undefined;
};

export const MAX_THRESHOLD = 10_000;
/** Errors that go on are counted beyond the threshold, to be told of the next time. */
const MIN_COUNTED = 1000;
const MAX_LAST = 50;
const MAX_TRACES = 5;
const MAX_NAME = 100;

const inRange = (value: number, min: number, max: number): number =>
  Number.isFinite(value) ? Math.min(max, Math.max(min, Math.floor(value))) : min;

function groupsOf(last: readonly Grouped[]): ErrorPatternMatch["groups"] {
  const groups = new Map<string, ErrorPatternMatch["groups"][number]>();
  for (const { fingerprint, type, category, groupMessage } of last) {
    const count = (groups.get(fingerprint)?.count ?? 0) + 1;
    groups.set(fingerprint, { fingerprint, type, category, message: groupMessage, count });
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count);
}

/** Counts one pattern over a sliding window, exactly, in 8 kB or 8 bytes for each error of the threshold. */
export function createPatternWatch(options: ErrorPatternOptions): PatternWatch {
  const threshold = inRange(options.threshold, 1, MAX_THRESHOLD);
  const windowMs = inRange(options.windowMs, 1, Number.MAX_SAFE_INTEGER);
  const name = String(options.name).slice(0, MAX_NAME);
  const { categories, types, sources } = options;
  /** When the last ones happened, round and round. */
  const times = new Float64Array(Math.max(threshold, MIN_COUNTED)).fill(Number.NEGATIVE_INFINITY);
  let taken = 0;
  let last: Grouped[] = [];
  let silentUntilMs = Number.NEGATIVE_INFINITY;

  return {
    name,
    take: (occurrence) => {
      if (categories !== undefined && !categories.includes(occurrence.category)) return undefined;
      if (types !== undefined && !types.includes(occurrence.type)) return undefined;
      if (sources !== undefined && !sources.includes(occurrence.source)) return undefined;
      const { timeMs } = occurrence;
      times[taken % times.length] = timeMs;
      taken += 1;
      last.push(occurrence);
      if (last.length > 2 * MAX_LAST) last = last.slice(-MAX_LAST);
      if (taken < threshold || timeMs < silentUntilMs) return undefined;
      if (timeMs - (times[(taken - threshold) % times.length] ?? 0) >= windowMs) return undefined;
      silentUntilMs = timeMs + windowMs;
      const inWindow = times.filter((one) => timeMs - one < windowMs);
      const latest = last.slice(-MAX_LAST).filter((one) => timeMs - one.timeMs < windowMs);
      return {
        pattern: name,
        count: inWindow.length,
        windowMs,
        firstSeenMs: inWindow.reduce((first, one) => Math.min(first, one), timeMs),
        lastSeenMs: timeMs,
        groups: groupsOf(latest),
        traceIds: [...new Set(latest.flatMap(({ traceId }) => traceId ?? []))].slice(-MAX_TRACES),
      };
    },
  };
}
