import { ATTR } from "../../../src/model/index.ts";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import { edgeId, type GraphEdge, type GraphNode } from "../graph/graph.ts";
import type { LaidOutTrace, TraceRow } from "./layout.ts";
import { type SpanWhat, textOf } from "./span-kind.ts";

/** Who called whom in a trace: agents, tools, models and what else has a name, each once, with all its calls together. Pure. */

export type GraphKind = "start" | "agent" | "workflow" | "step" | "model" | "tool" | "retrieval" | "mcp" | "service";

/** Calls of one by another, or all of one. */
export type Calls = {
  /** Indices of rows, in order of their place in the trace. */
  readonly rows: readonly number[];
  readonly errors: number;
  readonly totalMs: number;
  readonly mostMs: number;
  readonly costUsd: number | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
};
export type Participant = Calls & { readonly id: string; readonly kind: GraphKind; readonly name: string };
export type Connection = Calls & {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** One agent gave the conversation to another, instead of asking it. */
  readonly isHandoff: boolean;
};
export type AgentGraph = { readonly participants: readonly Participant[]; readonly connections: readonly Connection[] };

const KIND_OF: { readonly [What in SpanWhat]?: GraphKind } = {
  agent: "agent",
  workflow: "workflow",
  step: "step",
  model: "model",
  tool: "tool",
  retrieval: "retrieval",
  mcp: "mcp",
  database: "service",
};
export const KIND_TITLES: Readonly<Record<GraphKind, string>> = {
  start: "Program",
  agent: "Agents",
  workflow: "Workflows",
  step: "Steps",
  model: "Models",
  tool: "Tools",
  retrieval: "Retrieval",
  mcp: "MCP",
  service: "Databases",
};
/** What is shown unless somebody asks for more. */
export const SHOWN_KINDS: readonly GraphKind[] = [
  "start",
  "agent",
  "workflow",
  "step",
  "model",
  "tool",
  "retrieval",
  "mcp",
];

function nameOf(row: TraceRow, kind: GraphKind): string {
  const { span } = row;
  const named: Readonly<Record<GraphKind, readonly string[]>> = {
    start: [],
    agent: [ATTR.agentName],
    workflow: [ATTR.workflowName],
    step: [ATTR.nodeName],
    model: [ATTR.requestModel, ATTR.responseModel],
    tool: [ATTR.toolName],
    retrieval: [ATTR.dataSourceId, ATTR.dbCollection, ATTR.dbSystem],
    mcp: [ATTR.toolName, ATTR.promptName, ATTR.mcpMethod],
    service: [ATTR.dbSystem, ATTR.dbSystemBefore],
  };
  for (const attribute of named[kind]) {
    const name = textOf(span, attribute);
    if (name !== undefined) return name;
  }
  return span.name;
}

type Adding = { -readonly [K in keyof Calls]: Calls[K] } & { rows: number[] };
const none = (): Adding => ({
  rows: [],
  errors: 0,
  totalMs: 0,
  mostMs: 0,
  costUsd: undefined,
  inputTokens: 0,
  outputTokens: 0,
});

/** `spent` with all below it: what an edge cost is what was asked for through it. What is inside of another of these calls is spent by that one. */
function add(calls: Adding, row: TraceRow, isInside = false): void {
  const durationMs = row.endMs - row.startMs;
  calls.rows.push(row.index);
  if (row.isFailed) calls.errors += 1;
  calls.totalMs += durationMs;
  calls.mostMs = Math.max(calls.mostMs, durationMs);
  if (isInside) return;
  if (row.total.costUsd !== undefined) calls.costUsd = Number(((calls.costUsd ?? 0) + row.total.costUsd).toFixed(10));
  calls.inputTokens += row.total.inputTokens;
  calls.outputTokens += row.total.outputTokens;
}

const idOf = (kind: GraphKind, name: string): string => `${kind}:${name}`;

/** Agent runs that another agent handed over to: by row, who it was. */
function findHandoffs(trace: LaidOutTrace): {
  readonly fromOf: ReadonlyMap<number, string>;
  /** Handoffs of which no run is there: whoever was to take over never began. */
  readonly unanswered: readonly { readonly row: TraceRow; readonly from: string; readonly to: string }[];
  readonly rows: ReadonlySet<number>;
} {
  const fromOf = new Map<number, string>();
  const unanswered: { row: TraceRow; from: string; to: string }[] = [];
  const rows = new Set<number>();
  const runs = new Map<string, TraceRow[]>();
  for (const row of trace.rows) {
    const name = row.what === "agent" ? textOf(row.span, ATTR.agentName) : undefined;
    if (name === undefined) continue;
    const known = runs.get(name);
    if (known === undefined) runs.set(name, [row]);
    else known.push(row);
    const from = textOf(row.span, ATTR.handoffFrom);
    if (from !== undefined && from !== name) fromOf.set(row.index, from);
  }
  for (const list of runs.values()) list.sort((a, b) => a.startMs - b.startMs);
  for (const row of trace.rows) {
    const to = textOf(row.span, ATTR.handoffTo);
    if (to === undefined || row.what === "agent") continue;
    rows.add(row.index);
    const from = textOf(row.span, ATTR.handoffFrom) ?? textOf(row.span, ATTR.agentName);
    if (from === undefined || from === to) continue;
    const candidates = (runs.get(to) ?? []).filter((run) => run.startMs >= row.startMs);
    const run =
      candidates.find(({ index }) => fromOf.get(index) === from) ?? candidates.find(({ index }) => !fromOf.has(index));
    if (run === undefined) unanswered.push({ row, from, to });
    else fromOf.set(run.index, from);
  }
  return { fromOf, unanswered, rows };
}

/** A call that two saw, one below the other, is one: a wrapper and the library, the client and the server of MCP. */
const isSeenTwice = ({ span }: TraceRow, { span: above }: TraceRow): boolean =>
  span.scope.name !== above.scope.name ||
  span.service !== above.service ||
  span.attributes[ATTR.mcpMethod] !== undefined;

/** The kinds that a trace has something of. */
export function kindsIn(trace: LaidOutTrace): readonly GraphKind[] {
  const found = new Set(trace.rows.map(({ what }) => KIND_OF[what]));
  return (Object.keys(KIND_TITLES) as GraphKind[]).filter((kind) => found.has(kind));
}

/**
 * Each span of a kind that is shown is a call of its participant, by that of the nearest span above that has one; where an agent handed over,
 * by that agent. What stands above all others is the program.
 */
export function readGraph(trace: LaidOutTrace, kinds: ReadonlySet<GraphKind>): AgentGraph {
  const participants = new Map<string, Adding & { id: string; kind: GraphKind; name: string }>();
  const connections = new Map<string, Adding & { id: string; from: string; to: string; isHandoff: boolean }>();
  const programName = trace.summary.service === "" ? "program" : trace.summary.service;
  const program = idOf("start", programName);
  const participant = (kind: GraphKind, name: string): Adding & { id: string } => {
    const id = idOf(kind, name);
    let known = participants.get(id);
    if (known === undefined) {
      known = { ...none(), id, kind, name };
      participants.set(id, known);
    }
    return known;
  };
  const connect = (from: string, to: string, isHandoff: boolean, row: TraceRow): void => {
    const key = `${isHandoff ? "⇢" : "→"}${from}\n${to}`;
    let known = connections.get(key);
    if (known === undefined) {
      known = { ...none(), id: edgeId({ from, to, isDashed: isHandoff }), from, to, isHandoff };
      connections.set(key, known);
    }
    add(known, row, isInside(key, row));
  };
  /** Participants and connections of the rows above, and where what is below them ends. */
  const above: { readonly key: string; readonly end: number }[] = [];
  const inside = new Map<string, number>();
  /** Whether a call of the same stands above this one. Rows come depth first. */
  const isInside = (key: string, { index, end }: TraceRow): boolean => {
    for (let last = above.at(-1); last !== undefined && last.end <= index; last = above.at(-1)) {
      above.pop();
      inside.set(last.key, (inside.get(last.key) ?? 1) - 1);
    }
    const count = inside.get(key) ?? 0;
    inside.set(key, count + 1);
    above.push({ key, end });
    return count > 0;
  };
  const withAgents = kinds.has("agent");
  const { fromOf, unanswered, rows: handing } = findHandoffs(trace);
  /** Of each row: whose it is, and the row that made it so. */
  const owners: { readonly id: string; readonly row: TraceRow | undefined }[] = [];
  for (const row of trace.rows) {
    const owner = owners[row.parent] ?? { id: program, row: undefined };
    const kind = KIND_OF[row.what];
    if (kind === undefined || !kinds.has(kind) || (withAgents && handing.has(row.index))) {
      owners.push(owner);
      continue;
    }
    const name = nameOf(row, kind);
    const id = idOf(kind, name);
    if (owner.id === id && owner.row !== undefined && isSeenTwice(row, owner.row)) {
      owners.push(owner);
      continue;
    }
    owners.push({ id, row });
    add(participant(kind, name), row, isInside(id, row));
    const from = kind === "agent" ? fromOf.get(row.index) : undefined;
    if (from === undefined) connect(owner.id, id, false, row);
    else connect(participant("agent", from).id, id, true, row);
  }
  if (withAgents)
    for (const { row, from, to } of unanswered)
      connect(participant("agent", from).id, participant("agent", to).id, true, row);
  const first = trace.rows[trace.roots[0] ?? 0];
  if (first !== undefined && [...connections.values()].some(({ from }) => from === program)) {
    const isTold = owners[first.index]?.row === first && trace.roots.length === 1;
    // A run that begins with an agent needs no program before it.
    if (isTold) for (const [id, { from }] of [...connections]) from === program && connections.delete(id);
    else add(participant("start", programName) as Adding, first);
  }
  const order = Object.keys(KIND_TITLES) as GraphKind[];
  return {
    participants: [...participants.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    connections: [...connections.values()],
  };
}

/** Of a graph that nobody could read, nor a browser draw in time, those who failed and were called the most. */
export function mostTelling(graph: AgentGraph, most: number): AgentGraph {
  const { participants, connections } = graph;
  if (participants.length <= most) return graph;
  const sorted = participants.toSorted(
    (a, b) => b.errors - a.errors || b.rows.length - a.rows.length || b.totalMs - a.totalMs,
  );
  const kept = new Set(sorted.slice(0, most).map(({ id }) => id));
  return {
    participants: participants.filter(({ id }) => kept.has(id)),
    connections: connections.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

const times = (count: number): string => `${formatCount(count)}×`;
export const meanMs = ({ rows, totalMs }: Calls): number => (rows.length === 0 ? 0 : totalMs / rows.length);

const SERIES: Readonly<Record<GraphKind, number | undefined>> = {
  start: undefined,
  workflow: 3,
  step: 3,
  agent: 1,
  model: 6,
  tool: 2,
  retrieval: 7,
  mcp: 5,
  service: 8,
};
const ONE_OF: Readonly<Record<GraphKind, string>> = {
  start: "program",
  workflow: "workflow",
  step: "step",
  agent: "agent",
  model: "model",
  tool: "tool",
  retrieval: "retrieval",
  mcp: "MCP",
  service: "database",
};

export const drawParticipant = (one: Participant): GraphNode => {
  const { id, name, kind, rows, errors, costUsd } = one;
  const series = SERIES[kind];
  return {
    id,
    title: name,
    subtitle: `${ONE_OF[kind]}${errors > 0 ? ` · ${errors} failed` : ""}`,
    stats: [
      ...(kind === "start" ? [] : [times(rows.length)]),
      ...(rows.length === 0 ? [] : [formatMs(kind === "start" ? one.totalMs : meanMs(one))]),
      ...(costUsd === undefined ? [] : [formatUsd(costUsd)]),
    ],
    ...(series !== undefined && { series }),
    ...(errors > 0 && {
      isBad: true,
      share: [
        { part: errors / Math.max(1, rows.length), tone: "bad" as const, label: `${errors} of ${rows.length} failed` },
      ],
    }),
  };
};

export const drawConnection = (one: Connection): GraphEdge => {
  const { from, to, isHandoff, rows, errors, costUsd } = one;
  return {
    from,
    to,
    isDashed: isHandoff,
    isBad: errors > 0,
    stats: [
      `${isHandoff ? "handoff " : ""}${times(rows.length)}${errors > 0 ? ` · ${errors} ✕` : ""}`,
      ...(isHandoff ? [] : [`⌀ ${formatMs(meanMs(one))}`]),
      ...(costUsd === undefined || isHandoff ? [] : [formatUsd(costUsd)]),
    ],
  };
};
