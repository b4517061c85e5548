import diagnostics_channel from "node:diagnostics_channel";
import type { BroadcastChannel, Worker } from "node:worker_threads";
import { builtin, uniqueId } from "../../base/index.ts";
import { currentCarrier } from "./environment.ts";
import { CELL, type Handover, isHandover, LINK_KEY, STATE_BYTES, type ThreadLink } from "./thread-link.ts";

export type ThreadsOptions = {
  /** Takes what a thread has recorded. */
  readonly take: (handover: Handover) => void;
  readonly onFault: (error: unknown) => void;
};

/** The threads that this one starts. They hand over what they record, so that it outlives them. */
export type Threads = {
  /** To be called before the program can start a thread. Once is enough. */
  readonly prepare: () => void;
  /** Asks every thread for what it still has, and takes all of it, waiting at most so long. */
  readonly collect: (failed: boolean, timeoutMs: number) => void;
  readonly stop: () => void;
};

type Thread = {
  readonly channel: BroadcastChannel;
  readonly state: Int32Array;
  /** Undefined where starting it failed. */
  worker: WeakRef<Worker> | undefined;
};

export function createThreads({ take, onFault }: ThreadsOptions): Threads {
  const threads = new Set<Thread>();
  let stopped = false;
  let prepared = false;
  /** Made, but Node has not told of its worker yet. */
  let latest: Thread | undefined;

  const guard = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      onFault(error);
      return undefined;
    }
  };

  const onMessage = (thread: Thread, message: unknown): void => {
    if (!isHandover(message)) return;
    Atomics.sub(thread.state, CELL.waiting, message.count);
    guard(() => take(message));
  };
  const drain = (thread: Thread): void => {
    const { receiveMessageOnPort } = builtin("node:worker_threads");
    for (;;) {
      const received = receiveMessageOnPort(thread.channel as never);
      if (received === undefined) return;
      onMessage(thread, received.message);
    }
  };
  // Who has ended is known by its number: a listener of ours on the program's worker would be seen.
  const hasEnded = ({ worker }: Thread): boolean => (worker?.deref()?.threadId ?? -1) === -1;
  const prune = (): void => {
    for (const thread of threads) {
      if (!hasEnded(thread)) continue;
      drain(thread);
      thread.channel.close();
      threads.delete(thread);
    }
  };

  const link = (): ThreadLink | undefined => {
    if (stopped) return undefined;
    prune();
    const name = `agent-observatory.${uniqueId()}`;
    const channel = new (builtin("node:worker_threads").BroadcastChannel)(name);
    const shared = new SharedArrayBuffer(STATE_BYTES);
    const thread: Thread = { channel, state: new Int32Array(shared), worker: undefined };
    channel.onmessage = ((event: { data: unknown }) => onMessage(thread, event.data)) as typeof channel.onmessage;
    channel.unref();
    latest = thread;
    threads.add(thread);
    return { version: 1, channel: name, state: shared, carrier: currentCarrier() };
  };
  const onWorker = (message: unknown): void => {
    if (latest !== undefined) latest.worker = new WeakRef((message as { readonly worker: Worker }).worker);
    latest = undefined;
  };

  return {
    prepare: () => {
      if (prepared || stopped) return;
      prepared = true;
      // Read when the data is copied for a new thread, so each gets a link of its own.
      const carrier = Object.defineProperty({}, "link", { enumerable: true, get: () => guard(link) });
      builtin("node:worker_threads").setEnvironmentData(LINK_KEY, carrier as never);
      diagnostics_channel.subscribe("worker_threads", onWorker);
    },
    collect: (failed, timeoutMs) => {
      const asked = [...threads].filter(
        (thread) =>
          !hasEnded(thread) &&
          Atomics.load(thread.state, CELL.listening) === 1 &&
          Atomics.load(thread.state, CELL.done) === 0,
      );
      for (const { channel } of asked) guard(() => channel.postMessage({ end: { failed } }));
      const deadlineMs = performance.now() + timeoutMs;
      for (const { state } of asked) {
        Atomics.wait(state, CELL.done, 0, Math.max(0, deadlineMs - performance.now()));
      }
      for (const thread of threads) guard(() => drain(thread));
    },
    stop: () => {
      stopped = true;
      diagnostics_channel.unsubscribe("worker_threads", onWorker);
      for (const { channel } of threads) channel.close();
      threads.clear();
    },
  };
}
