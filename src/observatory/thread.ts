import { Worker } from "node:worker_threads";
import { threadFile } from "./thread-file.ts";

/** V8's own choice grows to three times this: 350 instead of 240 MB for the process under load, and not faster. */
const YOUNG_GENERATION_MB = 24;

/**
 * Starts a thread of ours. It is told all it needs: without environment and options of the process it neither knows secrets nor runs what
 * the user preloads into programs.
 */
export const startThread = (name: "ingest" | "query", data: unknown, heapMb: number): Worker =>
  new Worker(threadFile(`${name}-thread`), {
    name,
    workerData: data,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
