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
const MOST_REMEMBERED_LINES = 50_000;

/** A nanosecond with more than one line: how many there are and, as hashes, which. Most have one, and are not looked at. */
type Moment = { next: number; readonly seen: Set<number> };

export function createLineWriter(connection: Connection, streams: LabelWriter): LineWriter {
  const insert = connection.prepare("INSERT INTO lines VALUES ((? << 16) | ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  const findMoment = connection.prepare(
    "SELECT id & 65535, stream, metadata, line FROM lines WHERE id >= (?1 << 16) AND id < ((?1 + 1) << 16)",
  );
  const moments = new Map<number, Moment>();
  let remembered = 0;

  const identityOf = (stream: number, metadata: string | null, line: string): number =>
    hashOf(`${stream} ${metadata?.length ?? 0} ${metadata ?? ""}${line}`);

  const readMoment = (offsetNs: number): Moment => {
    if (remembered > MOST_REMEMBERED_LINES) {
      moments.clear();
      remembered = 0;
    }
    const moment: Moment = { next: 0, seen: new Set() };
    for (const [number, stream, metadata, line] of findMoment.all(offsetNs)) {
      moment.next = Number(number) + 1;
      moment.seen.add(identityOf(Number(stream), metadata === null ? null : String(metadata), String(line)));
    }
    moments.set(offsetNs, moment);
    remembered += moment.seen.size;
    return moment;
  };

  return {
    add: ({ stream: set, line, metadata }, offsetNs) => {
      const stream = streams.idOf(set);
      if (stream === undefined) return "no room";
      const text = labelsTextOf(metadata);
      const stored = text === "{}" ? null : text;
      const bytes = Buffer.byteLength(line);
      const trace = metadata["trace_id"];
      const traceId = trace === undefined ? null : idBytesOf(trace);
      let identity: number | undefined;
      // A nanosecond that is full passes its lines on to the next; only a source without a clock gets there.
      for (let at = offsetNs; at < NANOSECONDS_PER_DAY; at += 1) {
        let moment = moments.get(at);
        if (moment === undefined) {
          if (insert.run(at, 0, stream, bytes, traceId, stored, line).changes > 0) return "stored";
          moment = readMoment(at);
        }
        identity ??= identityOf(stream, stored, line);
        if (moment.seen.has(identity)) return "known";
        if (moment.next >= LINES_PER_NANOSECOND) continue;
        insert.run(at, moment.next, stream, bytes, traceId, stored, line);
        moment.next += 1;
        moment.seen.add(identity);
        remembered += 1;
        return "stored";
      }
      return "no room";
    },
    reset: () => {
      moments.clear();
      remembered = 0;
    },
  };
}
