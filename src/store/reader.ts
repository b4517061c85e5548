import { ObservatoryError } from "../base/index.ts";
import type { ReaderOptions, StoreReader } from "./types.ts";

/** Opens the store of a directory for reading; it may not exist yet. */
export function openStoreReader(options: ReaderOptions): StoreReader {
  throw new ObservatoryError("AO_STORE_FAILED", { expected: "a store", received: `none yet in ${options.directory}` });
}
