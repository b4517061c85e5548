import { Worker } from "node:worker_threads";
import { type Clock, type Diagnostics, ObservatoryError } from "../base/index.ts";
import { errorOf } from "./plain.ts";
import { threadFile, YOUNG_GENERATION_MB } from "./thread-file.ts";
import type { FromQuery, QueryAnswer, QueryTask, QueryThreadData, ToQuery } from "./thread-messages.ts";

/** How a task ended that has no answer of its own. */
export type QueryFailure =
  /** It took longer than it may, in line or running. */
  | { readonly kind: "expired" }
  /** It needed more memory than a query thread has. */
  | { readonly kind: "too-much-memory" }
  /** Too many wait already. */
  | { readonly kind: "crowded" }
  | { readonly kind: "closed" };

export type QueryPool = {
  /** Never rejects. Without `signal` nobody loses interest before the deadline. */
  readonly run: (task: QueryTask, signal?: AbortSignal) => Promise<QueryAnswer | QueryFailure>;
  readonly waiting: () => number;
  readonly close: () => Promise<void>;
};

export type QueryPoolOptions = {
  readonly data: Omit<QueryThreadData, "cancelled">;
  readonly threads: number;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** A thread was ended, for its time or its memory. */
  readonly onReplaced: (reason: "time" | "memory" | "failure") => void;
};

type Job = {
  readonly id: number;
  readonly task: QueryTask;
  readonly deadlineMs: number;
  readonly finish: (result: QueryAnswer | QueryFailure) => void;
};
type Thread = {
  readonly worker: Worker;
  readonly cancelled: Int32Array;
  readonly ready: Promise<void>;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
};

/** A dashboard asks some forty questions at once; this is several of them. */
const MAX_WAITING = 256;
/** A query looks at its time now and then; a thread that did not by then never will. */
const GRACE_MS = 2000;
const MB = 1024 * 1024;

/** Starts a pool; the first thread at once, others when there is work for them. Throws `ObservatoryError` where the store cannot be read. */
export async function startQueryPool(options: QueryPoolOptions): Promise<QueryPool> {
  const { data, threads: limit, timeoutMs, memoryBytes, clock, diagnostics, onReplaced } = options;
  const threads = new Set<Thread>();
  const line: Job[] = [];
  let nextId = 1;
  let closed = false;

  const release = (thread: Thread, result: QueryAnswer | QueryFailure): void => {
    const { job } = thread;
    clearTimeout(thread.timer);
    thread.job = undefined;
    job?.finish(result);
  };
  const startThread = (): Thread => {
    const cancelled = new SharedArrayBuffer(4);
    const worker = new Worker(threadFile("query-thread"), {
      name: "query",
      workerData: { ...data, cancelled } satisfies QueryThreadData,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(16, Math.floor(memoryBytes / MB)),
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      },
    });
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    // Who waits for it hears of it; the others see an answer that does not come.
    ready.catch(() => {});
    const thread: Thread = { worker, cancelled: new Int32Array(cancelled), ready, job: undefined, timer: undefined };
    threads.add(thread);
    let failure: NodeJS.ErrnoException | undefined;
    worker.on("message", (message: FromQuery) => {
      if (message.kind === "answer") {
        if (thread.job?.id === message.id) release(thread, message.answer);
        next();
      } else if (message.kind === "fault") {
        diagnostics.warnOnce(`store ${message.path} ${message.error.code}`, message.error.message);
      } else if (message.kind === "unusable") {
        reject(errorOf(message.error));
      } else {
        resolve();
      }
    });
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", () => {
      threads.delete(thread);
      const received = failure?.message.replace(/\.$/, "") ?? "it ended";
      reject(new ObservatoryError("AO_EMBEDDED_THREAD", { expected: "a query thread to run", received }));
      if (closed) return release(thread, { kind: "closed" });
      const memory = failure?.code === "ERR_WORKER_OUT_OF_MEMORY";
      if (memory) onReplaced("memory");
      else if (failure !== undefined) {
        onReplaced("failure");
        diagnostics.warnOnce("query thread", `a query thread ended (${received}); another one takes its place`);
      }
      const message = `the query could not be run (${received})`;
      if (memory) release(thread, { kind: "too-much-memory" });
      else release(thread, { kind: "error", error: { code: "AO_EMBEDDED_THREAD", message } });
      next();
    });
    return thread;
  };
  const assign = (thread: Thread, job: Job): void => {
    thread.job = job;
    thread.worker.postMessage({ id: job.id, task: job.task, deadlineMs: job.deadlineMs } satisfies ToQuery);
    thread.timer = setTimeout(
      () => {
        onReplaced("time");
        release(thread, { kind: "expired" });
        threads.delete(thread);
        void thread.worker.terminate();
        next();
      },
      job.deadlineMs - clock.nowMs() + GRACE_MS,
    );
  };
  const next = (): void => {
    while (!closed && line.length > 0) {
      const idle = [...threads].find(({ job }) => job === undefined);
      const thread = idle ?? (threads.size < limit ? startThread() : undefined);
      if (thread === undefined) return;
      const job = line.shift() as Job;
      assign(thread, job);
    }
  };

  const first = startThread();
  await first.ready;
  return {
    run: (task, signal) => {
      const { promise, resolve } = Promise.withResolvers<QueryAnswer | QueryFailure>();
      if (closed) return Promise.resolve({ kind: "closed" });
      if (line.length >= MAX_WAITING) return Promise.resolve({ kind: "crowded" });
      const id = nextId++;
      const leave = (): void => {
        const at = line.findIndex((waiting) => waiting.id === id);
        if (at >= 0) line.splice(at, 1)[0]?.finish({ kind: "expired" });
        for (const thread of threads) if (thread.job?.id === id) Atomics.store(thread.cancelled, 0, id);
      };
      const timer = setTimeout(leave, timeoutMs);
      const finish = (result: QueryAnswer | QueryFailure): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", leave);
        resolve(result);
      };
      signal?.addEventListener("abort", leave);
      line.push({ id, task, deadlineMs: clock.nowMs() + timeoutMs, finish });
      next();
      return promise;
    },
    waiting: () => line.length,
    close: async () => {
      closed = true;
      for (const job of line.splice(0)) job.finish({ kind: "closed" });
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}
