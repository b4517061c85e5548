/** What the critical path is found in: offsets from the start of the trace, with the indices of children. */
export type Interval = { readonly startMs: number; readonly endMs: number; readonly children: readonly number[] };

/** A stretch of the critical path, in which everything waited for this row itself. */
export type CriticalSegment = { readonly row: number; readonly startMs: number; readonly endMs: number };

/** Jaeger tells microseconds: two that are closer follow each other. */
const SAME_MS = 0.0005;

type Walk = { readonly row: number; readonly fromMs: number; readonly untilMs: number };

/**
 * The chain of work that decided how long the whole took, in order of time: going back from the end, always the child that ended last before
 * what follows began. What a child did after its parent had ended held nobody up. Several roots are taken as children of one that lasts as
 * long as they do.
 */
export function findCriticalPath(rows: readonly Interval[], roots: readonly number[]): CriticalSegment[] {
  const segments: CriticalSegment[] = [];
  const open: Walk[] = [];

  /** Goes back over the children that end in the window; `own` is what remains of it. */
  const walk = (children: readonly number[], fromMs: number, untilMs: number, row: number): void => {
    const ends = (index: number): number => Math.min(rows[index]?.endMs ?? 0, untilMs);
    const starts = (index: number): number => rows[index]?.startMs ?? 0;
    const order = [...children].sort((a, b) => ends(b) - ends(a) || starts(b) - starts(a));
    let cursor = untilMs;
    const own = (startMs: number, endMs: number): void => {
      if (row >= 0 && endMs - startMs > SAME_MS) segments.push({ row, startMs, endMs });
    };
    for (const child of order) {
      const startMs = Math.max(starts(child), fromMs);
      const endMs = ends(child);
      if (endMs > cursor + SAME_MS || startMs >= cursor || endMs <= startMs) continue;
      own(endMs, cursor);
      open.push({ row: child, fromMs: startMs, untilMs: endMs });
      cursor = startMs;
    }
    own(fromMs, cursor);
  };

  const startMs = roots.reduce((least, root) => Math.min(least, rows[root]?.startMs ?? least), Number.MAX_VALUE);
  const endMs = roots.reduce((most, root) => Math.max(most, rows[root]?.endMs ?? most), 0);
  walk(roots, startMs, endMs, -1);
  // A stack of our own: a trace may be deeper than functions can call each other.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    walk(rows[next.row]?.children ?? [], next.fromMs, next.untilMs, next.row);
  }
  return segments.sort((a, b) => a.startMs - b.startMs);
}
