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
  readonly models: readonly string[];
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
  /** Errors a minute over time, where they are counted apart from those of other kinds. */
  readonly course?: readonly Point[];
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

/** What libraries did is folded into lines of their own (src/errors/stack.ts). */
export const isOwnFrame = (frame: string): boolean => !frame.startsWith("…");
const ownFirst = (frames: readonly string[]): string[] => [
  ...frames.filter(isOwnFrame),
  ...frames.filter((frame) => !isOwnFrame(frame)),
];

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

type Labelled = { readonly labels: Readonly<Record<string, string>>; readonly points: readonly Point[] };
const keyOf = (category = "", severity = "", source = ""): string => `${category}/${severity}/${source}`;

/** Where a category, severity and source has one kind only, all that was counted is of this kind. */
export function withExactCounts(
  groups: readonly ErrorGroup[],
  counted: readonly Counted[],
  courses: readonly Labelled[],
): ErrorGroup[] {
  const exact = new Map(counted.map((one) => [keyOf(one.category, one.severity, one.source), Math.round(one.count)]));
  const courseOf = new Map(
    courses.map(({ labels: { category, severity, source }, points }) => [keyOf(category, severity, source), points]),
  );
  const kinds = new Map<string, number>();
  const keysOf = ({ category, severity, sources }: ErrorGroup): string[] =>
    sources.map((source) => keyOf(category, severity, source));
  for (const key of groups.flatMap(keysOf)) kinds.set(key, (kinds.get(key) ?? 0) + 1);
  return groups.map((group) => {
    const [key = "", ...others] = keysOf(group);
    const count = exact.get(key);
    if (count === undefined || others.length > 0 || kinds.get(key) !== 1 || count < group.count) return group;
    const course = courseOf.get(key);
    return { ...group, count, isLeast: false, ...(course !== undefined && { course }) };
  });
}

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
  { sightings, course }: Pick<ErrorGroup, "sightings" | "course">,
  { startMs, endMs }: Range,
  bars: number,
  lookedFromMs: number,
): Trend {
  const barMs = (endMs - startMs) / bars;
  const counts = new Array<number>(bars).fill(0);
  const barOf = (timeMs: number): number => Math.floor((timeMs - startMs) / barMs);
  if (course === undefined) {
    for (const { timeMs } of sightings) {
      const at = barOf(timeMs);
      if (at >= 0 && at < bars) counts[at] = (counts[at] ?? 0) + 1;
    }
    return { counts, knownFrom: Math.max(0, Math.min(bars, barOf(lookedFromMs))) };
  }
  const rates = counts.map((): number[] => []);
  for (const { timeMs, value } of course) rates[Math.min(bars - 1, barOf(timeMs))]?.push(value);
  // A part between two points has what the one before it has.
  let rate = 0;
  for (const [at, here] of rates.entries()) {
    if (here.length > 0) rate = here.reduce((sum, one) => sum + one, 0) / here.length;
    counts[at] = (rate * barMs) / 60_000;
  }
  return { counts, knownFrom: 0 };
}
