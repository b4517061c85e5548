import type { Labels, LogSource } from "../signals/index.ts";
import type { DayReaders } from "./day-readers.ts";
import { countLines, isBeforeInTime, readLines, streamsWithLines } from "./line-reader.ts";
import { mergeOrdered } from "./merge.ts";

const NS_PER_MS = 1_000_000n;

/** Milliseconds that surely hold a range of nanoseconds. */
const msOf = (startNs: bigint, endNs: bigint): readonly [startMs: number, endMs: number] => [
  Number(startNs / NS_PER_MS),
  Number(endNs / NS_PER_MS),
];

export function createLogSource(days: DayReaders): LogSource {
  return {
    scan: ({ matchers, ...range }, visit) => {
      const isBackward = range.direction === "backward";
      days.eachDay(...msOf(range.startNs, range.endNs), isBackward, (parts) => {
        const ordered = isBackward ? parts.toReversed() : parts;
        const sequences = ordered.map((day) =>
          days.guard(
            day,
            lazily(() => readLines(day, day.streams.match(matchers), range)),
          ),
        );
        for (const line of mergeOrdered(sequences, isBeforeInTime(range.direction))) if (!visit(line)) return false;
        return true;
      });
    },
    streams: (matchers, startNs, endNs) => {
      const found = new Map<string, Labels>();
      const lists = days.ask(...msOf(startNs, endNs), (day) =>
        day.streams.load(streamsWithLines(day, day.streams.match(matchers), startNs, endNs)),
      );
      for (const { text, labels } of lists.flat()) found.set(text, labels);
      return [...found.values()];
    },
    stats: (matchers, startNs, endNs) => {
      const streams = new Set<string>();
      const total = { chunks: 0, entries: 0, bytes: 0 };
      const counts = days.ask(...msOf(startNs, endNs), (day) => {
        const ids = streamsWithLines(day, day.streams.match(matchers), startNs, endNs);
        return { ...countLines(day, ids, startNs, endNs), texts: day.streams.load(ids).map(({ text }) => text) };
      });
      for (const { entries, bytes, texts } of counts) {
        for (const text of texts) streams.add(text);
        total.entries += entries;
        total.bytes += bytes;
        // What is one stream in one file is the nearest to what Loki calls a chunk.
        total.chunks += texts.length;
      }
      return { streams: streams.size, ...total };
    },
  };
}

/** Makes a sequence when it is asked for, so that what fails in making it fails there. */
function* lazily<Item>(make: () => Iterable<Item>): Generator<Item> {
  yield* make();
}
