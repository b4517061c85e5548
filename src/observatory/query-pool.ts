import type { Clock, Diagnostics } from "../base/index.ts";
import { type Job, type QueryFailure, type QueryWorker, startQueryWorker } from "./query-worker.ts";
import type { StoreFault } from "./store-faults.ts";
import type { QueryAnswer, QueryTask, QueryThreadData } from "./thread-messages.ts";

export type QueryPool = {
  /** Never rejects. Without `signal` nobody loses interest before the deadline. */
  readonly run: (task: QueryTask, signal?: AbortSignal) => Promise<QueryAnswer | QueryFailure>;
  readonly waiting: () => number;
  readonly threads: () => number;
  readonly close: () => Promise<void>;
};

export type QueryPoolOptions = {
  readonly data: Omit<QueryThreadData, "cancelled">;
  /** How many questions, and how many expressions of rules, run at once. There is one thread more, so that neither waits for the other. */
  readonly threads: number;
  readonly timeoutMs: number;
  /** What a thread that does not notice its deadline gets beyond it. */
  readonly graceMs?: number;
  /** How long a task waits for a thread that is busy before another one is started. */
  readonly patienceMs?: number;
  /** How often threads that are not needed are looked for. */
  readonly tidyMs?: number;
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** A thread came across something in the store that cannot be read. */
  readonly onStoreFault: (fault: StoreFault) => void;
  /** A thread was ended: for the time or memory of a query, or because it held much while it was idle. */
  readonly onReplaced: (reason: "time" | "memory" | "failure" | "grown") => void;
};

type Kind = QueryTask["kind"];

/** A dashboard asks some forty questions at once; this is several of them. Rules are as many as there are. */
const MAX_WAITING: Readonly<Record<Kind, number>> = { request: 256, expression: 10_000 };
const GRACE_MS = 2000;
/** Longer than most queries take, and than a thread takes to start; each costs some 20 MB. Nobody sits before a rule. */
const PATIENCE_MS: Readonly<Record<Kind, number>> = { request: 100, expression: 1000 };
const TIDY_MS = 10_000;
/** When nothing was asked for so long, threads with garbage are replaced. Rules do not count: they are always evaluated. */
const QUIET_MS = 10_000;
/** Longer than the pause between two refreshes of a dashboard. */
const SURPLUS_IDLE_MS = 60_000;
/** With warm caches a thread holds some 60 MB; the rest is garbage, which V8 leaves alone while there is nothing to do. */
const GROWN_BYTES = 128 * 1024 * 1024;

/** Starts a pool; the first thread at once, others when there is work for them. Throws `ObservatoryError` where the store cannot be read. */
export async function startQueryPool(options: QueryPoolOptions): Promise<QueryPool> {
  const { data, threads: limit, timeoutMs, memoryBytes, clock, diagnostics, onStoreFault, onReplaced } = options;
  const { graceMs = GRACE_MS, patienceMs, tidyMs = TIDY_MS } = options;
  const workers = new Set<QueryWorker>();
  const line: Job[] = [];
  /** Those in line that have waited long enough for a thread of their own. */
  const impatient = new Set<Job["id"]>();
  let nextId = 1;
  let askedMs = clock.nowMs();
  let closed = false;

  const running = (kind: Kind): number => [...workers].filter((worker) => worker.job()?.task.kind === kind).length;
  const waiting = (kind: Kind): number => line.filter(({ task }) => task.kind === kind).length;

  const start = (): QueryWorker => {
    const worker = startQueryWorker({
      data,
      memoryBytes,
      graceMs,
      clock,
      diagnostics,
      onStoreFault,
      onIdle: next,
      onGone: (gone, reason) => {
        workers.delete(gone);
        if (reason !== undefined) onReplaced(reason);
        // Not within its end: the next one would see what is half done.
        setImmediate(next);
      },
    });
    workers.add(worker);
    return worker;
  };
  /** Neither questions nor rules ever have all threads. */
  const next = (): void => {
    for (;;) {
      const at = closed ? -1 : line.findIndex(({ task }) => running(task.kind) < limit);
      if (at < 0) return;
      const idle = [...workers].find((worker) => worker.job() === undefined);
      const mayStart = workers.size === 0 || (workers.size <= limit && impatient.has((line[at] as Job).id));
      const worker = idle ?? (mayStart ? start() : undefined);
      if (worker === undefined) return;
      for (const job of line.splice(at, 1)) worker.assign(job);
    }
  };
  const tidy = (): void => {
    for (const worker of [...workers]) {
      if (worker.job() !== undefined) continue;
      const isSurplus = workers.size > 1 && clock.nowMs() - worker.idleSinceMs() >= SURPLUS_IDLE_MS;
      const hasGrown = worker.heldBytes() > GROWN_BYTES && clock.nowMs() - askedMs >= QUIET_MS;
      if (!isSurplus && !hasGrown) continue;
      if (hasGrown) onReplaced("grown");
      void worker.end({ kind: "closed" });
      // One is always there, so that the next question need not wait for it.
      if (workers.size === 0) start();
    }
  };

  await start().ready;
  const tidying = setInterval(tidy, tidyMs);
  return {
    run: (task, signal) => {
      if (closed) return Promise.resolve({ kind: "closed" });
      if (signal?.aborted === true) return Promise.resolve({ kind: "expired" });
      if (waiting(task.kind) >= MAX_WAITING[task.kind]) return Promise.resolve({ kind: "crowded" });
      const { promise, resolve } = Promise.withResolvers<QueryAnswer | QueryFailure>();
      const id = nextId++;
      const leave = (): void => {
        const at = line.findIndex((job) => job.id === id);
        if (at >= 0) line.splice(at, 1)[0]?.finish({ kind: "expired" });
        for (const worker of workers) if (worker.job()?.id === id) worker.cancel(id);
      };
      const insist = (): void => {
        if (!line.some((job) => job.id === id)) return;
        impatient.add(id);
        next();
      };
      const timers = [setTimeout(leave, timeoutMs), setTimeout(insist, patienceMs ?? PATIENCE_MS[task.kind])];
      const finish = (result: QueryAnswer | QueryFailure): void => {
        for (const timer of timers) clearTimeout(timer);
        impatient.delete(id);
        signal?.removeEventListener("abort", leave);
        if (task.kind === "request") askedMs = clock.nowMs();
        resolve(result);
      };
      signal?.addEventListener("abort", leave);
      line.push({ id, task, deadlineMs: clock.nowMs() + timeoutMs, finish });
      next();
      return promise;
    },
    waiting: () => line.length,
    threads: () => workers.size,
    close: async () => {
      closed = true;
      clearInterval(tidying);
      for (const job of line.splice(0)) job.finish({ kind: "closed" });
      await Promise.all([...workers].map((worker) => worker.end({ kind: "closed" })));
    },
  };
}
