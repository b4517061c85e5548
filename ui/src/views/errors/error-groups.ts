import { type ErrorCategory, type ErrorSeverity, normalizeMessage, worse } from "../../../../src/errors/index.ts";
import type { Range } from "../../app/time-range.ts";
import { KIND_BARS, type Kind } from "./kinds.ts";
import type { Sighting } from "./sightings.ts";

/** Errors of one fingerprint, of all programs. */
export type ErrorGroup = {
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
  readonly models: readonly string[];
  readonly versions: readonly string[];
  readonly frames: readonly string[];
  /** In the range. */
  readonly count: number;
  /** There are as many at least: nobody has counted this kind, and not all of it was looked at. */
  readonly isLeast: boolean;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** First seen in the range, as far back as was looked. */
  readonly isNew: boolean;
  readonly hadBurst: boolean;
  /** Errors in each of `KIND_BARS` parts of the range, where they are counted by kind. */
  readonly bars?: readonly number[];
  /** In the range, the latest first. */
  readonly sightings: readonly Sighting[];
  /** Records from before the range, the latest first. */
  readonly earlier: readonly Sighting[];
};

export type Point = { readonly timeMs: number; readonly value: number };

export type Seen = {
  readonly records: readonly Sighting[];
  readonly spans: readonly Sighting[];
  readonly earlier: readonly Sighting[];
  /** Not all failed traces of the range were looked at. */
  readonly isCut: boolean;
};

const OF_SPANS = new Set(["agent", "workflow", "node", "tool", "llm", "retrieval"]);

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

/** What libraries did is folded into lines of their own (src/errors/stack.ts). */
export const isOwnFrame = (frame: string): boolean => !frame.startsWith("…");
const ownFirst = (frames: readonly string[]): string[] => [
  ...frames.filter(isOwnFrame),
  ...frames.filter((frame) => !isOwnFrame(frame)),
];

type Parts = { records: Sighting[]; spans: Sighting[]; earlier: Sighting[] };

function groupOf(
  fingerprint: string,
  { records, spans: given, earlier }: Parts,
  isCut: boolean,
): ErrorGroup | undefined {
  // A span may be among those that were looked for, too.
  const spans = [...new Map(given.map((span) => [`${span.traceId}/${span.spanId}`, span])).values()];
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
    models: unique(known.map(({ model }) => model)),
    versions: unique(known.map(({ version }) => version)),
    frames: ownFirst([...records, ...earlier, ...spans].find(({ frames }) => frames.length > 0)?.frames ?? []),
    count: Math.max(recorded, new Set(inRange.flatMap(({ spanId }) => spanId ?? [])).size),
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
  for (const [name, given] of [
    ["records", records],
    ["spans", spans],
    ["earlier", earlier],
  ] as const) {
    for (const one of given) partsOf(one.fingerprint)[name].push(one);
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

/** Kinds that were counted in the range and not seen in it, the most frequent first. */
export function unseenKinds(
  kinds: ReadonlyMap<string, Kind> | undefined,
  { records, spans }: Pick<Seen, "records" | "spans"> = { records: [], spans: [] },
): string[] {
  const seen = new Set([...records, ...spans].map(({ fingerprint }) => fingerprint));
  return [...(kinds ?? [])]
    .filter(([fingerprint]) => !seen.has(fingerprint))
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([fingerprint]) => fingerprint);
}

/** Groups with what programs counted of their kind; `folded` errors were of more kinds than a program tells apart. */
export function withExactCounts(
  groups: readonly ErrorGroup[],
  kinds: ReadonlyMap<string, Kind>,
  folded: number,
): ErrorGroup[] {
  return groups.map((group) => {
    const kind = kinds.get(group.fingerprint);
    if (kind === undefined) return group;
    // What was seen a moment ago is counted with the next push.
    const count = Math.max(kind.count, group.count);
    return { ...group, count, isLeast: folded > 0 || (group.isLeast && count > kind.count), bars: kind.bars };
  });
}

type Labelled = { readonly labels: Readonly<Record<string, string>>; readonly points: readonly Point[] };

/** Lines of all severities and sources of a category as one; they have their points at the same times. */
export function byCategory(
  courses: readonly Labelled[],
): { readonly name: string; readonly points: readonly Point[] }[] {
  const sums = new Map<string, Map<number, number>>();
  for (const { labels, points } of courses) {
    const name = labels["category"] ?? "";
    const own = sums.get(name) ?? new Map<number, number>();
    sums.set(name, own);
    for (const { timeMs, value } of points) own.set(timeMs, (own.get(timeMs) ?? 0) + value);
  }
  return [...sums].map(([name, points]) => ({
    name,
    points: [...points].sort(([a], [b]) => a - b).map(([timeMs, value]) => ({ timeMs, value })),
  }));
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
        [
          group.type,
          group.message,
          ...group.services,
          ...group.agents,
          ...group.tools,
          ...group.models,
          ...group.frames,
        ].some((one) => one.toLowerCase().includes(wanted))),
  );
}

export const SORTS = { last: "latest first", count: "most first", first: "newest first" } as const;
export function sortGroups(groups: readonly ErrorGroup[], by: string): ErrorGroup[] {
  const value = (group: ErrorGroup): number =>
    by === "count" ? group.count : by === "first" ? group.firstSeenMs : group.lastSeenMs;
  return groups.toSorted((a, b) => value(b) - value(a));
}

export type Trend = {
  /** How many there were in each part of the range. */
  readonly counts: readonly number[];
  /** Before this part not everything was looked at; 0 where all was. */
  readonly knownFrom: number;
};

export function trendOf(
  { sightings, bars: counted }: Pick<ErrorGroup, "sightings" | "bars">,
  { startMs, endMs }: Range,
  bars: number,
  lookedFromMs: number,
): Trend {
  const counts = new Array<number>(bars).fill(0);
  if (counted !== undefined) {
    for (const [at, count] of counted.entries()) {
      const bar = Math.floor((at * bars) / KIND_BARS);
      counts[bar] = (counts[bar] ?? 0) + count;
    }
    return { counts, knownFrom: 0 };
  }
  const barMs = (endMs - startMs) / bars;
  const barOf = (timeMs: number): number => Math.floor((timeMs - startMs) / barMs);
  for (const { timeMs } of sightings) {
    const at = barOf(timeMs);
    if (at >= 0 && at < bars) counts[at] = (counts[at] ?? 0) + 1;
  }
  return { counts, knownFrom: Math.max(0, Math.min(bars, barOf(lookedFromMs))) };
}
