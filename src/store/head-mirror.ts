import type { Connection } from "./connection.ts";
import type { ColumnSpace, SampleColumns } from "./sample-columns.ts";
import { SEGMENT_SAMPLE_BYTES } from "./sample-writer.ts";

/** The head of one file in memory: samples that are not in chunks yet, in the order of arrival. At most some ten MB. */
export type HeadMirror = {
  /** Takes over what was written and removed since the last call. Within a transaction. */
  readonly refresh: () => void;
  /** Samples of the given series between two times of the day, both included, grouped in the order of `ids`. */
  readonly collect: (
    ids: Uint32Array,
    mostId: number,
    fromOffset: number,
    toOffset: number,
    space: ColumnSpace,
  ) => HeadSamples;
};

export type HeadSamples = {
  readonly columns: SampleColumns;
  /** Where the samples of `ids[i]` begin; those of the next end them. */
  readonly starts: Uint32Array;
};

const FIRST_CAPACITY = 4096;

export function createHeadMirror(connection: Connection): HeadMirror {
  let capacity = 0;
  let ids = new Uint32Array(0);
  let offsets = new Uint32Array(0);
  let words = new Uint32Array(0);
  let length = 0;
  // Number of each segment and where it ends.
  let segments: { readonly id: number; readonly end: number }[] = [];
  const firstSegment = connection.prepare("SELECT min(id) FROM segments");
  const newSegments = connection.prepare("SELECT id, data FROM segments WHERE id > ? ORDER BY id");

  const resize = (to: number): void => {
    capacity = to;
    const fitting = [new Uint32Array(capacity), new Uint32Array(capacity), new Uint32Array(capacity * 2)] as const;
    fitting[0].set(ids.subarray(0, length));
    fitting[1].set(offsets.subarray(0, length));
    fitting[2].set(words.subarray(0, length * 2));
    [ids, offsets, words] = fitting;
  };
  const grow = (needed: number): void => {
    if (needed > capacity) resize(Math.max(FIRST_CAPACITY, needed, capacity * 2));
  };
  const dropBefore = (first: number): void => {
    const kept = segments.filter(({ id }) => id >= first);
    const dropped = segments.length - kept.length;
    if (dropped === 0) return;
    const from = segments[dropped - 1]?.end ?? 0;
    ids.copyWithin(0, from, length);
    offsets.copyWithin(0, from, length);
    words.copyWithin(0, from * 2, length * 2);
    length -= from;
    segments = kept.map(({ id, end }) => ({ id, end: end - from }));
    // A head that was compacted gives its memory back.
    if (length * 4 < capacity) resize(length);
  };

  return {
    refresh: () => {
      const first = firstSegment.get()?.[0];
      dropBefore(first === null ? Number.POSITIVE_INFINITY : Number(first));
      if (first === null) return;
      for (const [id, data] of newSegments.all(segments.at(-1)?.id ?? 0)) {
        const blob = data as Uint8Array;
        const count = blob.length / SEGMENT_SAMPLE_BYTES;
        grow(length + count);
        new Uint8Array(ids.buffer).set(blob.subarray(0, count * 4), length * 4);
        new Uint8Array(offsets.buffer).set(blob.subarray(count * 4, count * 8), length * 4);
        new Uint8Array(words.buffer).set(blob.subarray(count * 8), length * 8);
        length += count;
        segments.push({ id: Number(id), end: length });
      }
    },
    collect: (wanted, mostId, fromOffset, toOffset, space) => {
      const slots = new Uint32Array(mostId + 1);
      for (let slot = 0; slot < wanted.length; slot += 1) slots[wanted[slot] as number] = slot + 1;
      const starts = new Uint32Array(wanted.length + 1);
      const slotAt = (index: number): number => {
        const offset = offsets[index] as number;
        return offset < fromOffset || offset > toOffset ? 0 : (slots[ids[index] as number] ?? 0);
      };
      for (let index = 0; index < length; index += 1) {
        const slot = slotAt(index);
        if (slot > 0) starts[slot] = (starts[slot] as number) + 1;
      }
      for (let slot = 1; slot < starts.length; slot += 1)
        starts[slot] = (starts[slot] as number) + (starts[slot - 1] as number);
      const columns = space.take(starts[wanted.length] as number);
      const places = starts.slice();
      for (let index = 0; index < length; index += 1) {
        const slot = slotAt(index);
        if (slot === 0) continue;
        const place = places[slot - 1] as number;
        places[slot - 1] = place + 1;
        columns.timesMs[place] = offsets[index] as number;
        columns.words[place * 2] = words[index * 2] as number;
        columns.words[place * 2 + 1] = words[index * 2 + 1] as number;
      }
      return { columns, starts };
    },
  };
}
