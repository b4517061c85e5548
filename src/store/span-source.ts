import type { Dependency, Span, SpanOutline, SpanSource, TraceOutline } from "../signals/index.ts";
import type { DayReaders } from "./day-readers.ts";
import { DAY_MS } from "./files.ts";
import { mergeOrdered } from "./merge.ts";
import type { Candidate, Orphan } from "./span-reader.ts";

const NS_PER_MS = 1_000_000n;
const [EVER, ALWAYS] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

const inOrder = (a: Span, b: Span): number => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0);
const isLater = (left: Candidate, right: Candidate): boolean => left.startNs > right.startNs;

/** A span may be in two parts of a day, if it was sent twice and a new part begun in between. */
function withoutRepeated<One extends { readonly spanId: string }>(
  spans: readonly One[],
  startOf: (one: One) => unknown,
) {
  const seen = new Set<string>();
  return spans.filter((span) => {
    const { size } = seen;
    return seen.add(`${span.spanId} ${String(startOf(span))}`).size > size;
  });
}

/** Of pieces that are in order each. */
function joined(pieces: readonly (readonly SpanOutline[])[]): readonly SpanOutline[] {
  if (pieces.length === 1) return pieces[0] as readonly SpanOutline[];
  const unique = withoutRepeated(pieces.flat(), ({ startUs, startRestNs }) => `${startUs} ${startRestNs}`);
  return unique.sort((a, b) => a.startUs - b.startUs || a.startRestNs - b.startRestNs);
}

export function createSpanSource(days: DayReaders): SpanSource {
  // Of one file they are in order, and each is there once.
  const whole = (pieces: readonly Span[][]): Span[] =>
    pieces.length === 1
      ? (pieces[0] as Span[])
      : withoutRepeated(pieces.flat(), ({ startNs }) => startNs).sort(inOrder);
  const trace: SpanSource["trace"] = (traceId) => whole(days.ask(EVER, ALWAYS, (day) => day.spans.trace(traceId)));

  const findTraceIds: SpanSource["findTraceIds"] = (query) => {
    const found = new Map<string, bigint>();
    if (query.limit <= 0 || query.startNs > query.endNs) return [];
    const isKnown = (traceId: string): boolean => found.has(traceId);
    days.eachDay(Number(query.startNs / NS_PER_MS), Number(query.endNs / NS_PER_MS), true, (parts) => {
      const sequences = parts.map((day) => days.guard(day, day.spans.candidates(query, isKnown)));
      for (const { traceId, startNs } of mergeOrdered(sequences, isLater)) {
        // Each part has looked ahead by one.
        if (!found.has(traceId)) found.set(traceId, startNs);
        if (found.size >= query.limit) return false;
      }
      return true;
    });
    return [...found].map(([traceId, startNs]) => ({ traceId, startNs }));
  };

  const outlines: SpanSource["outlines"] = (traceIds, attributes, isKnown) => {
    const versions = new Map<string, string>();
    days.ask(EVER, ALWAYS, (day) => {
      for (const traceId of traceIds) {
        const version = day.spans.versionOf(traceId);
        if (version === undefined) continue;
        versions.set(traceId, `${versions.get(traceId) ?? ""}${day.file.path} ${version}\n`);
      }
    });
    const unknown = [...versions]
      .filter(([traceId, version]) => !isKnown(traceId, version))
      .map(([traceId]) => traceId);
    const pieces = new Map<string, (readonly SpanOutline[])[]>(unknown.map((traceId) => [traceId, []]));
    if (unknown.length > 0) {
      days.ask(EVER, ALWAYS, (day) => {
        for (const [traceId, known] of pieces) {
          if (versions.get(traceId)?.includes(`${day.file.path} `) !== true) continue;
          // Of a damaged trace what can be read, and all of the others.
          known.push([...days.guard(day, day.spans.outline(traceId, attributes))]);
        }
      });
    }
    return new Map(
      [...versions].map(([traceId, version]): [string, TraceOutline] => {
        const known = pieces.get(traceId);
        return [traceId, { version, spans: known === undefined ? undefined : joined(known) }];
      }),
    );
  };

  /** Calls whose two sides are in different files: across midnight, or across two parts of a day. */
  const callsAcross = (orphans: readonly Orphan[], startMs: number, endMs: number): Dependency[] => {
    if (orphans.length === 0) return [];
    const parents = new Map<Orphan, string>();
    days.ask(startMs - DAY_MS, endMs + DAY_MS, (day) => {
      for (const orphan of orphans) {
        if (parents.has(orphan)) continue;
        const service = day.spans.serviceOf(orphan.traceId, orphan.parentId);
        if (service !== undefined) parents.set(orphan, service);
      }
    });
    return [...parents].map(([{ child }, parent]) => ({ parent, child, callCount: 1 }));
  };

  return {
    services: () => [...new Set(days.ask(EVER, ALWAYS, (day) => day.spans.services()).flat())].sort(),
    operations: (service, kind) => {
      const found = new Map(
        days
          .ask(EVER, ALWAYS, (day) => day.spans.operations(service, kind))
          .flat()
          .map((one) => [`${one.name}\0${one.kind}`, one] as const),
      );
      return [...found.keys()].sort().map((key) => found.get(key) as { name: string; kind: Span["kind"] });
    },
    trace,
    findTraceIds,
    outlines,
    spansOf: (traceId, spanIds) => whole(days.ask(EVER, ALWAYS, (day) => day.spans.some(traceId, spanIds))),
    dependencies: (startNs, endNs) => {
      const [startMs, endMs] = [Number(startNs / NS_PER_MS), Number(endNs / NS_PER_MS)];
      const answers = days.ask(startMs, endMs, (day) => day.spans.calls(startNs, endNs));
      const isAcross = answers.some(({ hasOrphans }) => hasOrphans) && days.count(startMs - DAY_MS, endMs + DAY_MS) > 1;
      const orphans = isAcross ? days.ask(startMs, endMs, (day) => day.spans.orphans(startNs, endNs)).flat() : [];
      const across = callsAcross(orphans, startMs, endMs);
      const total = new Map<string, Dependency>();
      const all = answers.flatMap(({ calls }) => calls.map(({ count, ...call }) => ({ ...call, callCount: count })));
      for (const { parent, child, callCount } of [...all, ...across]) {
        if (parent === child) continue;
        const key = JSON.stringify([parent, child]);
        total.set(key, { parent, child, callCount: callCount + (total.get(key)?.callCount ?? 0) });
      }
      return [...total.values()];
    },
  };
}
