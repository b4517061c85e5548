import type { Span } from "../signals/index.ts";

/** The agent and the workflow that a span works for: its own, else that of the nearest ancestor. */
export type Lineage = { readonly agent: string | undefined; readonly workflow: string | undefined };

export type TraceHold = {
  readonly add: (span: Span, nowMs: number) => void;
  /** Lets go of the traces whose root has come, and of those that were held long enough. */
  readonly release: (nowMs: number) => void;
};

export type TraceHoldOptions = {
  readonly nameOf: (span: Span) => Lineage;
  readonly onRelease: (span: Span, lineage: Lineage) => void;
};

/** Longer than the usual pause between two exports of a program (5 s): children leave with an earlier one than their parents. */
const HOLD_MS = 10_000;
const MAX_SPANS = 20_000;

type Held = { readonly sinceMs: number; readonly spans: Map<string, Span>; complete: boolean };

/**
 * Children end, and arrive, before the agent that they work for. So spans wait here for their root, or for a while, until they are told
 * with their lineage. When too many wait, the oldest go first.
 */
export function createTraceHold({ nameOf, onRelease }: TraceHoldOptions): TraceHold {
  // In order of their first span.
  const traces = new Map<string, Held>();
  let count = 0;

  const letGo = (traceId: string, { spans }: Held): void => {
    traces.delete(traceId);
    count -= spans.size;
    const known = new Map<string, Lineage>();
    const lineageOf = (span: Span): Lineage => {
      const path: Span[] = [];
      // A span that is its own ancestor ends the walk at the second visit.
      const visited = new Set<string>();
      let current: Span | undefined = span;
      while (current !== undefined && !known.has(current.spanId) && !visited.has(current.spanId)) {
        visited.add(current.spanId);
        path.push(current);
        current = spans.get(current.parentSpanId);
      }
      let lineage: Lineage = known.get(current?.spanId ?? "") ?? { agent: undefined, workflow: undefined };
      for (const one of path.reverse()) {
        const own = nameOf(one);
        lineage = { agent: own.agent ?? lineage.agent, workflow: own.workflow ?? lineage.workflow };
        known.set(one.spanId, lineage);
      }
      return lineage;
    };
    for (const span of spans.values()) onRelease(span, lineageOf(span));
  };

  return {
    add: (span, nowMs) => {
      let held = traces.get(span.traceId);
      if (held === undefined) {
        held = { sinceMs: nowMs, spans: new Map(), complete: false };
        traces.set(span.traceId, held);
      }
      // The same span again is a repeated delivery.
      if (!held.spans.has(span.spanId)) count += 1;
      held.spans.set(span.spanId, span);
      if (span.parentSpanId === "") held.complete = true;
      for (const [traceId, oldest] of traces) {
        if (count <= MAX_SPANS) break;
        letGo(traceId, oldest);
      }
    },
    release: (nowMs) => {
      for (const [traceId, held] of [...traces]) {
        if (held.complete || nowMs - held.sinceMs >= HOLD_MS) letGo(traceId, held);
      }
    },
  };
}
