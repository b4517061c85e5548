import type { Clock } from "../../base/index.ts";
import { type Labels, matchesAll } from "../../signals/index.ts";
import type { Alert } from "../engine/alert.ts";
import { fingerprint } from "../notifier/fingerprint.ts";
import type { InhibitRule } from "./routing.ts";

/** Knows which alerts mute which, as Alertmanager's inhibitor does. */
export type Inhibitor = {
  readonly take: (alerts: readonly Alert[]) => void;
  /** Fingerprints of the alerts by which one with these labels is muted now. */
  readonly inhibiting: (labels: Labels) => readonly string[];
};

export type InhibitorOptions = {
  readonly rules: readonly InhibitRule[];
  readonly clock: Clock;
  /** Alerts that mute others, known at once. */
  readonly capacity: number;
};

export function createInhibitor({ rules, clock, capacity }: InhibitorOptions): Inhibitor {
  /** Of each rule, what mutes others by it: by the values of the labels that have to be equal, then by fingerprint. */
  const known = rules.map((rule) => ({ rule, sources: new Map<string, Map<string, Alert>>() }));
  const keyOf = ({ equal }: InhibitRule, labels: Labels): string =>
    // A label that both lack is equal.
    JSON.stringify(equal.map((name) => labels[name] ?? ""));
  let count = 0;

  const forgetEnded = (nowMs: number): void => {
    count = 0;
    for (const { sources } of known) {
      for (const [key, alerts] of sources) {
        for (const [id, { endsAtMs }] of alerts) if (endsAtMs <= nowMs) alerts.delete(id);
        if (alerts.size === 0) sources.delete(key);
        count += alerts.size;
      }
    }
  };

  return {
    take: (alerts) => {
      forgetEnded(clock.nowMs());
      for (const alert of alerts) {
        for (const { rule, sources } of known) {
          if (!matchesAll(rule.source, alert.labels)) continue;
          const key = keyOf(rule, alert.labels);
          const id = fingerprint(alert.labels);
          const same = sources.get(key) ?? new Map<string, Alert>();
          if (alert.resolved) same.delete(id);
          else if (same.has(id) || count < capacity) {
            if (!same.has(id)) count += 1;
            same.set(id, alert);
            sources.set(key, same);
          }
        }
      }
    },
    inhibiting: (labels) => {
      const nowMs = clock.nowMs();
      const found = new Set<string>();
      for (const { rule, sources } of known) {
        if (!matchesAll(rule.target, labels)) continue;
        // Who is on both sides of a rule is not muted by another one that is: two of a kind would mute each other.
        const isSource = matchesAll(rule.source, labels);
        for (const [id, { labels: others, endsAtMs }] of sources.get(keyOf(rule, labels)) ?? []) {
          if (endsAtMs > nowMs && !(isSource && matchesAll(rule.target, others))) found.add(id);
        }
      }
      return [...found];
    },
  };
}
