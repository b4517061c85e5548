import {
  type ErrorCategory,
  type ErrorSeverity,
  fingerprintOf,
  normalizeMessage,
  worse,
} from "../../../../src/errors/index.ts";
import type { Range } from "../../app/time-range.ts";
import { kindOf, type Sighting } from "./sightings.ts";

/** Errors of one fingerprint, of all programs. */
export type ErrorGroup = {
  /** Of a kind that no program recorded: `span-` and a hash of type and message. */
  readonly fingerprint: string;
  readonly type: string;
  /** Without numbers, ids and quotations. */
  readonly message: string;
  readonly category: ErrorCategory;
  /** The worst. */
  readonly severity: ErrorSeverity;
  readonly sources: readonly string[];
  readonly services: readonly string[];
  readonly agents: readonly string[];
  readonly tools: readonly string[];
  readonly versions: readonly string[];
  readonly frames: readonly string[];
  /** In the range. */
  readonly count: number;
  /** There are as many at least: the rest is not told apart by kind. */
  readonly isLeast: boolean;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** First seen in the range, as far back as was looked. */
  readonly isNew: boolean;
  readonly hadBurst: boolean;
  /** In the range, the latest first. */
  readonly sightings: readonly Sighting[];
  /** Records from before the range, the latest first. */
  readonly earlier: readonly Sighting[];
};

export type Seen = {
  readonly records: readonly Sighting[];
  readonly spans: readonly Sighting[];
  readonly earlier: readonly Sighting[];
  /** Not all failed traces of the range were looked at. */
  readonly isCut: boolean;
};

const OF_SPANS = new Set(["agent", "workflow", "node", "tool", "llm", "retrieval"]);

/** Function and file of a frame, without its line and folders: `parse noise.mjs`. */
const placeOf = (frame: string | undefined): string | undefined =>
  frame
    ?.replace(/:\d+(?::\d+)?\)?$/, "")
    .replace(/[^\s(]*[\\/]/, "")
    .trim();

/** Of several recorded kinds with this type and message, the one whose place is in the stack. */
function fingerprintFor(span: Sighting, candidates: readonly Sighting[]): string | undefined {
  if (candidates.length < 2) return candidates[0]?.fingerprint;
  const places = new Set(span.frames.map(placeOf));
  return (candidates.find(({ frames }) => frames.length > 0 && places.has(placeOf(frames[0]))) ?? candidates[0])
    ?.fingerprint;
}

const isOneOf = (one: Sighting, other: Sighting): boolean =>
  one.spanId !== undefined && one.spanId === other.spanId && one.traceId === other.traceId;

/** By what processes counted themselves: the last number of each, without what was there before the range. */
function countOfRecords(records: readonly Sighting[]): number {
  const processes = new Map<string, Sighting[]>();
  for (const record of records) {
    const process = `${record.service}/${record.instance ?? ""}`;
    processes.set(process, [...(processes.get(process) ?? []), record]);
  }
  let total = 0;
  for (const own of processes.values()) {
    const counts = own.map(({ count = 1 }) => count);
    total += Math.max(...counts) - (own.some(({ occasion }) => occasion === "new") ? 0 : Math.min(...counts) - 1);
  }
  return total;
}

const unique = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];
const latestFirst = (a: Sighting, b: Sighting): number => b.timeMs - a.timeMs;

type Parts = { records: Sighting[]; spans: Sighting[]; earlier: Sighting[] };

function groupOf(fingerprint: string, { records, spans, earlier }: Parts, isCut: boolean): ErrorGroup | undefined {
  const inRange = [...records, ...spans.filter((span) => !records.some((record) => isOneOf(span, record)))].sort(
    latestFirst,
  );
  const known = [...inRange, ...earlier];
  const first = records[0] ?? earlier[0] ?? spans[0];
  if (first === undefined) return undefined;
  const recorded = countOfRecords(records);
  const isOfSpans = known.every(({ source }) => OF_SPANS.has(source));
  return {
    fingerprint,
    type: first.type,
    message: normalizeMessage(first.message, first.category),
    category: first.category,
    severity: known.reduce<ErrorSeverity>((worst, { severity }) => worse(worst, severity), "info"),
    sources: unique(known.map(({ source }) => source)),
    services: unique(known.map(({ service }) => service)),
    agents: unique(known.map(({ agent }) => agent)),
    tools: unique(known.map(({ tool }) => tool)),
    versions: unique(known.map(({ version }) => version)),
    frames: known.find(({ frames }) => frames.length > 0)?.frames ?? [],
    count: Math.max(recorded, spans.length),
    isLeast: isCut || !isOfSpans || recorded > spans.length,
    firstSeenMs: Math.min(...known.map(({ timeMs }) => timeMs)),
    lastSeenMs: Math.max(...known.map(({ timeMs }) => timeMs)),
    isNew: earlier.length === 0,
    hadBurst: records.some(({ occasion }) => occasion === "burst"),
    sightings: inRange,
    earlier: earlier.toSorted(latestFirst),
  };
}

/** All kinds that were seen in the range, or recorded before it. */
export function groupErrors({ records, spans, earlier, isCut }: Seen): ErrorGroup[] {
  const parts = new Map<string, Parts>();
  const partsOf = (fingerprint: string): Parts => {
    const known = parts.get(fingerprint) ?? { records: [], spans: [], earlier: [] };
    parts.set(fingerprint, known);
    return known;
  };
  const kinds = new Map<string, Map<string, Sighting>>();
  for (const [name, given] of [
    ["records", records],
    ["earlier", earlier],
  ] as const) {
    for (const record of given) {
      const { fingerprint = "" } = record;
      partsOf(fingerprint)[name].push(record);
      const kind = kindOf(record);
      const known = kinds.get(kind) ?? new Map<string, Sighting>();
      kinds.set(kind, known);
      if (!known.has(fingerprint)) known.set(fingerprint, record);
    }
  }
  for (const span of spans) {
    const kind = kindOf(span);
    const own = fingerprintFor(span, [...(kinds.get(kind)?.values() ?? [])]);
    partsOf(own ?? `span-${fingerprintOf(span.type, kind, [])}`).spans.push(span);
  }
  return [...parts].flatMap(([fingerprint, one]) => groupOf(fingerprint, one, isCut) ?? []);
}

/** What Prometheus counted, exactly, of one category, severity and source. */
export type Counted = {
  readonly category: string;
  readonly severity: string;
  readonly source: string;
  readonly count: number;
};

/** Where a category, severity and source has one kind only, all that was counted is of this kind. */
export function withExactCounts(groups: readonly ErrorGroup[], counted: readonly Counted[]): ErrorGroup[] {
  const keyOf = ({ category, severity, source }: Omit<Counted, "count">): string => `${category}/${severity}/${source}`;
  const exact = new Map(counted.map((one) => [keyOf(one), Math.round(one.count)]));
  const shares = new Map<string, number>();
  const keyOfGroup = ({ category, severity, sources }: ErrorGroup): string =>
    keyOf({ category, severity, source: sources[0] ?? "" });
  for (const group of groups) shares.set(keyOfGroup(group), (shares.get(keyOfGroup(group)) ?? 0) + 1);
  return groups.map((group) => {
    const count = exact.get(keyOfGroup(group));
    if (count === undefined || shares.get(keyOfGroup(group)) !== 1 || group.sources.length !== 1) return group;
    return count >= group.count ? { ...group, count, isLeast: false } : group;
  });
}

export type ErrorFilter = {
  readonly category: string;
  readonly severity: string;
  readonly source: string;
  readonly text: string;
  readonly onlyNew: boolean;
};

export function filterGroups(groups: readonly ErrorGroup[], filter: ErrorFilter): ErrorGroup[] {
  const wanted = filter.text.trim().toLowerCase();
  return groups.filter(
    (group) =>
      group.sightings.length > 0 &&
      (filter.category === "" || group.category === filter.category) &&
      (filter.severity === "" || group.severity === filter.severity) &&
      (filter.source === "" || group.sources.includes(filter.source)) &&
      (!filter.onlyNew || group.isNew) &&
      (wanted === "" ||
        [group.type, group.message, ...group.services, ...group.agents, ...group.tools, ...group.frames].some((one) =>
          one.toLowerCase().includes(wanted),
        )),
  );
}

export const SORTS = { last: "latest first", count: "most first", first: "newest first" } as const;
export function sortGroups(groups: readonly ErrorGroup[], by: string): ErrorGroup[] {
  const value = (group: ErrorGroup): number =>
    by === "count" ? group.count : by === "first" ? group.firstSeenMs : group.lastSeenMs;
  return groups.toSorted((a, b) => value(b) - value(a));
}

/** How many were seen in each of `bars` parts of the range. */
export function trendOf(sightings: readonly Sighting[], { startMs, endMs }: Range, bars: number): number[] {
  const counts = new Array<number>(bars).fill(0);
  for (const { timeMs } of sightings) {
    const at = Math.floor(((timeMs - startMs) / (endMs - startMs)) * bars);
    if (at >= 0 && at < bars) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
