import type { Worker } from "node:worker_threads";
import { type Clock, type Diagnostics, ObservatoryError } from "../base/index.ts";
import { errorOf } from "./plain.ts";
import type { StoreFault } from "./store-faults.ts";
import { startThread } from "./thread.ts";
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

/** A task and who waits for its answer. */
export type Job = {
  readonly id: number;
  readonly task: QueryTask;
  readonly deadlineMs: number;
  readonly finish: (result: QueryAnswer | QueryFailure) => void;
};

/** One query thread. It does one job at a time. */
export type QueryWorker = {
  /** Rejects where the thread cannot do its work. */
  readonly ready: Promise<void>;
  readonly job: () => Job | undefined;
  readonly assign: (job: Job) => void;
  /** Nobody waits for the job any more. */
  readonly cancel: (id: number) => void;
  readonly idleSinceMs: () => number;
  /** Memory of JavaScript's that it held after its last answer. */
  readonly heldBytes: () => number;
  /** Ends the thread; its job, if there is one, ends so. */
  readonly end: (result: QueryFailure) => Promise<void>;
};

export type QueryWorkerOptions = {
  readonly data: Omit<QueryThreadData, "cancelled">;
  readonly memoryBytes: number;
  /** What a thread gets beyond a deadline before it is ended: a query looks at its time now and then, and tells of it itself. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly onStoreFault: (fault: StoreFault) => void;
  readonly onIdle: () => void;
  /** It has ended, by itself or not. `reason` where that says something about the query. */
  readonly onGone: (worker: QueryWorker, reason: "time" | "memory" | "failure" | undefined) => void;
};

const MB = 1024 * 1024;
const LEAST_HEAP_MB = 16;

export function startQueryWorker(options: QueryWorkerOptions): QueryWorker {
  const { data, memoryBytes, graceMs, clock, diagnostics, onStoreFault, onIdle, onGone } = options;
  const shared = new SharedArrayBuffer(4);
  const cancelled = new Int32Array(shared);
  const threadData: QueryThreadData = { ...data, cancelled: shared };
  const thread: Worker = startThread("query", threadData, Math.max(LEAST_HEAP_MB, Math.floor(memoryBytes / MB)));
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  // Who waits for it hears of it; the others see an answer that does not come.
  ready.catch(() => {});
  let job: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  let [idleSinceMs, heldBytes] = [clock.nowMs(), 0];
  let failure: NodeJS.ErrnoException | undefined;
  let [unusable, gone] = [false, false];

  const release = (result: QueryAnswer | QueryFailure): void => {
    clearTimeout(timer);
    const released = job;
    job = undefined;
    idleSinceMs = clock.nowMs();
    released?.finish(result);
  };
  const leave = (reason: "time" | "memory" | "failure" | undefined, result: QueryAnswer | QueryFailure): void => {
    if (gone) return;
    gone = true;
    // First, so that whoever hears of the result finds it gone.
    onGone(worker, reason);
    release(result);
  };
  const end = async (result: QueryFailure): Promise<void> => {
    leave(result.kind === "expired" ? "time" : undefined, result);
    await thread.terminate();
  };

  thread.on("message", (message: FromQuery) => {
    if (message.kind === "answer") {
      heldBytes = message.heldBytes;
      if (job?.id === message.id) release(message.answer);
      onIdle();
    } else if (message.kind === "fault") {
      onStoreFault(message);
    } else if (message.kind === "unusable") {
      unusable = true;
      failure = errorOf(message.error);
      reject(failure);
    } else {
      resolve();
    }
  });
  thread.on("error", (error) => {
    failure = error;
  });
  thread.on("exit", () => {
    const received = failure?.message.replace(/\.$/, "") ?? "it ended";
    reject(new ObservatoryError("AO_EMBEDDED_THREAD", { expected: "a query thread to run", received }));
    if (gone) return;
    if (failure?.code === "ERR_WORKER_OUT_OF_MEMORY") return leave("memory", { kind: "too-much-memory" });
    if (!unusable) {
      diagnostics.warnOnce("query thread", `a query thread ended (${received}); another one takes its place`);
    }
    const message = `the query could not be run (${received})`;
    leave("failure", { kind: "error", error: { code: "AO_EMBEDDED_THREAD", message } });
  });

  const worker: QueryWorker = {
    ready,
    job: () => job,
    assign: (given) => {
      job = given;
      thread.postMessage({ id: given.id, task: given.task, deadlineMs: given.deadlineMs } satisfies ToQuery);
      const leftMs = given.deadlineMs - clock.nowMs() + graceMs;
      timer = setTimeout(() => void end({ kind: "expired" }), leftMs);
    },
    cancel: (id) => void Atomics.store(cancelled, 0, id),
    idleSinceMs: () => idleSinceMs,
    heldBytes: () => heldBytes,
    end,
  };
  return worker;
}
