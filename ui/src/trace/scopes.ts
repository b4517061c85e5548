import { ATTR } from "../../../src/model/index.ts";
import type { LaidOutTrace, TraceRow } from "./layout.ts";
import { textOf } from "./span-kind.ts";

/** An agent or a tool with what was called in it; the outermost is the program. Conversations are those of a scope. */
export type Scope = {
  readonly kind: "program" | "agent" | "tool";
  readonly name: string;
  /** Undefined for the program. */
  readonly row: TraceRow | undefined;
  /** Calls of models and retrievals in it and in no scope inside, by start. */
  readonly calls: readonly TraceRow[];
  /** By start. */
  readonly inner: readonly Scope[];
  /** There was talk with a model here or inside: what else has none is told in a line. */
  readonly hasTalk: boolean;
};

type Draft = { -readonly [K in keyof Scope]: Scope[K] } & { calls: TraceRow[]; inner: Draft[] };

/** Operations of models that are no talk. */
const SILENT: ReadonlySet<string> = new Set(["embeddings", "rerank", "moderation"]);
export const isTalk = ({ what, span }: TraceRow): boolean =>
  what === "model" && !SILENT.has(String(span.attributes[ATTR.operation]));

/** Two that saw the same, one below the other: an adapter and a wrapper, the client and the server of MCP. */
function isSame(row: TraceRow, kind: Scope["kind"], name: string, above: Draft): boolean {
  return (
    above.kind === kind &&
    above.name === name &&
    (above.row?.span.scope.name !== row.span.scope.name ||
      above.row.span.service !== row.span.service ||
      row.span.attributes[ATTR.mcpMethod] !== undefined)
  );
}

function scopeOf(row: TraceRow): { kind: "agent" | "tool"; name: string } | undefined {
  const { what, span } = row;
  if (what === "agent") return { kind: "agent", name: textOf(span, ATTR.agentName) ?? span.name };
  return what === "tool" ? { kind: "tool", name: textOf(span, ATTR.toolName) ?? span.name } : undefined;
}

export function findScopes(trace: LaidOutTrace): Scope {
  const program: Draft = {
    kind: "program",
    name: trace.summary.service,
    row: undefined,
    calls: [],
    inner: [],
    hasTalk: false,
  };
  const scopes: Draft[] = [];
  const all = [program];
  for (const row of trace.rows) {
    const above = scopes[row.parent] ?? program;
    const own = scopeOf(row);
    if (own === undefined || isSame(row, own.kind, own.name, above)) {
      scopes.push(above);
      if (row.what === "model" || row.what === "retrieval") above.calls.push(row);
      if (isTalk(row)) above.hasTalk = true;
      continue;
    }
    const scope: Draft = { ...own, row, calls: [], inner: [], hasTalk: own.kind === "agent" };
    above.inner.push(scope);
    scopes.push(scope);
    all.push(scope);
  }
  for (const scope of all.toReversed()) {
    scope.calls.sort((a, b) => a.startMs - b.startMs);
    scope.inner.sort((a, b) => (a.row?.startMs ?? 0) - (b.row?.startMs ?? 0));
    if (scope.inner.some(({ hasTalk }) => hasTalk)) scope.hasTalk = true;
  }
  return program;
}
