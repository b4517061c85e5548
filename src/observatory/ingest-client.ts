import type { Worker } from "node:worker_threads";
import { type Diagnostics, hasSpace, ObservatoryError } from "../base/index.ts";
import type { Take, TakeResult } from "../receive/index.ts";
import type { StoreUsage } from "../store/index.ts";
import { type PlainSample, packSamples } from "./packed-samples.ts";
import { errorOf } from "./plain.ts";
import { isStoreFull, tellStoreFailure, tellStoreFault } from "./store-faults.ts";
import { startThread } from "./thread.ts";
import type {
  FromIngest,
  IngestAnswer,
  IngestCall,
  IngestThreadData,
  PlainError,
  ToIngest,
} from "./thread-messages.ts";

export type IngestClient = {
  readonly take: Take;
  /** Stores samples of our own making. Throws where they could not be, or not all of them. */
  readonly append: (samples: readonly PlainSample[]) => Promise<void>;
  readonly state: {
    readonly get: (key: string) => Promise<string | undefined>;
    readonly set: (key: string, value: string) => Promise<void>;
  };
  readonly usage: () => Promise<StoreUsage>;
  /** Tells of a file that a reader found damaged, so that it is set aside. */
  readonly distrust: (path: string, error: PlainError) => Promise<void>;
  /** Bytes that are not stored yet. */
  readonly pendingBytes: () => number;
  /** Why what arrives cannot be stored; undefined where it can. */
  readonly failure: () => string | undefined;
  /** Stores what waits, as far as there is time, and closes the store. */
  readonly close: () => Promise<void>;
};

export type IngestClientOptions = {
  readonly data: IngestThreadData;
  /** Bytes that may wait; what comes beyond is asked to come back. */
  readonly maxPendingBytes: number;
  readonly heapMb: number;
  readonly diagnostics: Diagnostics;
  readonly onTaken: (signal: string, result: TakeResult, items: number) => void;
  readonly onCommitted: (busyMs: number) => void;
  /** The thread ended by itself and is replaced. */
  readonly onRestart: () => void;
};

type Pending = { readonly resolve: (answer: IngestAnswer) => void; readonly bytes: number };

const BUSY_RETRY_MS = 1000;
const RESTART_MS = 1000;
/** What the last requests may take at the end; those that take longer are not acknowledged. */
const CLOSE_MS = 1300;

/** Why nothing could be stored; "" where it could be, undefined where the answer tells nothing of that. */
function failureIn(answer: IngestAnswer): string | undefined {
  if (answer.kind === "error") return answer.error.code === "AO_EMBEDDED_THREAD" ? undefined : answer.error.message;
  if (answer.kind === "done") return "";
  if (answer.kind !== "take" || answer.result.kind === "bad") return undefined;
  return answer.result.kind === "failed" ? answer.result.message : "";
}

const gone = (): IngestAnswer => ({
  kind: "error",
  error: { code: "AO_EMBEDDED_THREAD", message: "the store is being restarted" },
});

/** Starts the ingest thread. Throws `ObservatoryError` where the store cannot be opened. */
export async function startIngestClient(options: IngestClientOptions): Promise<IngestClient> {
  const { data, maxPendingBytes, heapMb, diagnostics } = options;
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let pendingBytes = 0;
  let worker: Worker | undefined;
  let failure = "";
  let closing = false;

  const settle = (id: number, answer: IngestAnswer): void => {
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    pending.delete(id);
    pendingBytes -= waiting.bytes;
    const told = failureIn(answer);
    if (told === "") {
      // Something small may still fit on a disk that is full for the rest.
      if (!isStoreFull(failure) || hasSpace(data.directory)) failure = "";
    } else if (told !== undefined) {
      if (failure === "") tellStoreFailure(diagnostics, told);
      failure = told;
    }
    waiting.resolve(answer);
  };
  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = startThread("ingest", data, heapMb);
      let reason = "it ended";
      started.on("message", (message: FromIngest) => {
        if (message.kind === "answers") {
          for (const [id, answer] of message.answers) settle(id, answer);
          options.onCommitted(message.busyMs);
        } else if (message.kind === "fault") {
          tellStoreFault(diagnostics, message);
        } else if (message.kind === "unusable") {
          reject(errorOf(message.error));
        } else {
          worker = started;
          resolve();
        }
      });
      started.on("error", (error) => {
        reason = error.message;
      });
      started.on("exit", () => {
        const ran = worker === started;
        if (ran) worker = undefined;
        for (const id of [...pending.keys()]) settle(id, gone());
        const expected = "the thread that stores what arrives to run";
        reject(new ObservatoryError("AO_EMBEDDED_THREAD", { expected, received: reason.replace(/\.$/, "") }));
        if (!ran || closing) return;
        options.onRestart();
        diagnostics.warnOnce(
          "ingest thread",
          `the thread that stores what arrives ended (${reason}); it is started again`,
        );
        restart();
      });
    });
  const restart = (): void => {
    setTimeout(() => {
      if (!closing) start().catch(restart);
    }, RESTART_MS).unref();
  };

  const ask = (call: IngestCall, transfer: ArrayBuffer[] = [], bytes = 0): Promise<IngestAnswer> => {
    if (worker === undefined) return Promise.resolve(gone());
    const id = nextId++;
    const { promise, resolve } = Promise.withResolvers<IngestAnswer>();
    pending.set(id, { resolve, bytes });
    pendingBytes += bytes;
    worker.postMessage({ id, call } satisfies ToIngest, transfer);
    return promise;
  };
  const done = async (call: IngestCall): Promise<Exclude<IngestAnswer, { kind: "error" }>> => {
    const answer = await ask(call);
    if (answer.kind === "error") throw errorOf(answer.error);
    return answer;
  };

  await start();
  return {
    take: async (signal, bytes, encoding) => {
      if (pendingBytes + bytes.length > maxPendingBytes && pendingBytes > 0) {
        const result: TakeResult = { kind: "busy", retryAfterMs: BUSY_RETRY_MS };
        options.onTaken(signal, result, 0);
        return result;
      }
      const { length } = bytes;
      // Small buffers are slices of a pool that others use as well.
      const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
      const answer = await ask({ kind: "take", signal, bytes: own, encoding }, [own.buffer as ArrayBuffer], length);
      const taken =
        answer.kind === "take"
          ? answer
          : {
              result: { kind: "failed", message: answer.kind === "error" ? answer.error.message : "" } as const,
              items: 0,
            };
      options.onTaken(signal, taken.result, taken.items);
      return taken.result;
    },
    append: async (samples) => {
      if (samples.length === 0) return;
      const answer = await done({ kind: "append", samples: packSamples(samples) });
      if (answer.kind !== "done" || answer.refused === undefined) return;
      throw new Error(`samples could not be stored (${answer.refused})`);
    },
    state: {
      get: async (key) => {
        const answer = await done({ kind: "get", key });
        return answer.kind === "get" ? answer.value : undefined;
      },
      set: async (key, value) => void (await done({ kind: "set", key, value })),
    },
    usage: async () => {
      const answer = await done({ kind: "usage" });
      if (answer.kind !== "usage") throw new TypeError("an answer to another question");
      return answer.usage;
    },
    distrust: async (path, error) => void (await ask({ kind: "distrust", path, error })),
    pendingBytes: () => pendingBytes,
    failure: () => (failure === "" ? undefined : failure),
    close: async () => {
      closing = true;
      const running = worker;
      if (running === undefined) return;
      const timer = setTimeout(() => void running.terminate(), CLOSE_MS);
      await ask({ kind: "close" });
      clearTimeout(timer);
      await running.terminate();
    },
  };
}
