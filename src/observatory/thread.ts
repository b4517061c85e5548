import { Worker } from "node:worker_threads";
import { threadFile } from "./thread-file.ts";

/**
 * V8's own choice is 96. It also decides how many megabytes of buffers may be garbage before V8 looks for them: a query thread leaves 45 MB
 * less behind than with 24, and nothing is slower.
 */
const YOUNG_GENERATION_MB = 6;

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
