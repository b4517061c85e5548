import type { Clock } from "../base/index.ts";
import type { LabelsOf, MetricSnapshot, Metrics } from "../metrics/index.ts";
import type { Payload } from "./delivery/post.ts";
import type { Sender } from "./delivery/sender.ts";

export type MetricPusherOptions = {
  readonly metrics: Metrics;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly encode: (snapshots: readonly MetricSnapshot[], timeMs: number) => Payload;
  /** Labels of `agent_observatory_up`, which is 1 on every push but the last. Without them it is not told. */
  readonly identity?: LabelsOf<"agent_observatory_up">;
  /** Whether there is something to push besides the registry. */
  readonly hasMore?: () => boolean;
};

/** Pushes the registry at an interval. Values are cumulative: a push that fails loses nothing, the next one says it all. */
export type MetricPusher = {
  readonly flush: () => Promise<void>;
  readonly drain: () => Payload[];
  /** Whether anything changed since the last push that arrived. */
  readonly pending: () => boolean;
  /** Says goodbye: `agent_observatory_up` becomes 0, unless nothing was ever said, in which case silence is enough. */
  readonly end: () => void;
  readonly close: () => void;
};

export function startMetricPusher(options: MetricPusherOptions): MetricPusher {
  const { metrics, sender, clock, intervalMs, encode, identity, hasMore = () => false } = options;
  let up = 0;
  const setUp = (value: 0 | 1): void => {
    if (up === value || identity === undefined) return;
    up = value;
    metrics.set("agent_observatory_up", identity, value);
  };
  setUp(1);
  // That it runs is no news by itself: a script that records nothing sends nothing and ends at once.
  let deliveredRevision = metrics.revision();
  let everDelivered = false;
  // Who has just refused a push will refuse the last one as well: it is not worth holding up the program's end.
  let refused = false;
  let underWay: Promise<void> | undefined;

  const unsent = (): boolean => metrics.revision() !== deliveredRevision || hasMore();
  const pending = (): boolean => !refused && unsent();
  const payload = (): Payload => encode(metrics.snapshot(), clock.nowMs());
  const push = async (): Promise<void> => {
    const revision = metrics.revision();
    const result = await sender.send(payload());
    refused = result.kind === "rejected";
    if (result.kind !== "delivered") return;
    deliveredRevision = revision;
    everDelivered = true;
  };
  const flush = (): Promise<void> => {
    underWay ??= push().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  // Every interval, changed or not: a series that falls silent looks like a program that died.
  const timer = setInterval(() => {
    setUp(1);
    void flush();
  }, intervalMs);
  timer.unref();
  return {
    flush: async () => {
      await underWay;
      if (unsent()) await flush();
    },
    drain: () => {
      if (!pending()) return [];
      const last = payload();
      deliveredRevision = metrics.revision();
      return [last];
    },
    pending,
    end: () => {
      if (everDelivered || metrics.revision() !== deliveredRevision) setUp(0);
    },
    close: () => clearInterval(timer),
  };
}
