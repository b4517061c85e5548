import type { Alert } from "../engine/alert.ts";
import type { Poster } from "./poster.ts";
import type { Receiver } from "./receiver.ts";

export type AlertmanagerOptions = {
  readonly poster: Poster;
  readonly queueCapacity: number;
  readonly maxBatchSize: number;
};

/** Alertmanager's API v2. */
const writeAlert = ({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }: Alert) => ({
  labels,
  annotations,
  startsAt: new Date(startsAtMs).toISOString(),
  endsAt: new Date(endsAtMs).toISOString(),
  generatorURL: generatorUrl,
});

/** An Alertmanager, with a queue that gives the oldest up when it is full, as Prometheus' has. */
export function createAlertmanager({ poster, queueCapacity, maxBatchSize }: AlertmanagerOptions): Receiver {
  let queue: Alert[] = [];
  let dropped = 0;
  let delivering: Promise<void> | undefined;

  const deliver = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, maxBatchSize);
      queue = queue.slice(maxBatchSize);
      if (!(await poster.post(JSON.stringify(batch.map(writeAlert))))) dropped += batch.length;
    }
    delivering = undefined;
  };

  return {
    take: (alerts) => {
      queue.push(...alerts);
      const excess = queue.length - queueCapacity;
      if (excess > 0) {
        queue = queue.slice(excess);
        dropped += excess;
      }
      delivering ??= deliver();
    },
    tick: () => {},
    unmuted: () => {},
    idle: async () => {
      await delivering;
    },
    abort: poster.abort,
    stats: () => ({
      target: poster.target,
      kind: "alertmanager",
      posts: poster.posts(),
      failedPosts: poster.failedPosts(),
      queuedAlerts: queue.length,
      droppedAlerts: dropped,
    }),
  };
}
