/**
 * The embedded process's store: samples, log lines and spans in one SQLite file per UTC day (docs/store.md). One writer per directory; any
 * number of readers, in other threads and processes. Owns node:sqlite and every file below the directory. Knows nothing of OTLP or queries.
 */
export { openStoreReader } from "./reader.ts";
export type {
  ReaderOptions,
  Rejected,
  RejectedKind,
  Retention,
  StoreFault,
  StoreOptions,
  StoreReader,
  StoreUsage,
  StoreWriter,
  WriteBatch,
  WriterOptions,
} from "./types.ts";
export { openStoreWriter } from "./writer.ts";
