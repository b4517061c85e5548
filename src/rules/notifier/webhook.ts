import type { Clock } from "../../base/index.ts";
import type { Labels } from "../../signals/index.ts";
import type { Alert } from "../engine/alert.ts";
import { type Channel, groupLabelsOf, type Route, routesOf } from "../routing/routing.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Poster } from "./poster.ts";
import type { Receiver } from "./receiver.ts";

export type WebhookOptions = {
  readonly poster: Poster;
  readonly clock: Clock;
  readonly externalUrl: string;
  readonly route: Route;
  /** How this one hears of what goes to a receiver; undefined where it does not. */
  readonly channelOf: (receiver: string) => Channel | undefined;
  /** Before this time nothing is told. */
  readonly tellsFromMs: number;
  /** Whether nobody is to be told of an alert with these labels now, neither of its beginning nor of its end. */
  readonly isMuted: (labels: Labels) => boolean;
  /** Alerts known at once, over all groups. */
  readonly capacity: number;
};

type Known = { alert: Alert; told: "firing" | "resolved" | undefined };
type Group = {
  readonly route: Route;
  readonly channel: Channel;
  readonly labels: Labels;
  readonly alerts: Map<string, Known>;
  lastToldMs: number | undefined;
  /** When it is looked at next. */
  nextMs: number;
};

const NO_END = "0001-01-01T00:00:00Z";
/** As the engine tells again what fires: a receiver that refuses is not asked every second. */
const RETRY_MS = 60_000;

const groupKeyOf = (route: Route, labels: Labels): string =>
  `${route.key}:{${Object.entries(labels)
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
function writeMessage(
  { route, channel, labels }: Group,
  key: string,
  alerts: readonly Alert[],
  externalUrl: string,
): string {
  const most = channel.maxAlerts > 0 ? channel.maxAlerts : alerts.length;
  // Where not all are told, what fires is worth more than what is over.
  const told =
    alerts.length > most
      ? alerts.toSorted((one, other) => Number(one.resolved) - Number(other.resolved)).slice(0, most)
      : alerts;
  return JSON.stringify({
    version: "4",
    groupKey: key,
    truncatedAlerts: alerts.length - told.length,
    status: alerts.some(({ resolved }) => !resolved) ? "firing" : "resolved",
    receiver: route.receiver,
    groupLabels: labels,
    commonLabels: commonOf(alerts.map((one) => one.labels)),
    commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
    externalURL: externalUrl,
    alerts: told.map(writeAlert),
  });
}

/**
 * A webhook that is told directly, without an Alertmanager, as one would tell it: by routes, in groups, with their waits and repetitions. What is
 * muted waits for the end of that; where it ends before, nobody hears of it.
 */
export function createWebhook({
  poster,
  clock,
  externalUrl,
  route: tree,
  channelOf,
  tellsFromMs,
  isMuted,
  capacity,
}: WebhookOptions): Receiver {
  const groups = new Map<string, Group>();
  const bornMs = clock.nowMs();
  /** Alerts that began before, as they are met: each once. */
  const inherited = new Set<string>();
  let dropped = 0;
  let delivering: Promise<void> | undefined;
  const dirty = new Set<string>();

  const count = (): number => [...groups.values()].reduce((sum, { alerts }) => sum + alerts.size, 0);

  const heard = ({ alerts }: Group): (readonly [id: string, known: Known])[] =>
    [...alerts].filter(([, { alert }]) => !isMuted(alert.labels));

  const isNews = ({ alert, told }: Known): boolean => (alert.resolved ? told === "firing" : told !== "firing");
  const isDue = (group: Group): boolean => {
    const { lastToldMs, route } = group;
    const all = heard(group).map(([, known]) => known);
    if (all.some(isNews)) return true;
    const firing = all.some(({ alert }) => !alert.resolved);
    return firing && lastToldMs !== undefined && clock.nowMs() - lastToldMs >= route.repeatIntervalMs;
  };

  /** What ended unheard, or to somebody who does not want to hear of it. */
  const forget = ({ alerts, channel }: Group): void => {
    for (const [id, { alert, told }] of alerts) {
      if (!alert.resolved) continue;
      if (told !== "firing" || !channel.sendsResolved || isMuted(alert.labels)) alerts.delete(id);
    }
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
    const taken = await poster.post(writeMessage(group, key, alerts, externalUrl));
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
      dropped += alerts.length;
      group.nextMs = clock.nowMs() + RETRY_MS;
    }
    for (const [id, { alert, told }] of group.alerts) if (alert.resolved && told !== "firing") group.alerts.delete(id);
    if (group.alerts.size === 0) groups.delete(key);
    else if (taken && group.nextMs <= clock.nowMs() && isDue(group)) dirty.add(key);
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
    const nowMs = clock.nowMs();
    if (nowMs < group.nextMs) return;
    group.nextMs = nowMs + group.route.groupIntervalMs;
    expire(group);
    forget(group);
    if (isDue(group)) dirty.add(key);
    else if (group.alerts.size === 0) groups.delete(key);
    if (dirty.size > 0) delivering ??= deliver();
  };

  /** The group's key, where the alert is of any that this one hears of. */
  const put = (alert: Alert, route: Route): string | undefined => {
    const channel = channelOf(route.receiver);
    if (channel === undefined) return undefined;
    const labels = groupLabelsOf(route, alert.labels);
    const key = groupKeyOf(route, labels);
    const id = fingerprint(alert.labels);
    const nextMs = Math.max(tellsFromMs, clock.nowMs() + route.groupWaitMs);
    const group = groups.get(key) ?? { route, channel, labels, alerts: new Map(), lastToldMs: undefined, nextMs };
    const known = group.alerts.get(id);
    const isInherited = alert.startsAtMs < bornMs && alert.endsAtMs >= bornMs && !inherited.has(`${key} ${id}`);
    if (isInherited) inherited.add(`${key} ${id}`);
    // Its end is news only to those who heard of its beginning: from here, or from the process before this one.
    if (known === undefined && alert.resolved && !isInherited) return undefined;
    if (known === undefined && count() >= capacity) {
      dropped += 1;
      return undefined;
    }
    groups.set(key, group);
    group.alerts.set(id, { alert, told: known?.told ?? (isInherited && alert.resolved ? "firing" : undefined) });
    return key;
  };

  return {
    take: (alerts) => {
      const touched = new Set<string>();
      for (const alert of alerts) {
        for (const route of routesOf(tree, alert.labels)) {
          const key = put(alert, route);
          if (key !== undefined) touched.add(key);
        }
      }
      for (const key of touched) review(key, groups.get(key) as Group);
    },
    tick: () => {
      for (const [key, group] of groups) review(key, group);
    },
    unmuted: () => {
      for (const [key, group] of groups) {
        // A group that waits for its like goes on waiting.
        if (group.lastToldMs === undefined && group.nextMs - clock.nowMs() <= group.route.groupWaitMs) continue;
        if (heard(group).some(([, known]) => isNews(known))) group.nextMs = Math.min(group.nextMs, clock.nowMs());
        review(key, group);
      }
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
