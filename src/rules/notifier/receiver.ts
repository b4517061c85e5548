import type { Alert } from "../engine/alert.ts";

export type ReceiverStats = {
  /** Scheme and host. */
  readonly target: string;
  readonly kind: "alertmanager" | "webhook";
  readonly posts: number;
  readonly failedPosts: number;
  readonly queuedAlerts: number;
  /** Alerts given up: the queue was full, or no try succeeded. */
  readonly droppedAlerts: number;
};

/** Somebody who is told of alerts, in an order and at a speed of their own. */
export type Receiver = {
  readonly take: (alerts: readonly Alert[]) => void;
  /** Time passes: what has to be said without a new alert. */
  readonly tick: () => void;
  /** What was muted may be told now. */
  readonly unmuted: () => void;
  /** Once all that was taken is delivered or given up. */
  readonly idle: () => Promise<void>;
  readonly abort: () => void;
  readonly stats: () => ReceiverStats;
};
