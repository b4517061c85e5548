import { type LabelSet, type NewExemplar, setStale } from "../signals/index.ts";
import type { Connection } from "./connection.ts";
import type { LabelWriter } from "./label-writer.ts";
import { labelsTextOf } from "./label-writer.ts";

/** Samples on their way into one file; in memory until `flush`. */
export type SampleWriter = {
  /** False where the file has no room for another series. */
  readonly add: (series: LabelSet, offsetMs: number, value: number, stale: boolean) => boolean;
  readonly addExemplar: (exemplar: NewExemplar) => boolean;
  /** Writes what was added as one segment and answers how many samples that are. */
  readonly flush: (segment: number) => number;
  readonly discard: () => void;
};

const FIRST_CAPACITY = 512;

/** A segment of the head: all series numbers, then all times, then all values, in the order of arrival. */
export const SEGMENT_SAMPLE_BYTES = 16;

export function createSampleWriter(connection: Connection, series: LabelWriter): SampleWriter {
  let capacity = FIRST_CAPACITY;
  let ids = new Uint32Array(capacity);
  let offsets = new Uint32Array(capacity);
  let values = new Float64Array(capacity);
  let length = 0;
  const insert = connection.prepare("INSERT INTO segments VALUES (?, ?)");
  const insertExemplar = connection.prepare(
    "INSERT INTO exemplars (series, time_ms, value, labels) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );

  const grow = (): void => {
    capacity *= 2;
    const larger = [new Uint32Array(capacity), new Uint32Array(capacity), new Float64Array(capacity)] as const;
    larger[0].set(ids);
    larger[1].set(offsets);
    larger[2].set(values);
    [ids, offsets, values] = larger;
  };

  return {
    add: (set, offsetMs, value, stale) => {
      const id = series.idOf(set);
      if (id === undefined) return false;
      if (length === capacity) grow();
      ids[length] = id;
      offsets[length] = offsetMs;
      if (stale) setStale(values, length);
      else values[length] = value;
      length += 1;
      return true;
    },
    addExemplar: ({ series: set, timeMs, value, labels }) => {
      const id = series.idOf(set);
      if (id === undefined) return false;
      insertExemplar.run(id, timeMs, value, labelsTextOf(labels));
      return true;
    },
    flush: (segment) => {
      if (length === 0) return 0;
      const data = new Uint8Array(length * SEGMENT_SAMPLE_BYTES);
      data.set(new Uint8Array(ids.buffer, 0, length * 4), 0);
      data.set(new Uint8Array(offsets.buffer, 0, length * 4), length * 4);
      data.set(new Uint8Array(values.buffer, 0, length * 8), length * 8);
      insert.run(segment, data);
      const written = length;
      length = 0;
      return written;
    },
    discard: () => {
      length = 0;
    },
  };
}
