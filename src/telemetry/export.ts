import type { Attributes } from "@opentelemetry/api";
import type { InstrumentationScope } from "@opentelemetry/core";
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { builtin, type Clock, type Diagnostics } from "../base/index.ts";
import type { Config } from "../config/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { createBatcher } from "./delivery/batcher.ts";
import type { Payload } from "./delivery/post.ts";
import type { Remainder } from "./delivery/remainder.ts";
import { createSender } from "./delivery/sender.ts";
import { type LogItem, readableLog } from "./logs.ts";
import { startMetricPusher } from "./metric-pusher.ts";
import { encodeMetrics } from "./otlp/metrics.ts";
import type { Privacy } from "./privacy.ts";

export type ExportOptions = {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  readonly attributes: Attributes;
  readonly version: string;
  readonly clock: Clock;
  readonly privacy: Privacy;
};

/** OTLP out: spans and log lines in batches, metrics at an interval. */
export type Export = {
  readonly span: (span: ReadableSpan) => void;
  readonly log: (log: LogItem) => void;
  readonly flush: (signal: AbortSignal) => Promise<void>;
  readonly pending: () => boolean;
  readonly drain: () => Remainder[];
  /** Whether a receiver has ever answered. */
  readonly answered: () => boolean;
  /** To be called before the last flush or drain of the process. */
  readonly end: () => void;
  readonly close: () => void;
};

const SCOPE = "agent-observatory";

export function createExport(options: ExportOptions): Export {
  const { config, metrics, diagnostics, attributes, version, clock, privacy } = options;
  const { otlp, signals } = config;
  const resource = resourceFromAttributes(attributes);
  const sender = createSender({
    timeoutMs: otlp.timeoutMs,
    diagnostics,
    onFailure: (signal) => metrics.add("agent_observatory_export_failures_total", { signal }),
  });

  const payload = (signal: Payload["signal"], url: string, body: Uint8Array | undefined): Payload => {
    if (body === undefined) throw new Error(`the ${signal} could not be encoded`);
    const { protocol, compression } = otlp;
    const headers = otlp.signalHeaders[signal];
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

  const scopes = new Map<string, InstrumentationScope>();
  const scopeOf = (name: string): InstrumentationScope => {
    const scope = scopes.get(name) ?? { name };
    scopes.set(name, scope);
    return scope;
  };

  const batching = {
    sender,
    batchSize: config.export.batchSize,
    queueSize: config.export.queueSize,
    intervalMs: config.export.batchIntervalMs,
  };
  const batcher = <T>(signal: "traces" | "logs", encode: (items: readonly T[]) => Payload) =>
    createBatcher<T>({
      ...batching,
      encode,
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
  const spans = batcher<ReadableSpan>("traces", (items) =>
    payload("traces", otlp.tracesUrl, ProtobufTraceSerializer.serializeRequest(items.map(privacy.span))),
  );
  const logs = batcher<LogItem>("logs", (items) =>
    payload(
      "logs",
      otlp.logsUrl,
      ProtobufLogsSerializer.serializeRequest(
        items.map((item) => readableLog(privacy.log(item), resource, scopeOf(item.scope))),
      ),
    ),
  );
  const pusher = signals.metrics
    ? startMetricPusher({
        metrics,
        sender,
        clock,
        intervalMs: config.metrics.exportIntervalMs,
        identity: { version, node_version: process.versions.node },
        encode: (snapshots, timeMs) =>
          payload("metrics", otlp.metricsUrl, encodeMetrics(snapshots, attributes, { name: SCOPE, version }, timeMs)),
      })
    : undefined;

  return {
    span: spans.add,
    log: logs.add,
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
    drain: () => [
      ...spans.drain(),
      ...logs.drain(),
      ...(pusher?.drain() ?? []).map((pushed) => ({ payload: pushed, count: 0 })),
    ],
    answered: sender.answered,
    end: () => pusher?.end(),
    close: () => {
      spans.close();
      logs.close();
      pusher?.close();
    },
  };
}
