import type { Trace, TraceSpan } from "../backends/index.ts";

/** The spans of a trace by their places. Neither a missing parent nor spans that are parents in a circle do it any harm. */
export type SpanForest = {
  /** In order of their start. */
  readonly spans: readonly TraceSpan[];
  readonly startMs: number;
  readonly endMs: number;
  /** The earliest one without a parent, else the earliest one whose parent is missing. Undefined only without spans. */
  readonly root: TraceSpan | undefined;
  readonly parentOf: (span: TraceSpan) => TraceSpan | undefined;
  /** In order of their start. */
  readonly childrenOf: (span: TraceSpan) => readonly TraceSpan[];
  /** From the parent up. */
  readonly ancestorsOf: (span: TraceSpan) => readonly TraceSpan[];
};

const NONE: readonly TraceSpan[] = [];

export const endOf = ({ startMs, durationMs }: TraceSpan): number => startMs + durationMs;

export function plantForest({ spans }: Trace): SpanForest {
  const byId = new Map<string, TraceSpan>();
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span);
  const parentOf = (span: TraceSpan): TraceSpan | undefined => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    return parent === span ? undefined : parent;
  };
  const children = new Map<TraceSpan, TraceSpan[]>();
  let endMs = spans[0]?.startMs ?? 0;
  for (const span of spans) {
    endMs = Math.max(endMs, endOf(span));
    const parent = parentOf(span);
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [span]);
    else siblings.push(span);
  }
  return {
    spans,
    startMs: spans[0]?.startMs ?? 0,
    endMs,
    root:
      spans.find(({ parentSpanId }) => parentSpanId === undefined) ??
      spans.find((span) => parentOf(span) === undefined) ??
      spans[0],
    parentOf,
    childrenOf: (span) => children.get(span) ?? NONE,
    ancestorsOf: (span) => {
      const above = new Set<TraceSpan>();
      for (let at = parentOf(span); at !== undefined && at !== span && !above.has(at); at = parentOf(at)) above.add(at);
      return [...above];
    },
  };
}

/** Finds the nearest span above one that meets the test. Remembers on the way: deep traces are asked for every span. */
export function nearestAbove(
  { parentOf }: SpanForest,
  test: (span: TraceSpan) => boolean,
): (span: TraceSpan) => TraceSpan | undefined {
  const known = new Map<TraceSpan, TraceSpan | undefined>();
  return (span) => {
    const path: TraceSpan[] = [];
    const walked = new Set<TraceSpan>();
    let found: TraceSpan | undefined;
    for (let at = span; ; ) {
      if (known.has(at)) {
        found = known.get(at);
        break;
      }
      path.push(at);
      walked.add(at);
      const parent = parentOf(at);
      if (parent === undefined || walked.has(parent)) break;
      if (test(parent)) {
        found = parent;
        break;
      }
      at = parent;
    }
    for (const one of path) known.set(one, found);
    return found;
  };
}
