import { type Labels, type Matcher, matchesAll } from "../../signals/index.ts";

/** Which alerts are told of together, to whom, and when: a node of Alertmanager's tree of routes, with what it inherits. */
export type Route = {
  /** As Alertmanager names it in `groupKey`: `{}/{severity="page"}`. */
  readonly key: string;
  readonly receiver: string;
  readonly matchers: readonly Matcher[];
  /** Undefined: every alert by itself. */
  readonly groupBy: readonly string[] | undefined;
  /** Before the first message of a group, so that it has its like, and is known who mutes whom. */
  readonly groupWaitMs: number;
  /** Before the next message of a group about what is new in it. */
  readonly groupIntervalMs: number;
  /** Before what was told and still fires is told again. */
  readonly repeatIntervalMs: number;
  /** Whether the routes beside it are asked as well. */
  readonly continues: boolean;
  readonly routes: readonly Route[];
};

/** While an alert fires that the source matchers match, those that the target matchers match and that have the same labels are not told of. */
export type InhibitRule = {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
};

/** Webhooks of a receiver: those of the settings, or one that the file names itself. */
export type Channel = {
  readonly to: "webhooks" | "watchdog" | { readonly url: string };
  readonly sendsResolved: boolean;
  /** The most of one message; 0 for all. */
  readonly maxAlerts: number;
};

export type Routing = {
  readonly route: Route;
  readonly inhibitRules: readonly InhibitRule[];
  readonly receivers: ReadonlyMap<string, readonly Channel[]>;
};

/** By which routes alerts with these labels go: the innermost that match, the first one unless it says that others follow. */
export function routesOf(route: Route, labels: Labels): readonly Route[] {
  if (!matchesAll(route.matchers, labels)) return [];
  const found: Route[] = [];
  for (const inner of route.routes) {
    const matched = routesOf(inner, labels);
    found.push(...matched);
    if (matched.length > 0 && !inner.continues) break;
  }
  return found.length > 0 ? found : [route];
}

/** The labels that a group of the route shares. */
export function groupLabelsOf({ groupBy }: Route, labels: Labels): Labels {
  if (groupBy === undefined) return labels;
  return Object.fromEntries(groupBy.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}

/** Everything to every webhook, without waiting: what there is without a file. */
export const plainRouting = (repeatIntervalMs: number): Routing => ({
  route: {
    key: "{}",
    receiver: "webhook",
    matchers: [],
    groupBy: ["alertname", "job"],
    groupWaitMs: 0,
    groupIntervalMs: 0,
    repeatIntervalMs,
    continues: false,
    routes: [],
  },
  inhibitRules: [],
  receivers: new Map([["webhook", [{ to: "webhooks", sendsResolved: true, maxAlerts: 100 }]]]),
});
