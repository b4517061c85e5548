import type { Samples } from "../signals/index.ts";
import type { DayWriter } from "./day-writer.ts";
import { chunkFault, SAMPLES_PER_CHUNK, sampleCountOf } from "./integrity.ts";
import { decodeSamples, encodeSamples } from "./sample-codec.ts";
import { createSampleColumns, normalize, type SampleColumns } from "./sample-columns.ts";
import { SEGMENT_SAMPLE_BYTES } from "./sample-writer.ts";

/**
 * Moves the head of a file (segments: all series as they came) into chunks (one series each, compressed). In steps, each a transaction: chunks
 * first, the segments last. Between the two a sample is in both, and readers keep the first; a crash there only repeats the work.
 */
export type Compaction = {
  /** Works until `isOver` says so. True when all is done. */
  readonly step: (isOver: () => boolean) => boolean;
};

/** Series between two looks at the clock. */
const SERIES_PER_LOOK = 64;

export const OFFSET_BITS = 27;
/** series << 27 without the 32 bits of JavaScript's shift. */
export const SERIES_FACTOR = 2 ** OFFSET_BITS;

type Head = {
  readonly ids: Uint32Array;
  readonly offsets: Uint32Array;
  readonly words: Uint32Array;
  readonly length: number;
};

/** Joins segments into one and ends them; the order of arrival stays. */
function joinSegments(blobs: readonly Uint8Array[]): Head {
  const length = blobs.reduce((sum, blob) => sum + blob.length / SEGMENT_SAMPLE_BYTES, 0);
  const head = {
    ids: new Uint32Array(length),
    offsets: new Uint32Array(length),
    words: new Uint32Array(length * 2),
    length,
  };
  let at = 0;
  for (const blob of blobs) {
    const count = blob.length / SEGMENT_SAMPLE_BYTES;
    new Uint8Array(head.ids.buffer).set(blob.subarray(0, count * 4), at * 4);
    new Uint8Array(head.offsets.buffer).set(blob.subarray(count * 4, count * 8), at * 4);
    new Uint8Array(head.words.buffer).set(blob.subarray(count * 8), at * 8);
    at += count;
    // Given back at once: V8 would let megabytes of them lie.
    (blob.buffer as ArrayBuffer).transfer(0);
  }
  return head;
}

/** Positions grouped by series, in the order of arrival within each; where each group begins, by series number. */
function groupBySeries(
  { ids, length }: Head,
  most: number,
): { readonly order: Uint32Array; readonly starts: Uint32Array } {
  const starts = new Uint32Array(most + 2);
  for (let index = 0; index < length; index += 1) {
    const next = (ids[index] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let id = 1; id < starts.length; id += 1) starts[id] = (starts[id] as number) + (starts[id - 1] as number);
  const order = new Uint32Array(length);
  const places = starts.slice();
  for (let index = 0; index < length; index += 1) {
    const id = ids[index] as number;
    order[places[id] as number] = index;
    places[id] = (places[id] as number) + 1;
  }
  return { order, starts };
}

export function startCompaction(day: DayWriter): Compaction {
  const { connection } = day;
  const rows = connection.prepare("SELECT id, data FROM segments ORDER BY id").all();
  const lastSegment = Number(rows.at(-1)?.[0] ?? 0);
  const head = joinSegments(rows.map((row) => row[1] as Uint8Array));
  const most = day.seriesCount();
  // As the file counts them: what is damaged may count otherwise, and must not be compacted for ever.
  const headSamples = day.headSamples();
  const { order, starts } = groupBySeries(head, most);
  let nextSeries = 1;

  const findChunks = connection.prepare(
    `SELECT id, samples, data FROM chunks WHERE id >= coalesce((SELECT max(id) FROM chunks WHERE id BETWEEN ?1 AND ?2), ?2)
    AND id <= ?3 ORDER BY id`,
  );
  const remove = connection.prepare("DELETE FROM chunks WHERE id = ?");
  const insert = connection.prepare("INSERT INTO chunks VALUES (?, ?, ?)");

  const write = (series: number, { timesMs, values }: Samples): void => {
    for (let from = 0; from < timesMs.length; from += SAMPLES_PER_CHUNK) {
      const times = timesMs.subarray(from, from + SAMPLES_PER_CHUNK);
      const data = encodeSamples(times, values.subarray(from, from + SAMPLES_PER_CHUNK));
      insert.run(series * SERIES_FACTOR + (times[0] as number), times.length, data);
    }
  };

  /** Adds the group of one series to its chunks; answers by how many samples these grew. */
  const compact = (series: number, from: number, to: number): number => {
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    for (let at = from; at < to; at += 1) {
      const offset = head.offsets[order[at] as number] as number;
      if (offset < first) first = offset;
      if (offset > last) last = offset;
    }
    const base = series * SERIES_FACTOR;
    // The chunk that begins before the first sample, and those that begin up to the last one.
    const found = findChunks.all(base, base + first, base + last);
    let total = to - from;
    for (const [id, samples] of found) total += sampleCountOf(connection.path, id, samples);
    const columns: SampleColumns = createSampleColumns(total);
    let existing = 0;
    for (const [index, [id, samples, data]] of found.entries()) {
      const count = decodeSamples(data as Uint8Array, columns.timesMs, columns.values, existing, 0, Number(samples));
      if (count !== samples) throw chunkFault(connection.path, id);
      const end = columns.timesMs[existing + count - 1] as number;
      if (index === 0 && end < first && count >= SAMPLES_PER_CHUNK) continue;
      remove.run(id as number);
      existing += count;
    }
    let at = existing;
    for (let place = from; place < to; place += 1, at += 1) {
      const index = order[place] as number;
      columns.timesMs[at] = head.offsets[index] as number;
      columns.words[at * 2] = head.words[index * 2] as number;
      columns.words[at * 2 + 1] = head.words[index * 2 + 1] as number;
    }
    const samples = normalize(columns, at);
    write(series, samples);
    return samples.timesMs.length - existing;
  };

  return {
    step: (isOver) => {
      connection.exec("BEGIN IMMEDIATE");
      try {
        let grown = 0;
        for (let count = 1; nextSeries <= most; nextSeries += 1) {
          const [from, to] = [starts[nextSeries] as number, starts[nextSeries + 1] as number];
          if (from === to) continue;
          grown += compact(nextSeries, from, to);
          count += 1;
          if (count % SERIES_PER_LOOK === 0 && isOver()) {
            nextSeries += 1;
            break;
          }
        }
        const done = nextSeries > most;
        if (done) connection.prepare("DELETE FROM segments WHERE id <= ?").run(lastSegment);
        day.moveSamples(done ? -headSamples : 0, grown);
        connection.exec("COMMIT");
        return done;
      } catch (error) {
        if (connection.inTransaction()) connection.exec("ROLLBACK");
        throw error;
      }
    },
  };
}
