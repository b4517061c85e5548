import { unquote } from "../../gotext/index.ts";
import { createMatcher, type Matcher, type MatchOperator } from "../../signals/index.ts";
import type { RuleProblem } from "../definition.ts";
import { readYaml, type YamlReader, type YamlValue } from "../yaml-reader.ts";
import type { Channel, InhibitRule, Route, Routing } from "./routing.ts";

/** Where `${SECRETS}` leads in a template: to the settings of the embedded process. */
export const SECRETS = "settings:";
const SECRET_CHANNELS: Readonly<Record<string, "webhooks" | "watchdog">> = {
  [`${SECRETS}/webhook_url`]: "webhooks",
  [`${SECRETS}/watchdog_url`]: "watchdog",
};

const MATCHER = /^\s*([\p{L}_][\p{L}\p{N}_.:-]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/su;
const ROUTE = [
  "receiver",
  "matchers",
  "group_by",
  "group_wait",
  "group_interval",
  "repeat_interval",
  "continue",
  "routes",
] as const;
const DEEPEST = 20;

/** As Alertmanager has it where a file says nothing. */
const DEFAULTS = {
  receiver: "",
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 4 * 3_600_000,
};
type Inherited = Pick<Route, "receiver" | "groupBy" | "groupWaitMs" | "groupIntervalMs" | "repeatIntervalMs">;

function readMatchers(reader: YamlReader, node: YamlValue, what: string): readonly Matcher[] {
  return reader.list(node, what).flatMap((one) => {
    const text = reader.text(one, what) ?? "";
    const [, name, operator, written = ""] = MATCHER.exec(text) ?? [];
    const value = written.startsWith('"') ? unquote(written) : written;
    if (name === undefined || value === undefined) {
      reader.problem(one, `expected a matcher such as severity = "page" in ${what}, got "${text}"`);
      return [];
    }
    try {
      return [createMatcher(name, operator as MatchOperator, value)];
    } catch {
      reader.problem(one, `expected a regular expression in ${what}, got "${text}"`);
      return [];
    }
  });
}

/** As Alertmanager writes them. */
const keyOf = (matchers: readonly Matcher[]): string =>
  `{${matchers.map(({ name, operator, value }) => `${name}${operator}${JSON.stringify(value)}`).join(",")}}`;

function readRoute(reader: YamlReader, node: YamlValue, above: Inherited, path: string, depth: number): Route {
  const given = reader.members(node, "a route", ROUTE);
  const matchers = readMatchers(reader, given.get("matchers"), "matchers");
  const key = path === "" ? keyOf(matchers) : `${path}/${keyOf(matchers)}`;
  const labels = reader.list(given.get("group_by"), "group_by").map((one) => reader.text(one, "group_by") ?? "");
  const own: Inherited = {
    receiver: reader.text(given.get("receiver"), "receiver") ?? above.receiver,
    groupBy: given.has("group_by") ? (labels.includes("...") ? undefined : labels) : above.groupBy,
    groupWaitMs: reader.durationMs(given.get("group_wait"), "group_wait") ?? above.groupWaitMs,
    groupIntervalMs: reader.durationMs(given.get("group_interval"), "group_interval") ?? above.groupIntervalMs,
    repeatIntervalMs: reader.durationMs(given.get("repeat_interval"), "repeat_interval") ?? above.repeatIntervalMs,
  };
  const inner = depth < DEEPEST ? reader.list(given.get("routes"), "routes") : [];
  return {
    ...own,
    key,
    matchers,
    continues: reader.bool(given.get("continue"), "continue") ?? false,
    routes: inner.map((one) => readRoute(reader, one, own, key, depth + 1)),
  };
}

function readChannel(reader: YamlReader, node: YamlValue): readonly Channel[] {
  const given = reader.members(node, "webhook_configs", ["url", "url_file", "send_resolved", "max_alerts"]);
  const url = reader.text(given.get("url"), "url");
  const file = reader.text(given.get("url_file"), "url_file");
  const to = url === undefined ? SECRET_CHANNELS[file ?? ""] : { url };
  if (to === undefined) {
    reader.problem(node, `expected a url, or a url_file ${Object.keys(SECRET_CHANNELS).join(" or ")}`);
    return [];
  }
  return [
    {
      to,
      sendsResolved: reader.bool(given.get("send_resolved"), "send_resolved") ?? true,
      maxAlerts: reader.int(given.get("max_alerts"), "max_alerts") ?? 0,
    },
  ];
}

function readInhibitRule(reader: YamlReader, node: YamlValue): InhibitRule {
  const given = reader.members(node, "inhibit_rules", ["name", "source_matchers", "target_matchers", "equal"]);
  return {
    source: readMatchers(reader, given.get("source_matchers"), "source_matchers"),
    target: readMatchers(reader, given.get("target_matchers"), "target_matchers"),
    equal: reader.list(given.get("equal"), "equal").map((one) => reader.text(one, "equal") ?? ""),
  };
}

/** Routes whose receiver there is not. */
const lost = (route: Route, known: ReadonlySet<string>): readonly Route[] => [
  ...(known.has(route.receiver) ? [] : [route]),
  ...route.routes.flatMap((inner) => lost(inner, known)),
];

/**
 * The routing of an Alertmanager's configuration: routes, inhibition rules, and webhooks of receivers. What it has beyond that, other ways to
 * notify as well as time intervals, is a problem, and not passed over.
 */
export function readRouting(
  file: string,
  source: string,
): { readonly routing: Routing; readonly problems: readonly RuleProblem[] } {
  const { reader, root } = readYaml(file, source);
  const top = reader.members(root, "the file", ["templates", "route", "inhibit_rules", "receivers"]);
  const receivers = new Map<string, readonly Channel[]>();
  for (const node of reader.list(top.get("receivers"), "receivers")) {
    const given = reader.members(node, "receivers", ["name", "webhook_configs"]);
    const channels = reader.list(given.get("webhook_configs"), "webhook_configs");
    receivers.set(
      reader.text(given.get("name"), "name") ?? "",
      channels.flatMap((one) => readChannel(reader, one)),
    );
  }
  const route = readRoute(reader, top.get("route"), DEFAULTS, "", 0);
  if (route.matchers.length > 0) reader.problem(top.get("route"), "expected no matchers in the first route");
  for (const { receiver, key } of lost(route, new Set(receivers.keys()))) {
    reader.problem(top.get("route"), `expected a receiver that is defined for the route ${key}, got "${receiver}"`);
  }
  const inhibitRules = reader
    .list(top.get("inhibit_rules"), "inhibit_rules")
    .map((one) => readInhibitRule(reader, one));
  return { routing: { route, inhibitRules, receivers }, problems: reader.problems };
}
