import { createBoundedQueue } from "../../base/index.ts";
import type { Payload } from "./post.ts";
import type { Remainder } from "./remainder.ts";
import type { Sender } from "./sender.ts";

export type Drop = { readonly reason: "queue_full" | "rejected" | "unserializable" | "exit"; readonly count: number };

export type BatcherOptions<T> = {
  readonly sender: Sender;
  readonly encode: (items: readonly T[]) => Payload;
  readonly batchSize: number;
  readonly queueSize: number;
  readonly intervalMs: number;
  /** How many spans or log lines an item stands for, where it is not one. */
  readonly countOf?: (item: T) => number;
  readonly onDrop: (drop: Drop) => void;
};

/** Collects items and sends them in batches, one batch at a time, in order, with retries. */
export type Batcher<T> = {
  readonly add: (item: T) => void;
  /** Sends what is queued; resolves when all is sent or dropped, or when `signal` aborts. */
  readonly flush: (signal: AbortSignal) => Promise<void>;
  /** Everything not yet known to be delivered, encoded, for a process that cannot wait; the batcher is empty afterwards. */
  readonly drain: () => Remainder[];
  readonly pending: () => number;
  readonly close: () => void;
};

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/** Full jitter between half and all of the exponential delay, so that many programs do not return at once. */
const backoffMs = (attempt: number): number =>
  Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.5 + Math.random() / 2);

export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  const { sender, encode, batchSize, queueSize, intervalMs, countOf = () => 1, onDrop } = options;
  const queue = createBoundedQueue<T>(queueSize);
  /** What the items in the queue stand for. */
  let queued = 0;
  let underWay: { payload: Payload; count: number } | undefined;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let closed = false;

  const schedule = (delayMs: number): void => {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void pump();
    }, delayMs);
    timer.unref();
  };

  const nextBatch = (): boolean => {
    while (underWay === undefined) {
      const items = queue.take(batchSize, countOf);
      if (items.length === 0) return false;
      const count = items.reduce((sum, item) => sum + countOf(item), 0);
      queued -= count;
      try {
        underWay = { payload: encode(items), count };
      } catch {
        onDrop({ reason: "unserializable", count });
      }
    }
    return true;
  };

  /** One attempt; true where there may be more to do at once, else the delay until the next attempt. */
  const attemptOnce = async (): Promise<true | number> => {
    if (underWay === undefined) return true;
    const { payload, count } = underWay;
    const result = await sender.send(payload);
    if (result.kind === "retry") {
      const delay = result.retryAfterMs ?? backoffMs(attempt);
      attempt += 1;
      return delay;
    }
    attempt = 0;
    // A drain meanwhile has taken the batch over.
    if (underWay?.payload === payload) underWay = undefined;
    if (result.kind === "rejected") onDrop({ reason: "rejected", count });
    return true;
  };

  const run = async (): Promise<void> => {
    while (nextBatch()) {
      const next = await attemptOnce();
      if (next !== true) {
        // The delay counts from here, whatever was planned before.
        clearTimeout(timer);
        timer = undefined;
        schedule(next);
        return;
      }
    }
  };

  const pump = (): Promise<void> => {
    sending ??= run().finally(() => {
      sending = undefined;
    });
    return sending;
  };

  return {
    add: (item) => {
      const count = countOf(item);
      if (closed || queued + count > queueSize || !queue.push(item)) {
        onDrop({ reason: "queue_full", count });
        return;
      }
      queued += count;
      if (queued >= batchSize && attempt === 0) void pump();
      else schedule(intervalMs);
    },
    flush: async (signal) => {
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      while (!signal.aborted && (underWay !== undefined || queue.size() > 0)) {
        await Promise.race([pump(), aborted]);
        // A failed attempt has scheduled the next one: a flush does not stand and wait for a receiver that is away.
        if (attempt > 0) return;
      }
    },
    drain: () => {
      const remainders: Remainder[] = [];
      while (nextBatch()) {
        const { payload, count } = underWay!;
        underWay = undefined;
        const flight = sender.flight(payload);
        const known = flight?.kind === "answered" ? flight.result.kind : undefined;
        if (known === "rejected") onDrop({ reason: "rejected", count });
        // What its receiver has answered is settled, though nobody has come to read it.
        if (known === "rejected" || known === "delivered") continue;
        remainders.push({ payload, count, ...(flight?.kind === "awaited" && { awaitedOn: flight.fd }) });
      }
      return remainders;
    },
    pending: () => queued + (underWay?.count ?? 0),
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
