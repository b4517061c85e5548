import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { builtin, type Clock } from "../../base/index.ts";
import type { Metrics } from "../../metrics/index.ts";
import type { Sender } from "../delivery/sender.ts";
import type { Encoder } from "../encoder.ts";
import type { Export } from "../export.ts";
import type { LogItem } from "../logs.ts";
import { startMetricPusher } from "../metric-pusher.ts";
import { type Ask, CELL, type Handover, isThreadLink, LINK_KEY, type ThreadLink } from "./thread-link.ts";

export type ThreadExportOptions = {
  readonly link: ThreadLink;
  readonly encoder: Encoder;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly sendsMetrics: boolean;
  readonly metricIntervalMs: number;
  /** Spans and log lines that may wait for the thread that takes them. */
  readonly queueSize: number;
};

/** An export that hands all over to the thread that started this one, at once: a thread can be ended without being told. */
export type ThreadExport = Export & {
  /** `answer` is called when the process ends, to hand over what there is. */
  readonly onAsked: (answer: (failed: boolean) => void) => void;
};

/** More are not held back, however long the turn. */
const MAX_HELD = 64;
/** Numbers are told again after this time, or as much longer as keeps telling them at 1/50 of the thread's time. */
const MIN_METRIC_REST_MS = 20;
const METRIC_SHARE = 50;

/** Whether this is a thread of a program, at no cost where it is not: only in threads some functions of `process` are switched off. */
export const isThread = (): boolean => (process.chdir as { disabled?: boolean }).disabled === true;

/** The link to the thread that started this one; undefined in the main thread, and where that thread is not observed. */
export function threadLink(): ThreadLink | undefined {
  if (!isThread()) return undefined;
  const data = builtin("node:worker_threads").getEnvironmentData(LINK_KEY) as { readonly link?: unknown } | undefined;
  return isThreadLink(data?.link) ? data.link : undefined;
}

export function createThreadExport(options: ThreadExportOptions): ThreadExport {
  const { link, encoder, metrics, clock, queueSize } = options;
  const source = link.channel;
  const state = new Int32Array(link.state);
  const channel = new (builtin("node:worker_threads").BroadcastChannel)(link.channel);
  channel.unref();
  let closed = false;

  const post = (handover: Handover): void => {
    if (closed) return;
    Atomics.add(state, CELL.waiting, handover.count);
    channel.postMessage(handover);
  };
  const drop = (signal: "traces" | "logs", reason: "queue_full" | "unserializable", count: number): void =>
    metrics.add("agent_observatory_dropped_total", { signal, reason }, count);

  let immediate: NodeJS.Immediate | undefined;
  const handOver = (): void => {
    immediate = undefined;
    for (const held of [spans, logs]) held.handOver();
    handOverMetrics();
  };
  const createHolder = <T>(signal: "traces" | "logs", encode: (items: readonly T[]) => Uint8Array) => {
    let items: T[] = [];
    const handOverItems = (): void => {
      const taken = items;
      if (taken.length === 0) return;
      items = [];
      try {
        post({ signal, body: encode(taken), count: taken.length, source });
      } catch {
        drop(signal, "unserializable", taken.length);
      }
    };
    return {
      handOver: handOverItems,
      held: () => items.length,
      add: (item: T): void => {
        // The other thread may be busy: what waits for it is bounded like any queue.
        if (closed || Atomics.load(state, CELL.waiting) + items.length >= queueSize) {
          drop(signal, "queue_full", 1);
          return;
        }
        items.push(item);
        if (items.length >= MAX_HELD) handOverItems();
        else immediate ??= setImmediate(handOver).unref();
      },
    };
  };
  const spans = createHolder<ReadableSpan>("traces", encoder.spans);
  const logs = createHolder<LogItem>("logs", encoder.logs);

  const sender: Sender = {
    send: ({ body }) => {
      post({ signal: "metrics", body, count: 0, source });
      return Promise.resolve({ kind: "delivered" });
    },
    hold: () => () => {},
    flight: () => undefined,
    answered: () => true,
  };
  const pusher = options.sendsMetrics
    ? startMetricPusher({
        metrics,
        sender,
        clock,
        intervalMs: options.metricIntervalMs,
        encode: (snapshots, timeMs) => ({
          signal: "metrics",
          url: "",
          protocol: "http/protobuf",
          headers: {},
          body: encoder.metrics(snapshots, timeMs),
        }),
      })
    : undefined;
  let resting: NodeJS.Timeout | undefined;
  /** At once, and then not again for a while. */
  const handOverMetrics = (): void => {
    if (resting !== undefined || pusher?.pending() !== true) return;
    const startedMs = performance.now();
    void pusher.flush();
    const restMs = Math.max(MIN_METRIC_REST_MS, (performance.now() - startedMs) * METRIC_SHARE);
    resting = setTimeout(() => {
      resting = undefined;
      handOverMetrics();
    }, restMs).unref();
  };

  const handOverAll = (): void => {
    handOver();
    for (const { body } of pusher?.drain() ?? []) post({ signal: "metrics", body, count: 0, source });
  };
  return {
    span: spans.add,
    log: logs.add,
    flush: () => {
      handOverAll();
      return Promise.resolve();
    },
    pending: () => spans.held() + logs.held() > 0 || pusher?.pending() === true,
    drain: () => {
      handOverAll();
      Atomics.store(state, CELL.done, 1);
      Atomics.notify(state, CELL.done);
      return [];
    },
    answered: () => true,
    take: post,
    end: () => pusher?.end(),
    onAsked: (answer) => {
      channel.onmessage = ((event: { data: Ask }) => answer(event.data.end.failed)) as typeof channel.onmessage;
      channel.unref();
      Atomics.store(state, CELL.listening, 1);
    },
    close: () => {
      handOver();
      closed = true;
      clearImmediate(immediate);
      clearTimeout(resting);
      pusher?.close();
      Atomics.store(state, CELL.listening, 0);
      channel.close();
    },
  };
}
