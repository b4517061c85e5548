/** A query thread: answers requests to the query APIs, and evaluates the expressions of rules, one after another. */
import { getHeapStatistics } from "node:v8";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createQueryApi } from "../api/index.ts";
import { systemClock } from "../base/index.ts";
import { EVALUATION_INTERVAL_MS, queryInstant } from "../promql/index.ts";
import { openStoreReader, type StoreReader } from "../store/index.ts";
import { packSamples } from "./packed-samples.ts";
import { plainError } from "./plain.ts";
import type { FromQuery, QueryAnswer, QueryTask, QueryThreadData, ToQuery } from "./thread-messages.ts";

const port = parentPort as MessagePort;
const { directory, version, retention, startedMs, cancelled } = workerData as QueryThreadData;
const post = (message: FromQuery, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

function open(): StoreReader | undefined {
  try {
    return openStoreReader({
      directory,
      clock: systemClock,
      onFault: ({ path, error }) => post({ kind: "fault", path, error: plainError(error) }),
    });
  } catch (error) {
    post({ kind: "unusable", error: plainError(error) });
    return undefined;
  }
}

function serve(reader: StoreReader): void {
  const api = createQueryApi({
    sources: reader,
    clock: systemClock,
    version,
    usage: () => ({ startedMs, retention }),
  });
  const stop = new Int32Array(cancelled);
  const run = (task: QueryTask, isExpired: () => boolean): QueryAnswer => {
    if (task.kind === "request") {
      const params = new URLSearchParams(task.params);
      const { status, headers, body } = api.handle({ ...task, params, isExpired });
      return { kind: "response", status, headers, body: new TextEncoder().encode(body) };
    }
    const limits = { isExpired, subqueryStepMs: EVALUATION_INTERVAL_MS };
    const result = queryInstant(reader, task.expression, task.timeMs, limits);
    // A number is a sample without labels, as in a rule of Prometheus.
    const samples =
      result.type === "vector"
        ? result.samples
        : result.type === "scalar"
          ? [{ labels: {}, timeMs: result.timeMs, value: result.value }]
          : undefined;
    if (samples === undefined) throw new TypeError(`a rule needs a vector or a number, not a ${result.type}`);
    return { kind: "samples", samples: packSamples(samples) };
  };
  port.on("message", ({ id, task, deadlineMs }: ToQuery) => {
    const isExpired = (): boolean => systemClock.nowMs() > deadlineMs || Atomics.load(stop, 0) === id;
    let answer: QueryAnswer;
    try {
      answer = reader.scoped(() => run(task, isExpired));
    } catch (error) {
      answer = { kind: "error", error: plainError(error) };
    }
    const { total_heap_size, external_memory } = getHeapStatistics();
    const heldBytes = total_heap_size + external_memory;
    post(
      { kind: "answer", id, answer, heldBytes },
      answer.kind === "response" ? [answer.body.buffer as ArrayBuffer] : [],
    );
  });
  post({ kind: "ready" });
}

const reader = open();
if (reader !== undefined) serve(reader);
