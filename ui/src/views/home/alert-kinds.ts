import type { Alert } from "../../../../src/backends/index.ts";

/** One rule that fires, for whatever: agents, models, budgets. */
export type AlertKind = {
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  /** Of the first that fired. */
  readonly sinceMs: number | undefined;
  /** What it fires for, as far as its labels say. */
  readonly subjects: readonly string[];
  readonly count: number;
};

/** Labels that name what an alert is about, the most telling first. */
const SUBJECTS = ["agent", "tool", "model", "budget", "workflow", "check", "cache", "http_route", "provider", "job"];
const ORDER = ["page", "ticket", "log"];

const subjectOf = ({ labels }: Alert): string =>
  labels[SUBJECTS.find((name) => labels[name] !== undefined) ?? ""] ?? "";

/** Alerts by their rule: those that page somebody first, then the latest. Pure. */
export function alertKinds(alerts: readonly Alert[]): readonly AlertKind[] {
  const groups = Map.groupBy(alerts, ({ labels }) => labels["alertname"] ?? "");
  const kinds = [...groups].map(([name, all]): AlertKind => {
    const [{ labels, annotations }] = all as [Alert, ...Alert[]];
    const since = all.flatMap(({ activeSinceMs }) => activeSinceMs ?? []);
    return {
      name,
      severity: ORDER.find((one) => all.some((alert) => alert.labels["severity"] === one)) ?? labels["severity"] ?? "",
      summary: annotations["summary"] ?? annotations["description"] ?? "",
      sinceMs: since.length === 0 ? undefined : Math.min(...since),
      subjects: [...new Set(all.map(subjectOf))].filter((subject) => subject !== ""),
      count: all.length,
    };
  });
  const rank = ({ severity }: AlertKind): number => (ORDER.includes(severity) ? ORDER.indexOf(severity) : ORDER.length);
  return kinds.sort((a, b) => rank(a) - rank(b) || (b.sinceMs ?? 0) - (a.sinceMs ?? 0));
}
