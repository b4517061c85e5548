import { createLabels, type Labels, type LogDirection, type LogLine } from "../signals/index.ts";
import type { Row, Statement } from "./connection.ts";
import type { DayReader } from "./day-reader.ts";
import { idBytesOf } from "./ids.ts";
import { mergeOrdered } from "./merge.ts";

export type LineRange = {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly direction: LogDirection;
  readonly traceId?: string;
};

/** A line with its place in the file: nanosecond of the day, then number in that nanosecond. */
export type PlacedLine = LogLine & { readonly offsetNs: number; readonly number: number };

const NS_PER_DAY = 86_400_000_000_000n;
/** Up to so many streams are read one by one, each through its index; more are picked out of all lines. */
const MOST_STREAMS_BY_INDEX = 32;
const FIRST_PAGE_ROWS = 32;
const MOST_PAGE_ROWS = 1024;

const NO_LABELS: Labels = createLabels([]);

/** First and last lines.id that a range may have. */
type Bounds = { readonly first: number; readonly end: number };

/** The part of a time that lies in a day, in nanoseconds of that day; undefined where there is none. */
export function boundsOf(day: DayReader, startNs: bigint, endNs: bigint): Bounds | undefined {
  const start = startNs > day.dayStartNs ? startNs - day.dayStartNs : 0n;
  const end = endNs - day.dayStartNs;
  if (start >= NS_PER_DAY || end <= start) return undefined;
  return { first: Number(start), end: Number(end < NS_PER_DAY ? end : NS_PER_DAY) };
}

/** Damaged metadata is none: who reads it is in the middle of a query of his own, and the line may still be good. */
function parseMetadata(text: string): Labels {
  try {
    return createLabels(Object.entries(JSON.parse(text) as Labels));
  } catch {
    return NO_LABELS;
  }
}

function lineOf(day: DayReader, streams: ReadonlyMap<number, Labels>, row: Row): PlacedLine {
  const [offset, number, stream, metadata, line] = row;
  let parsed: Labels | undefined;
  return {
    stream: streams.get(Number(stream)) ?? NO_LABELS,
    timeNs: day.dayStartNs + BigInt(offset as number),
    line: String(line),
    // Most queries look at the line alone.
    get metadata(): Labels {
      parsed ??= metadata === null ? NO_LABELS : parseMetadata(String(metadata));
      return parsed;
    },
    offsetNs: offset as number,
    number: number as number,
  };
}

const COLUMNS = "id >> 16, id & 65535, stream, metadata, line";

/**
 * Lines of the given streams in one file, in order. Read page by page: a statement that is not left open can be used by several of these at once,
 * and what the caller does between two lines cannot disturb it.
 */
function* readPages(
  day: DayReader,
  streams: ReadonlyMap<number, Labels>,
  bounds: Bounds,
  direction: LogDirection,
  where: string,
  parameters: readonly (string | number | Uint8Array)[],
): Generator<PlacedLine> {
  const isForward = direction === "forward";
  // Both ends as nanosecond and number; each page moves the one that it came from.
  const statement: Statement = day.connection.prepare(
    `SELECT ${COLUMNS} FROM lines WHERE ${where} id >= ((? << 16) | ?) AND id < ((? << 16) | ?)
    ORDER BY id ${isForward ? "ASC" : "DESC"} LIMIT ?`,
  );
  let [first, firstNumber, end, endNumber] = [bounds.first, 0, bounds.end, 0];
  for (let rows = FIRST_PAGE_ROWS; ; rows = Math.min(MOST_PAGE_ROWS, rows * 2)) {
    const page = statement.all(...parameters, first, firstNumber, end, endNumber, rows);
    for (const row of page) {
      if (streams.has(Number(row[2]))) yield lineOf(day, streams, row);
    }
    if (page.length < rows) return;
    const [offset, number] = page.at(-1) as readonly [number, number, ...unknown[]];
    if (!isForward) [end, endNumber] = [offset, number];
    else if (number < 65_535) [first, firstNumber] = [offset, number + 1];
    else [first, firstNumber] = [offset + 1, 0];
  }
}

/** Lines of one file that match, in order of time, then of arrival; backward is exactly the other way round. */
export function readLines(day: DayReader, ids: Uint32Array, range: LineRange): Iterable<PlacedLine> {
  const bounds = boundsOf(day, range.startNs, range.endNs);
  if (bounds === undefined || ids.length === 0) return [];
  const sets = day.streams.load(ids);
  const streams = new Map(sets.map(({ labels }, index) => [ids[index] as number, labels] as const));
  const { direction, traceId } = range;
  if (traceId !== undefined)
    return readPages(day, streams, bounds, direction, "trace_id = ? AND", [idBytesOf(traceId)]);
  if (ids.length > MOST_STREAMS_BY_INDEX) {
    if (ids.length === day.streams.count()) return readPages(day, streams, bounds, direction, "", []);
    const wanted = JSON.stringify(Array.from(ids));
    return readPages(day, streams, bounds, direction, "+stream IN (SELECT value FROM json_each(?)) AND", [wanted]);
  }
  const sequences = Array.from(ids, (id) => readPages(day, streams, bounds, direction, "stream = ? AND", [id]));
  return mergeOrdered(sequences, isBefore(direction));
}

const compare = (left: PlacedLine, right: PlacedLine): number =>
  left.offsetNs - right.offsetNs || left.number - right.number;

const isBefore =
  (direction: LogDirection) =>
  (left: PlacedLine, right: PlacedLine): boolean =>
    direction === "forward" ? compare(left, right) < 0 : compare(left, right) > 0;

/** For lines of several parts of a day, where numbers mean nothing across them: by time alone. */
export const isBeforeInTime =
  (direction: LogDirection) =>
  (left: PlacedLine, right: PlacedLine): boolean =>
    direction === "forward" ? left.offsetNs < right.offsetNs : left.offsetNs > right.offsetNs;

/** Lines and their bytes of the given streams within a time. */
export function countLines(
  day: DayReader,
  ids: Uint32Array,
  startNs: bigint,
  endNs: bigint,
): { streams: number; entries: number; bytes: number } {
  const total = { streams: 0, entries: 0, bytes: 0 };
  const bounds = boundsOf(day, startNs, endNs);
  if (bounds === undefined) return total;
  const count = day.connection.prepare(
    "SELECT count(*), sum(bytes) FROM lines WHERE stream = ? AND id >= (? << 16) AND id < (? << 16)",
  );
  for (const id of ids) {
    const [entries = 0, bytes = 0] = (count.get(id, bounds.first, bounds.end) ?? []).map(Number);
    if (entries === 0) continue;
    total.streams += 1;
    total.entries += entries;
    total.bytes += bytes;
  }
  return total;
}

/** Those of the given streams that have a line within a time. */
export function streamsWithLines(day: DayReader, ids: Uint32Array, startNs: bigint, endNs: bigint): Uint32Array {
  const bounds = boundsOf(day, startNs, endNs);
  if (bounds === undefined) return new Uint32Array(0);
  const find = day.connection.prepare(
    "SELECT 1 FROM lines WHERE stream = ? AND id >= (? << 16) AND id < (? << 16) LIMIT 1",
  );
  return ids.filter((id) => find.get(id, bounds.first, bounds.end) !== undefined);
}
