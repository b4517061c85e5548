import type { LaidOutTrace, TraceRow } from "./layout.ts";
import type { SpanWhat } from "./span-kind.ts";

/** Rows as they stand below each other on the screen. */
export type ShownRows = {
  /** Indices of `trace.rows`. */
  readonly rows: Int32Array;
  /** Of each: how many of those above it are shown. */
  readonly depths: Int32Array;
  /** Where a row is shown; -1 where it is not. */
  readonly placeOf: (row: number) => number;
};

const OF_AGENTS: ReadonlySet<SpanWhat> = new Set(["agent", "workflow", "step", "model", "tool", "retrieval", "mcp"]);
/** What an agent does, and what went wrong; the rest is how its libraries go about it. */
export const isOfAgents = ({ what, isErrorOrigin, parent }: TraceRow): boolean =>
  OF_AGENTS.has(what) || isErrorOrigin || parent === -1;

export type Showing = {
  /** Ids of spans below which nothing is shown. */
  readonly collapsed: ReadonlySet<string>;
  readonly onlyAgents: boolean;
};

export function showRows({ rows }: LaidOutTrace, { collapsed, onlyAgents }: Showing): ShownRows {
  const shown = new Int32Array(rows.length);
  const depths = new Int32Array(rows.length);
  const places = new Int32Array(rows.length).fill(-1);
  const ends: number[] = [];
  let count = 0;
  for (let index = 0; index < rows.length; ) {
    const row = rows[index] as TraceRow;
    while (ends.length > 0 && (ends.at(-1) as number) <= index) ends.pop();
    const isShown = !onlyAgents || isOfAgents(row);
    if (isShown) {
      shown[count] = index;
      depths[count] = ends.length;
      places[index] = count;
      count += 1;
      ends.push(row.end);
    }
    index = isShown && collapsed.has(row.span.spanId) ? row.end : index + 1;
  }
  return { rows: shown.subarray(0, count), depths: depths.subarray(0, count), placeOf: (row) => places[row] ?? -1 };
}

/** The row that stands above it on the screen as its parent; -1 for none. */
export function shownParent({ rows }: LaidOutTrace, { placeOf }: ShownRows, row: number): number {
  for (let at = rows[row]?.parent ?? -1; at !== -1; at = rows[at]?.parent ?? -1) if (placeOf(at) !== -1) return at;
  return -1;
}

/** All that would have to be opened to see a row. */
export function ancestorIds({ rows }: LaidOutTrace, row: number): string[] {
  const ids: string[] = [];
  for (let at = rows[row]?.parent ?? -1; at !== -1; at = rows[at]?.parent ?? -1) ids.push(rows[at]?.span.spanId ?? "");
  return ids;
}

/** Spans to collapse so that nothing deeper is shown. */
export const collapsedBelow = ({ rows }: LaidOutTrace, depth: number): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => (row.depth >= depth && row.children.length > 0 ? [row.span.spanId] : [])));

export type Move = { readonly row?: number; readonly collapse?: string; readonly expand?: string };

/** What a key does to the row that one is at, as in a tree of files. Undefined for keys that mean nothing. */
export function moveBy(
  key: string,
  at: number,
  {
    trace,
    shown,
    collapsed,
    page,
  }: {
    readonly trace: LaidOutTrace;
    readonly shown: ShownRows;
    readonly collapsed: ReadonlySet<string>;
    readonly page: number;
  },
): Move | undefined {
  const place = shown.placeOf(at);
  const last = shown.rows.length - 1;
  const to = (next: number): Move => ({ row: shown.rows[Math.max(0, Math.min(last, next))] ?? 0 });
  const row = trace.rows[at];
  if (key === "ArrowDown" || key === "j") return to(place + 1);
  if (key === "ArrowUp" || key === "k") return to(place === -1 ? 0 : place - 1);
  if (key === "PageDown") return to(place + page);
  if (key === "PageUp") return to(place - page);
  if (key === "Home") return to(0);
  if (key === "End") return to(last);
  if (row === undefined) return undefined;
  const { spanId } = row.span;
  if (key === "ArrowRight") {
    if (row.children.length === 0) return {};
    if (collapsed.has(spanId)) return { expand: spanId };
    const next = shown.rows[place + 1];
    return next !== undefined && next < row.end ? { row: next } : {};
  }
  if (key === "ArrowLeft") {
    const isOpen = row.children.length > 0 && !collapsed.has(spanId) && (shown.rows[place + 1] ?? row.end) < row.end;
    if (isOpen) return { collapse: spanId };
    const parent = shownParent(trace, shown, at);
    return parent === -1 ? {} : { row: parent };
  }
  return undefined;
}

/** Rows that have the text anywhere: names, ids, attributes, messages, events; whatever the case. */
export function findRows({ rows }: LaidOutTrace, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const has = (value: unknown): boolean => String(value).toLowerCase().includes(wanted);
  return rows.flatMap(({ index, span }) =>
    has(span.name) ||
    has(span.service) ||
    span.spanId === wanted ||
    (span.statusMessage !== "" && has(span.statusMessage)) ||
    hasIn(span.attributes, has) ||
    span.events.some(({ name, attributes }) => has(name) || hasIn(attributes, has))
      ? [index]
      : [],
  );
}

function hasIn(attributes: Readonly<Record<string, unknown>>, has: (value: unknown) => boolean): boolean {
  for (const name in attributes) if (has(attributes[name])) return true;
  return false;
}

/** The next of some rows after (or before) the one that one is at, around the end. */
export function nextOf(rows: readonly number[], at: number, step: 1 | -1): number | undefined {
  if (rows.length === 0) return undefined;
  return step === 1 ? (rows.find((row) => row > at) ?? rows[0]) : (rows.findLast((row) => row < at) ?? rows.at(-1));
}
