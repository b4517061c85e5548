import type { Clock } from "../../base/index.ts";
import type { Labels } from "../../signals/index.ts";
import type { Alert } from "../engine/alert.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Poster } from "./poster.ts";
import type { Receiver } from "./receiver.ts";

export type WebhookOptions = {
  readonly poster: Poster;
  readonly clock: Clock;
  readonly externalUrl: string;
  readonly repeatIntervalMs: number;
  /** Whether nobody is to be told of an alert with these labels now, neither of its beginning nor of its end. */
  readonly isSilenced: (labels: Labels) => boolean;
  /** Alerts known at once, over all groups. */
  readonly capacity: number;
};

type Known = { alert: Alert; told: "firing" | "resolved" | undefined };
type Group = { readonly labels: Labels; readonly alerts: Map<string, Known>; lastToldMs: number | undefined };

/** What one message is about: alerts that share these labels. */
const GROUP_BY = ["alertname", "job"] as const;
const MAX_ALERTS_IN_MESSAGE = 500;
const NO_END = "0001-01-01T00:00:00Z";

const groupLabelsOf = (labels: Labels): Labels =>
  Object.fromEntries(GROUP_BY.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));

const groupKeyOf = (labels: Labels): string =>
  `{}:{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")}}`;

/** What all have in common. */
function commonOf(all: readonly Labels[]): Labels {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value)),
  );
}

const writeAlert = ({ labels, annotations, startsAtMs, endsAtMs, generatorUrl, resolved }: Alert) => ({
  status: resolved ? "resolved" : "firing",
  labels,
  annotations,
  startsAt: new Date(startsAtMs).toISOString(),
  endsAt: resolved ? new Date(endsAtMs).toISOString() : NO_END,
  generatorURL: generatorUrl,
  fingerprint: fingerprint(labels),
});

/** Alertmanager's webhook message, version 4. */
function writeMessage(group: Group, alerts: readonly Alert[], externalUrl: string): string {
  return JSON.stringify({
    version: "4",
    groupKey: groupKeyOf(group.labels),
    truncatedAlerts: Math.max(alerts.length - MAX_ALERTS_IN_MESSAGE, 0),
    status: alerts.some(({ resolved }) => !resolved) ? "firing" : "resolved",
    receiver: "webhook",
    groupLabels: group.labels,
    commonLabels: commonOf(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
    externalURL: externalUrl,
    alerts: alerts.slice(0, MAX_ALERTS_IN_MESSAGE).map(writeAlert),
  });
}

/**
 * A webhook that is told directly, without an Alertmanager: when an alert begins to fire, when it is resolved, and again after a while as
 * long as it fires. Alerts of the same name and job are told of together. What is silenced waits for the end of the silence; where it ends
 * before, nobody hears of it, as from Alertmanager.
 */
export function createWebhook({
  poster,
  clock,
  externalUrl,
  repeatIntervalMs,
  isSilenced,
  capacity,
}: WebhookOptions): Receiver {
  const groups = new Map<string, Group>();
  let dropped = 0;
  let delivering: Promise<void> | undefined;
  const dirty = new Set<string>();

  const count = (): number => [...groups.values()].reduce((sum, { alerts }) => sum + alerts.size, 0);

  const heard = ({ alerts }: Group): (readonly [id: string, known: Known])[] =>
    [...alerts].filter(([, { alert }]) => !isSilenced(alert.labels));

  const isDue = (group: Group): boolean => {
    const { lastToldMs } = group;
    const all = heard(group).map(([, known]) => known);
    if (all.some(({ alert, told }) => (alert.resolved ? told === "firing" : told !== "firing"))) return true;
    const firing = all.some(({ alert }) => !alert.resolved);
    return firing && lastToldMs !== undefined && clock.nowMs() - lastToldMs >= repeatIntervalMs;
  };

  /** What ended unheard. */
  const forgetSilenced = (group: Group): void => {
    for (const [id, { alert }] of group.alerts) if (alert.resolved && isSilenced(alert.labels)) group.alerts.delete(id);
  };

  /** An alert of which nothing is heard any more is over when it was said to end. */
  const expire = (group: Group): void => {
    for (const known of group.alerts.values()) {
      if (!known.alert.resolved && known.alert.endsAtMs <= clock.nowMs())
        known.alert = { ...known.alert, resolved: true };
    }
  };

  const deliverGroup = async (key: string, group: Group): Promise<void> => {
    const message = heard(group).filter(([, { alert, told }]) => !alert.resolved || told === "firing");
    const alerts = message.map(([, { alert }]) => alert);
    const taken = await poster.post(writeMessage(group, alerts, externalUrl));
    if (taken) {
      group.lastToldMs = clock.nowMs();
      for (const [id, { alert }] of message) {
        const known = group.alerts.get(id);
        if (known === undefined) continue;
        known.told = alert.resolved ? "resolved" : "firing";
        // What changed while the message was under way has its own message.
        if (known.alert.resolved && alert.resolved) group.alerts.delete(id);
      }
    } else {
      // The engine tells again what still fires, every minute, and what was resolved, for 15 minutes.
      dropped += alerts.length;
    }
    for (const [id, { alert, told }] of group.alerts) if (alert.resolved && told !== "firing") group.alerts.delete(id);
    if (group.alerts.size === 0) groups.delete(key);
    else if (taken && isDue(group)) dirty.add(key);
  };

  const deliver = async (): Promise<void> => {
    for (let [key] = dirty; key !== undefined; [key] = dirty) {
      dirty.delete(key);
      const group = groups.get(key);
      if (group !== undefined && isDue(group)) await deliverGroup(key, group);
    }
    delivering = undefined;
  };

  const review = (key: string, group: Group): void => {
    expire(group);
    forgetSilenced(group);
    if (isDue(group)) dirty.add(key);
    else if ([...group.alerts.values()].every(({ alert }) => alert.resolved)) groups.delete(key);
    if (dirty.size > 0) delivering ??= deliver();
  };

  return {
    take: (alerts) => {
      const touched = new Set<string>();
      for (const alert of alerts) {
        const labels = groupLabelsOf(alert.labels);
        const key = groupKeyOf(labels);
        const id = fingerprint(alert.labels);
        const group = groups.get(key) ?? { labels, alerts: new Map(), lastToldMs: undefined };
        const known = group.alerts.get(id);
        // Its end is news only to those who heard of its beginning.
        if (known === undefined && alert.resolved) continue;
        if (known === undefined && count() >= capacity) {
          dropped += 1;
          continue;
        }
        groups.set(key, group);
        group.alerts.set(id, { alert, told: known?.told });
        touched.add(key);
      }
      for (const key of touched) review(key, groups.get(key) as Group);
    },
    tick: () => {
      for (const [key, group] of groups) review(key, group);
    },
    idle: async () => {
      await delivering;
    },
    abort: poster.abort,
    stats: () => ({
      target: poster.target,
      kind: "webhook",
      posts: poster.posts(),
      failedPosts: poster.failedPosts(),
      queuedAlerts: dirty.size,
      droppedAlerts: dropped,
    }),
  };
}
