import type { NewLogLine } from "../signals/index.ts";
import type { Connection } from "./connection.ts";
import { hashOf } from "./hash.ts";
import { idBytesOf } from "./ids.ts";
import { type LabelWriter, labelsTextOf } from "./label-writer.ts";

export type LineOutcome = "stored" | "known" | "no room";

export type LineWriter = {
  /** `offsetNs` counts from the begin of the file's day. */
  readonly add: (line: NewLogLine, offsetNs: number) => LineOutcome;
  readonly reset: () => void;
};

/** How many lines can be told apart within one nanosecond: lines.id has 16 bits for it. */
const LINES_PER_NANOSECOND = 65_536;
const NANOSECONDS_PER_DAY = 86_400_000_000_000;
const MOST_REMEMBERED_LINES = 200_000;

/** The lines of one nanosecond: how many there are and, as hashes, which. */
type Moment = { next: number; readonly seen: Set<number> };

export function createLineWriter(connection: Connection, streams: LabelWriter): LineWriter {
  const insert = connection.prepare("INSERT INTO lines VALUES ((? << 16) | ?, ?, ?, ?, ?, ?)");
  const findMoment = connection.prepare(
    "SELECT id & 65535, stream, metadata, line FROM lines WHERE id >= (?1 << 16) AND id < ((?1 + 1) << 16)",
  );
  const findLast = connection.prepare("SELECT max(id) >> 16 FROM lines");
  const moments = new Map<number, Moment>();
  let remembered = 0;
  let lastOffsetNs = Number(findLast.get()?.[0] ?? -1);

  const identityOf = (stream: number, metadata: string | null, line: string): number =>
    hashOf(`${stream} ${metadata?.length ?? 0} ${metadata ?? ""}${line}`);

  const momentAt = (offsetNs: number): Moment => {
    const known = moments.get(offsetNs);
    if (known !== undefined) return known;
    if (remembered > MOST_REMEMBERED_LINES) {
      moments.clear();
      remembered = 0;
    }
    const moment: Moment = { next: 0, seen: new Set() };
    if (offsetNs <= lastOffsetNs) {
      for (const [number, stream, metadata, line] of findMoment.all(offsetNs)) {
        moment.next = Number(number) + 1;
        moment.seen.add(identityOf(Number(stream), metadata === null ? null : String(metadata), String(line)));
      }
    }
    moments.set(offsetNs, moment);
    remembered += moment.seen.size + 1;
    return moment;
  };

  return {
    add: ({ stream: set, line, metadata }, offsetNs) => {
      const stream = streams.idOf(set);
      if (stream === undefined) return "no room";
      const text = labelsTextOf(metadata);
      const stored = text === "{}" ? null : text;
      const identity = identityOf(stream, stored, line);
      // A nanosecond that is full passes its lines on to the next; only a source without a clock gets there.
      for (let at = offsetNs; at < NANOSECONDS_PER_DAY; at += 1) {
        const moment = momentAt(at);
        if (moment.seen.has(identity)) return "known";
        if (moment.next >= LINES_PER_NANOSECOND) continue;
        const traceId = metadata["trace_id"];
        const bytes = Buffer.byteLength(line);
        insert.run(at, moment.next, stream, bytes, traceId === undefined ? null : idBytesOf(traceId), stored, line);
        moment.next += 1;
        moment.seen.add(identity);
        remembered += 1;
        if (at > lastOffsetNs) lastOffsetNs = at;
        return "stored";
      }
      return "no room";
    },
    reset: () => {
      moments.clear();
      remembered = 0;
      lastOffsetNs = Number(findLast.get()?.[0] ?? -1);
    },
  };
}
