import type { Clock } from "../base/index.ts";
import type { MetricSnapshot, Metrics } from "../metrics/index.ts";
import type { Payload } from "./delivery/post.ts";
import type { Sender } from "./delivery/sender.ts";

export type MetricPusherOptions = {
  readonly metrics: Metrics;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly encode: (snapshots: readonly MetricSnapshot[], timeMs: number) => Payload;
};

/** Pushes the registry at an interval. Values are cumulative: a push that fails loses nothing, the next one says it all. */
export type MetricPusher = {
  readonly flush: () => Promise<void>;
  readonly drain: () => Payload[];
  /** Whether anything changed since the last push that arrived. */
  readonly pending: () => boolean;
  readonly close: () => void;
};

export function startMetricPusher({ metrics, sender, clock, intervalMs, encode }: MetricPusherOptions): MetricPusher {
  let deliveredRevision = -1;
  let underWay: Promise<void> | undefined;

  const payload = (): Payload => encode(metrics.snapshot(), clock.nowMs());
  const push = async (): Promise<void> => {
    const revision = metrics.revision();
    const result = await sender.send(payload());
    if (result.kind === "delivered") deliveredRevision = revision;
  };
  const flush = (): Promise<void> => {
    underWay ??= push().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  // Every interval, changed or not: a series that falls silent looks like a program that died.
  const timer = setInterval(() => void flush(), intervalMs);
  timer.unref();
  return {
    flush: async () => {
      await underWay;
      if (metrics.revision() !== deliveredRevision) await flush();
    },
    drain: () => (metrics.revision() === deliveredRevision ? [] : [payload()]),
    pending: () => metrics.revision() !== deliveredRevision,
    close: () => clearInterval(timer),
  };
}
