import type { KnownAlert } from "./routes.ts";

const timeJson = (ms: number): string => new Date(ms).toISOString();

/** Alertmanager's receivers are ways to tell people; here there is one: everybody who is named is told. */
export const RECEIVER = "default";

export const alertJson = (alert: KnownAlert, silencedBy: readonly string[], inhibitedBy: readonly string[]) => ({
  annotations: alert.annotations,
  endsAt: timeJson(alert.endsAtMs),
  fingerprint: alert.fingerprint,
  receivers: [{ name: RECEIVER }],
  startsAt: timeJson(alert.startsAtMs),
  status: {
    inhibitedBy,
    mutedBy: [],
    silencedBy,
    state: silencedBy.length + inhibitedBy.length > 0 ? "suppressed" : "active",
  },
  updatedAt: timeJson(alert.updatedAtMs),
  generatorURL: alert.generatorUrl,
  labels: alert.labels,
});
