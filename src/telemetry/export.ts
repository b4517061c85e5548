import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { builtin, type Clock, type Diagnostics } from "../base/index.ts";
import type { Config } from "../config/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { type Batcher, createBatcher } from "./delivery/batcher.ts";
import type { Payload } from "./delivery/post.ts";
import type { Remainder } from "./delivery/remainder.ts";
import { createSender } from "./delivery/sender.ts";
import type { Encoder } from "./encoder.ts";
import type { LogItem } from "./logs.ts";
import { startMetricPusher } from "./metric-pusher.ts";
import type { Handover } from "./propagation/thread-link.ts";

export type ExportOptions = {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  readonly encoder: Encoder;
  readonly version: string;
  readonly clock: Clock;
};

/** OTLP out: spans and log lines in batches, metrics at an interval. */
export type Export = {
  readonly span: (span: ReadableSpan) => void;
  readonly log: (log: LogItem) => void;
  /** Takes what another thread has encoded. Of metrics the last request of each thread counts. */
  readonly take: (handover: Handover) => void;
  readonly flush: (signal: AbortSignal) => Promise<void>;
  readonly pending: () => boolean;
  readonly drain: () => Remainder[];
  /** Whether a receiver has ever answered. */
  readonly answered: () => boolean;
  /** To be called before the last flush or drain of the process. */
  readonly end: () => void;
  readonly close: () => void;
};

/** Encoded in another thread, where no object can come from. */
type Encoded = Pick<Handover, "body" | "count">;
const isEncoded = (item: object): item is Encoded =>
  "count" in item && "body" in item && item.body instanceof Uint8Array;

export function createExport(options: ExportOptions): Export {
  const { config, metrics, diagnostics, encoder, version, clock } = options;
  const { otlp, signals } = config;
  const sender = createSender({
    timeoutMs: otlp.timeoutMs,
    diagnostics,
    onFailure: (signal) => metrics.add("agent_observatory_export_failures_total", { signal }),
  });

  const { zipkinUrl } = config;
  const payload = (signal: Payload["signal"], url: string, body: Uint8Array): Payload => {
    const { compression } = otlp;
    const isZipkin = signal === "traces" && zipkinUrl !== undefined;
    const protocol = isZipkin ? "http/protobuf" : otlp.protocol;
    // What the headers of OTLP carry, such as keys, is not for Zipkin.
    const headers = isZipkin ? { "content-type": "application/json" } : otlp.signalHeaders[signal];
    // gRPC has a compression of its own, which is not worth its code for a call to a collector nearby.
    return compression === "gzip" && protocol !== "grpc"
      ? {
          signal,
          url,
          protocol,
          headers: { ...headers, "content-encoding": "gzip" },
          body: builtin("node:zlib").gzipSync(body),
        }
      : { signal, url, protocol, headers, body };
  };

  const batcher = <T extends object>(
    signal: "traces" | "logs",
    url: string,
    encode: (items: readonly T[]) => Uint8Array,
    join: (bodies: readonly Uint8Array[]) => Uint8Array,
  ): Batcher<T | Encoded> =>
    createBatcher<T | Encoded>({
      sender,
      batchSize: config.export.batchSize,
      queueSize: config.export.queueSize,
      intervalMs: config.export.batchIntervalMs,
      countOf: (item) => (isEncoded(item) ? item.count : 1),
      encode: (items) => {
        const own = items.filter((item): item is T => !isEncoded(item));
        const others = items.filter(isEncoded).map(({ body }) => body);
        const bodies = own.length === 0 ? others : [encode(own), ...others];
        return payload(signal, url, join(bodies));
      },
      onDrop: ({ reason, count }) => {
        metrics.add("agent_observatory_dropped_total", { signal, reason }, count);
        // Of what was refused the sender has told, with the address.
        if (reason === "rejected") return;
        diagnostics.warnOnce(
          `drop-${signal}-${reason}`,
          `${signal} are being dropped (${reason.replace("_", " ")}); agent_observatory_dropped_total counts them.`,
        );
      },
    });
  const spans = batcher<ReadableSpan>("traces", zipkinUrl ?? otlp.tracesUrl, encoder.spans, encoder.joinSpans);
  const logs = batcher<LogItem>("logs", otlp.logsUrl, encoder.logs, Buffer.concat);

  /** The last metrics of each other thread that have not arrived yet. */
  const othersMetrics = new Map<string, Uint8Array>();
  const pusher = signals.metrics
    ? startMetricPusher({
        metrics,
        clock,
        intervalMs: config.metrics.exportIntervalMs,
        identity: { version, node_version: process.versions.node },
        hasMore: () => othersMetrics.size > 0,
        encode: (snapshots, timeMs) =>
          payload(
            "metrics",
            otlp.metricsUrl,
            Buffer.concat([encoder.metrics(snapshots, timeMs), ...othersMetrics.values()]),
          ),
        sender: {
          ...sender,
          send: async (pushed) => {
            const sent = new Map(othersMetrics);
            const result = await sender.send(pushed);
            if (result.kind === "delivered") {
              for (const [source, body] of sent) if (othersMetrics.get(source) === body) othersMetrics.delete(source);
            }
            return result;
          },
        },
      })
    : undefined;

  return {
    span: spans.add,
    log: logs.add,
    take: ({ signal, body, count, source }) => {
      if (signal === "traces") spans.add({ body, count });
      else if (signal === "logs") logs.add({ body, count });
      else othersMetrics.set(source, body);
    },
    flush: async (signal) => {
      const release = sender.hold();
      try {
        await Promise.all([spans.flush(signal), logs.flush(signal)]);
        // Last, so that it tells what became of the others.
        if (pusher !== undefined && !signal.aborted) {
          const aborted = new Promise<void>((resolve) =>
            signal.addEventListener("abort", () => resolve(), { once: true }),
          );
          await Promise.race([pusher.flush(), aborted]);
        }
      } finally {
        release();
      }
    },
    pending: () => spans.pending() + logs.pending() > 0 || pusher?.pending() === true,
    drain: () => {
      const pushed = (pusher?.drain() ?? []).map((last) => ({ payload: last, count: 0 }));
      othersMetrics.clear();
      return [...spans.drain(), ...logs.drain(), ...pushed];
    },
    answered: sender.answered,
    end: () => pusher?.end(),
    close: () => {
      spans.close();
      logs.close();
      pusher?.close();
    },
  };
}
