import { hasLabels } from "./alert-sink.ts";
import { getJson } from "./http.ts";
import type { Labels } from "./prometheus.ts";

/** An alert that Alertmanager holds, told or not. */
export type HeldAlert = {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: "unprocessed" | "active" | "suppressed";
    /** Fingerprints of what mutes it. */
    readonly inhibitedBy: readonly string[];
  };
};

export type Alertmanager = ReturnType<typeof createAlertmanager>;

export function createAlertmanager(url: string) {
  const alerts = async (): Promise<HeldAlert[]> => getJson<HeldAlert[]>(`${url}/api/v2/alerts`);
  const alertsWith = async (labels: Labels): Promise<HeldAlert[]> =>
    (await alerts()).filter((one) => hasLabels(one.labels, labels));
  return {
    alertsWith,

    startedAtMs: async (): Promise<number> =>
      Date.parse((await getJson<{ uptime: string }>(`${url}/api/v2/status`)).uptime),

    /** Names of the alerts that mute those with these labels. Throws where there are none, or one of them is not muted. */
    mutersOf: async (labels: Labels): Promise<string[]> => {
      const muted = await alertsWith(labels);
      const loud = muted.filter(({ status }) => status.inhibitedBy.length === 0);
      if (muted.length === 0 || loud.length > 0) throw new Error(`${muted.length} alerts, ${loud.length} not muted`);
      const sources = new Set(muted.flatMap(({ status }) => status.inhibitedBy));
      const held = (await alerts()).filter(({ fingerprint }) => sources.has(fingerprint));
      return [...new Set(held.map((one) => one.labels["alertname"] ?? ""))];
    },
  };
}
