import type { Alert, AlertingRule, Labels, RuleGroup } from "../../../../src/backends/index.ts";
import type { SilenceFacts } from "./silence-client.ts";

export type Severity = "page" | "ticket" | "log" | "";

/** One alert that waits or fires, with the rule that it comes from. */
export type ActiveAlert = {
  readonly key: string;
  readonly name: string;
  readonly severity: Severity;
  readonly alert: Alert;
  readonly rule: AlertingRule;
  readonly silences: readonly SilenceFacts[];
};

/** One problem: all alerts of one name. */
export type Problem = {
  readonly name: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly rules: readonly AlertingRule[];
  /** The group, which says what it is about. */
  readonly area: string;
  readonly alerts: readonly ActiveAlert[];
  readonly firing: number;
  readonly pending: number;
  readonly silenced: number;
  readonly failing: readonly AlertingRule[];
};

const RANK: Readonly<Record<string, number>> = { page: 0, ticket: 1, log: 2 };
const rank = (severity: Severity): number => RANK[severity] ?? 3;
const severityOf = (labels: Labels): Severity => {
  const { severity = "" } = labels;
  return severity === "page" || severity === "ticket" || severity === "log" ? severity : "";
};

export const alertKey = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What one alert is about, and not the others of its name: what is the same for all of them is left out. */
export function subjectOf(
  labels: Labels,
  rules: readonly AlertingRule[],
): readonly (readonly [name: string, value: string])[] {
  return Object.entries(labels).filter(
    ([name, value]) =>
      name !== "alertname" &&
      name !== "severity" &&
      value !== "" &&
      !rules.every((rule) => rule.labels[name] === value),
  );
}

const isAlerting = (rule: { readonly type: string }): rule is AlertingRule => rule.type === "alerting";

/** The alerting rules by name, with what is active. Firing pages come first, what nobody is told of last. */
export function problemsOf(
  groups: readonly RuleGroup[],
  silencesOf: (labels: Labels) => readonly SilenceFacts[],
): readonly Problem[] {
  const byName = new Map<string, { area: string; rules: AlertingRule[] }>();
  for (const { name: area, rules } of groups) {
    for (const rule of rules.filter(isAlerting)) {
      const known = byName.get(rule.name) ?? { area, rules: [] };
      known.rules.push(rule);
      byName.set(rule.name, known);
    }
  }
  return [...byName].map(([name, { area, rules }]) => problemOf(name, area, rules, silencesOf)).sort(byUrgency);
}

function problemOf(
  name: string,
  area: string,
  rules: readonly AlertingRule[],
  silencesOf: (labels: Labels) => readonly SilenceFacts[],
): Problem {
  const alerts = rules.flatMap((rule) =>
    rule.alerts.map((alert): ActiveAlert => {
      const severity = severityOf(alert.labels);
      return { key: alertKey(alert.labels), name, severity, alert, rule, silences: silencesOf(alert.labels) };
    }),
  );
  const firing = alerts.filter(({ alert }) => alert.state === "firing");
  const severities = (firing.length > 0 ? firing : alerts).map(({ severity }) => severity);
  const all = severities.length > 0 ? severities : rules.map(({ labels }) => severityOf(labels));
  return {
    name,
    area,
    rules,
    severity: all.reduce((worst, one) => (rank(one) < rank(worst) ? one : worst), all[0] ?? ""),
    summary: rules.find(({ annotations }) => annotations["summary"] !== undefined)?.annotations["summary"] ?? "",
    alerts: alerts.sort((a, b) => (a.alert.activeSinceMs ?? 0) - (b.alert.activeSinceMs ?? 0)),
    firing: firing.filter(({ silences }) => silences.length === 0).length,
    pending: alerts.filter(({ alert }) => alert.state === "pending").length,
    silenced: firing.filter(({ silences }) => silences.length > 0).length,
    failing: rules.filter(({ health }) => health === "err"),
  };
}

const stage = ({ firing, pending, silenced, severity }: Problem): number =>
  firing > 0 && severity !== "log" ? 0 : pending > 0 ? 1 : silenced > 0 ? 2 : firing > 0 ? 3 : 4;

const byUrgency = (a: Problem, b: Problem): number =>
  stage(a) - stage(b) || rank(a.severity) - rank(b.severity) || b.firing - a.firing || a.name.localeCompare(b.name);

/** What is always on: it says that alerts work, and is no problem. */
export const isHeartbeat = ({ name }: { readonly name: string }): boolean => name === "Watchdog";
