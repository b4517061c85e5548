import { ObservatoryError } from "../base/index.ts";

/** A chunk whose bytes are not what its row says: damage that SQLite does not see. */
export const chunkFault = (path: string, id: unknown): ObservatoryError =>
  new ObservatoryError("AO_STORE_CORRUPT", {
    expected: "a chunk of samples that can be decoded",
    received: `other bytes in chunk ${String(id)} of ${path}`,
  });
