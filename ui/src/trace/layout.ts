import { summarizeTrace, type Trace, type TraceSpan, type TraceSummary } from "../../../src/backends/index.ts";
import { type CriticalSegment, findCriticalPath } from "./critical-path.ts";
import { type SpanState, type SpanWhat, stateOf, whatIs } from "./span-kind.ts";
import { addSpent, NOTHING_SPENT, type Spent, spentBy } from "./spent.ts";

/** A span at its place in the trace. Times are milliseconds from the start of the trace. */
export type TraceRow = {
  /** Its place in `rows`, which is depth first: all that is below it stands in `rows[index + 1]` to `rows[end - 1]`. */
  readonly index: number;
  readonly end: number;
  readonly span: TraceSpan;
  /** 0 for a root. */
  readonly depth: number;
  /** Index of the row above; -1 for a root. */
  readonly parent: number;
  /** Indices, in order of their start. */
  readonly children: readonly number[];
  readonly startMs: number;
  readonly endMs: number;
  /** In which none of its children was at work. */
  readonly selfMs: number;
  /** How long the critical path was in this span itself; 0 where it never was. */
  readonly criticalMs: number;
  readonly what: SpanWhat;
  /** Of a run that is going on, `endMs` is when it was asked for: its end is open. */
  readonly state: SpanState;
  readonly isFailed: boolean;
  /** It failed, and none of its children did: here the error began. */
  readonly isErrorOrigin: boolean;
  /** Error origins here and below. */
  readonly errors: number;
  /** By this span itself, and by it with all below it. */
  readonly own: Spent;
  readonly total: Spent;
  /** Its parent is named but not in the trace: not arrived, lost, or still going on. */
  readonly isOrphan: boolean;
  /** How much earlier than its parent it began, which only clocks that differ can explain. */
  readonly skewMs: number;
};

/** A service with the clock of another. */
export type ClockSkew = {
  readonly service: string;
  readonly parentService: string;
  readonly spans: number;
  readonly mostMs: number;
};

export type LaidOutTrace = {
  readonly traceId: string;
  readonly trace: Trace;
  readonly summary: TraceSummary;
  /** Since 1970. */
  readonly startMs: number;
  /** At least 0.001, so that it can be divided by. */
  readonly durationMs: number;
  readonly rows: readonly TraceRow[];
  readonly roots: readonly number[];
  /** Where two spans share an id, the earlier one. */
  readonly rowOf: (spanId: string) => TraceRow | undefined;
  /** In order of time. */
  readonly criticalPath: readonly CriticalSegment[];
  readonly total: Spent;
  /** In order of their first span; the place is the number of the color. */
  readonly services: readonly string[];
  readonly skews: readonly ClockSkew[];
  readonly orphans: number;
};

/** Times come in whole microseconds, and clocks of one machine are read with milliseconds by some. */
const SKEW_TOLERANCE_MS = 1;
const micro = (ms: number): number => Math.round(ms * 1000) / 1000;

type Node = { readonly span: TraceSpan; readonly children: Node[]; parent: Node | undefined; index: number };

/** Roots with all others below them. What is a parent in a circle is cut loose where the circle begins. */
function plant(spans: readonly TraceSpan[]): Node[] {
  const nodes = spans.map((span): Node => ({ span, children: [], parent: undefined, index: -1 }));
  const byId = new Map<string, Node>();
  for (const node of nodes) if (!byId.has(node.span.spanId)) byId.set(node.span.spanId, node);
  for (const node of nodes) {
    const { parentSpanId } = node.span;
    const parent = parentSpanId === undefined ? undefined : byId.get(parentSpanId);
    if (parent !== undefined && parent !== node) node.parent = parent;
  }
  const isRooted = new Set<Node>();
  for (const node of nodes) {
    // Most parents begin before their children, so that they have been here.
    if (node.parent === undefined || isRooted.has(node.parent)) {
      isRooted.add(node);
      continue;
    }
    const path = new Set<Node>();
    let at: Node | undefined = node;
    while (at !== undefined && !isRooted.has(at)) {
      if (path.has(at)) {
        at.parent = undefined;
        break;
      }
      path.add(at);
      at = at.parent;
    }
    for (const one of path) isRooted.add(one);
  }
  for (const node of nodes) node.parent?.children.push(node);
  return nodes.filter(({ parent }) => parent === undefined);
}

/** Time of the span that no child covers. Children are in order of their start. */
function selfTime(startMs: number, endMs: number, children: readonly { startMs: number; endMs: number }[]): number {
  let covered = 0;
  let until = startMs;
  for (const child of children) {
    const from = Math.max(child.startMs, until);
    const to = Math.min(child.endMs, endMs);
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return micro(Math.max(0, endMs - startMs - covered));
}

type Draft = { -readonly [K in keyof TraceRow]: TraceRow[K] } & { children: number[] };

function draftRows(roots: readonly Node[], traceStartMs: number): Draft[] {
  const rows: Draft[] = [];
  const open = roots.toReversed();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { span, parent } = node;
    const index = rows.length;
    node.index = index;
    const above = parent === undefined ? undefined : rows[parent.index];
    above?.children.push(index);
    const startMs = micro(span.startMs - traceStartMs);
    const early = above === undefined ? 0 : micro(above.startMs - startMs);
    const own = spentBy(span);
    rows.push({
      index,
      end: index + 1,
      span,
      depth: above === undefined ? 0 : above.depth + 1,
      parent: above?.index ?? -1,
      children: [],
      startMs,
      endMs: micro(startMs + Math.max(0, span.durationMs)),
      selfMs: 0,
      criticalMs: 0,
      what: whatIs(span),
      state: stateOf(span),
      isFailed: span.status === "error",
      isErrorOrigin: span.status === "error",
      errors: 0,
      own,
      total: own,
      isOrphan: above === undefined && span.parentSpanId !== undefined,
      skewMs: early > SKEW_TOLERANCE_MS ? early : 0,
    });
    for (let at = node.children.length - 1; at >= 0; at--) open.push(node.children[at] as Node);
  }
  return rows;
}

/** From the leaves up: what the rows below add to those above. */
function sumUp(rows: readonly Draft[]): void {
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index] as Draft;
    row.selfMs = selfTime(
      row.startMs,
      row.endMs,
      row.children.map((child) => rows[child] as Draft),
    );
    if (row.isErrorOrigin) row.errors += 1;
    const above = rows[row.parent];
    if (above === undefined) continue;
    above.end = Math.max(above.end, row.end);
    above.errors += row.errors;
    above.total = addSpent(above.total, row.total);
    if (row.isFailed) above.isErrorOrigin = false;
  }
}

function findSkews(rows: readonly TraceRow[]): ClockSkew[] {
  const found = new Map<string, ClockSkew>();
  for (const { skewMs, span, parent } of rows) {
    if (skewMs === 0) continue;
    const { service } = span;
    const parentService = rows[parent]?.span.service ?? "";
    const key = JSON.stringify([parentService, service]);
    const before = found.get(key) ?? { service, parentService, spans: 0, mostMs: 0 };
    found.set(key, { ...before, spans: before.spans + 1, mostMs: Math.max(before.mostMs, skewMs) });
  }
  return [...found.values()].sort((a, b) => b.mostMs - a.mostMs);
}

/** A trace laid out: pure, and in time that grows with the number of spans. Neither missing parents nor circles do it any harm. */
export function layOutTrace(trace: Trace): LaidOutTrace {
  const summary = summarizeTrace(trace);
  const rows = draftRows(plant(trace.spans), summary.startMs);
  sumUp(rows);
  const roots = rows.flatMap(({ index, parent }) => (parent === -1 ? [index] : []));
  const criticalPath = findCriticalPath(rows, roots);
  for (const { row: at, startMs, endMs } of criticalPath) {
    const row = rows[at] as Draft;
    row.criticalMs = micro(row.criticalMs + endMs - startMs);
  }
  const byId = new Map<string, TraceRow>();
  for (const row of rows) {
    const before = byId.get(row.span.spanId);
    if (before === undefined || row.span.startMs < before.span.startMs) byId.set(row.span.spanId, row);
  }
  return {
    traceId: trace.traceId,
    trace,
    summary,
    startMs: summary.startMs,
    durationMs: Math.max(summary.durationMs, 0.001),
    rows,
    roots,
    rowOf: (spanId) => byId.get(spanId),
    criticalPath,
    total: roots.reduce((sum, root) => addSpent(sum, rows[root]?.total ?? NOTHING_SPENT), NOTHING_SPENT),
    services: summary.services,
    skews: findSkews(rows),
    orphans: rows.filter(({ isOrphan }) => isOrphan).length,
  };
}
