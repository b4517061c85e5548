/** The ingest thread: decodes, translates and stores what the main thread hands over; the store's only writer. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { systemClock } from "../base/index.ts";
import { openStoreWriter, type StoreWriter } from "../store/index.ts";
import { createIngestLoop } from "./ingest-loop.ts";
import { createIngestPipeline } from "./ingest-pipeline.ts";
import { plainError } from "./plain.ts";
import type { FromIngest, IngestThreadData, ToIngest } from "./thread-messages.ts";

/** Requests of one commit: more only makes the first one wait. */
const GROUP_BYTES = 16 * 1024 * 1024;
const GROUP_CALLS = 500;
const MAINTENANCE_MS = 5000;
/** As often as programs push. */
const DERIVED_MS = 15_000;

const port = parentPort as MessagePort;
const { directory, retention, maxSeriesPerDay } = workerData as IngestThreadData;
const post = (message: FromIngest): void => port.postMessage(message);

function open(): StoreWriter | undefined {
  try {
    return openStoreWriter({
      directory,
      clock: systemClock,
      retention,
      ...(maxSeriesPerDay !== undefined && { maxSeriesPerDay }),
      onFault: ({ path, error }) => post({ kind: "fault", path, error: plainError(error) }),
    });
  } catch (error) {
    post({ kind: "unusable", error: plainError(error) });
    return undefined;
  }
}

/** What waits, as far as it goes into one commit. */
function group(first: ToIngest): ToIngest[] {
  const messages: ToIngest[] = [];
  let bytes = 0;
  for (let next: ToIngest | undefined = first; next !== undefined; ) {
    messages.push(next);
    if (next.call.kind === "take") bytes += next.call.bytes.length;
    // Nothing may be read behind the end.
    const full: boolean = bytes >= GROUP_BYTES || messages.length >= GROUP_CALLS || next.call.kind === "close";
    next = full ? undefined : (receiveMessageOnPort(port)?.message as ToIngest | undefined);
  }
  return messages;
}

/** Gives the bytes of requests back at once: V8 lets dozens of megabytes of buffers lie, in a heap of the C library that never shrinks. */
function release(messages: readonly ToIngest[]): void {
  for (const { call } of messages) if (call.kind === "take") (call.bytes.buffer as ArrayBuffer).transfer(0);
}

function serve(writer: StoreWriter): void {
  const told = (error: unknown): void => post({ kind: "fault", path: directory, error: plainError(error) });
  const loop = createIngestLoop(writer, createIngestPipeline(systemClock, told));
  /** Work of the thread's own: what fails is told, and tried again the next time. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      told(error);
    }
  };
  const maintain = (): void => attempt(() => void (writer.maintain() && setImmediate(maintain)));
  const timers = [
    setInterval(maintain, MAINTENANCE_MS),
    setInterval(() => attempt(() => loop.storeDerived()), DERIVED_MS),
  ];
  port.on("message", (first: ToIngest) => {
    const startedMs = performance.now();
    const messages = group(first);
    const answers = loop.run(messages);
    release(messages);
    const closing = messages.at(-1)?.call.kind === "close";
    if (closing) {
      for (const timer of timers) clearInterval(timer);
      attempt(() => loop.storeDerived(true));
      attempt(writer.close);
    }
    post({ kind: "answers", answers, busyMs: performance.now() - startedMs });
    if (closing) port.close();
  });
  post({ kind: "ready" });
}

const writer = open();
if (writer !== undefined) serve(writer);
