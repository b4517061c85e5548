import {
  createLabels,
  type Labels,
  type LogLine,
  type LogSelection,
  type LogSource,
  matchesAll,
} from "../../src/signals/index.ts";

export type TestLine = {
  readonly stream: Record<string, string>;
  readonly timeNs: bigint;
  readonly line: string;
  readonly metadata?: Record<string, string>;
};

const labelsOf = (record: Record<string, string>): Labels => createLabels(Object.entries(record));

/** Log lines in memory. `selections` are what was asked for. */
export function createMemoryLogs(given: readonly TestLine[]): LogSource & { readonly selections: LogSelection[] } {
  const streams = new Map<string, Labels>();
  const streamOf = (record: Record<string, string>): Labels => {
    const key = JSON.stringify(Object.entries(record).toSorted());
    const known = streams.get(key) ?? labelsOf(record);
    streams.set(key, known);
    return known;
  };
  const lines: LogLine[] = given
    .map(({ stream, timeNs, line, metadata = {} }) => ({
      stream: streamOf(stream),
      timeNs,
      line,
      metadata: labelsOf(metadata),
    }))
    .sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
  const selections: LogSelection[] = [];
  const selected = (matchers: LogSelection["matchers"], startNs: bigint, endNs: bigint): LogLine[] =>
    lines.filter(({ stream, timeNs }) => timeNs >= startNs && timeNs < endNs && matchesAll(matchers, stream));
  return {
    selections,
    scan: (selection, visit) => {
      selections.push(selection);
      const { matchers, startNs, endNs, direction, traceId } = selection;
      const found = selected(matchers, startNs, endNs);
      if (direction === "backward") found.reverse();
      for (const line of found) {
        if (traceId !== undefined && line.metadata["trace_id"] !== traceId) continue;
        if (!visit(line)) return;
      }
    },
    streams: (matchers, startNs, endNs) => [...new Set(selected(matchers, startNs, endNs).map(({ stream }) => stream))],
    stats: (matchers, startNs, endNs) => {
      const found = selected(matchers, startNs, endNs);
      const bytes = found.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
      return { streams: new Set(found.map(({ stream }) => stream)).size, chunks: 0, entries: found.length, bytes };
    },
  };
}
