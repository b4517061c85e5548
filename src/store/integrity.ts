import { ObservatoryError } from "../base/index.ts";

/** Samples that one chunk has at most. Of 120, 240 and 512 this one takes the least space and time. */
export const SAMPLES_PER_CHUNK = 240;

const corrupt = (expected: string, received: string): ObservatoryError =>
  new ObservatoryError("AO_STORE_CORRUPT", { expected, received });

/** A chunk whose bytes are not what its row says: damage that SQLite does not see. */
export const chunkFault = (path: string, id: unknown): ObservatoryError =>
  corrupt("a chunk of samples that can be decoded", `other bytes in chunk ${String(id)} of ${path}`);

/** The number of samples that a row of chunks tells, if it can be. */
export function sampleCountOf(path: string, id: unknown, samples: unknown): number {
  if (typeof samples === "number" && samples > 0 && samples <= SAMPLES_PER_CHUNK) return samples;
  throw chunkFault(path, id);
}

/** More label sets than a file can have: memory is taken for so many. */
const MOST_LABEL_SETS = 2 ** 26;

/** The highest number that a table of label sets has given. */
export function labelCountOf(path: string, last: unknown): number {
  const count = Number(last ?? 0);
  if (count >= 0 && count <= MOST_LABEL_SETS) return count;
  throw corrupt("label sets that are numbered from 1", `number ${String(last)} in ${path}`);
}

/** What `decode` makes of stored text or bytes; where it fails, they are damaged. */
export function decoded<Result>(path: string, decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    throw corrupt("stored JSON that can be read", `${(error as Error).message} (in ${path})`);
  }
}
