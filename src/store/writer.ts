import { ObservatoryError } from "../base/index.ts";
import type { StoreWriter, WriterOptions } from "./types.ts";

/** Opens the store of a directory for writing; creates it where there is none. */
export function openStoreWriter(options: WriterOptions): StoreWriter {
  throw new ObservatoryError("AO_STORE_FAILED", { expected: "a store", received: `none yet in ${options.directory}` });
}
