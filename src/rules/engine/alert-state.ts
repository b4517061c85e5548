import type { Labels } from "../../signals/index.ts";

export type AlertState = "pending" | "firing" | "inactive";

/** One label set of an alerting rule, from the moment its expression gives it until it is forgotten. Times in milliseconds. */
export type ActiveAlert = {
  readonly labels: Labels;
  annotations: Labels;
  /** Of the last evaluation that gave one. */
  value: number;
  state: AlertState;
  activeAtMs: number;
  firedAtMs: number | undefined;
  /** Set where the alert is inactive: it has fired and does not any more. */
  resolvedAtMs: number | undefined;
  keepFiringSinceMs: number | undefined;
  lastSentAtMs: number | undefined;
  validUntilMs: number | undefined;
};

/** What an evaluation of the expression gives for one label set. */
export type AlertResult = { readonly labels: Labels; readonly annotations: Labels; readonly value: number };

export type HoldDurations = { readonly forMs: number; readonly keepFiringForMs: number };

/** How long a resolved alert is kept, and told to Alertmanager again, in case it did not hear. */
export const RESOLVED_RETENTION_MS = 15 * 60_000;

export const createAlert = ({ labels, annotations, value }: AlertResult, timeMs: number): ActiveAlert => ({
  labels,
  annotations,
  value,
  state: "pending",
  activeAtMs: timeMs,
  firedAtMs: undefined,
  resolvedAtMs: undefined,
  keepFiringSinceMs: undefined,
  lastSentAtMs: undefined,
  validUntilMs: undefined,
});

/** Without a result: pending is forgotten, firing is held by keep_firing_for or resolved, resolved is forgotten in the end. */
function missResult(alert: ActiveAlert, timeMs: number, keepFiringForMs: number): "held" | "resolved" | "forgotten" {
  let held = false;
  if (alert.state === "firing" && keepFiringForMs > 0) {
    alert.keepFiringSinceMs ??= timeMs;
    held = timeMs - alert.keepFiringSinceMs < keepFiringForMs;
  }
  if (held) return "held";
  const expired = alert.resolvedAtMs !== undefined && timeMs - alert.resolvedAtMs > RESOLVED_RETENTION_MS;
  const forgotten = alert.state === "pending" || expired;
  if (alert.state !== "inactive") {
    alert.state = "inactive";
    alert.resolvedAtMs = timeMs;
  }
  return forgotten ? "forgotten" : "resolved";
}

/**
 * One step of all alerts of a rule: takes the results of an evaluation in, and answers which alerts are pending or firing now.
 * `active` is changed. The transitions are Prometheus'.
 */
export function advanceAlerts(
  active: Map<string, ActiveAlert>,
  results: ReadonlyMap<string, AlertResult>,
  { forMs, keepFiringForMs }: HoldDurations,
  timeMs: number,
): ActiveAlert[] {
  for (const [key, result] of results) {
    const known = active.get(key);
    if (known === undefined || known.state === "inactive") active.set(key, createAlert(result, timeMs));
    else {
      known.value = result.value;
      known.annotations = result.annotations;
    }
  }
  const current: ActiveAlert[] = [];
  for (const [key, alert] of active) {
    if (results.has(key)) alert.keepFiringSinceMs = undefined;
    else {
      const outcome = missResult(alert, timeMs, keepFiringForMs);
      if (outcome === "forgotten") active.delete(key);
      if (outcome !== "held") continue;
    }
    current.push(alert);
    const activeForMs = timeMs - alert.activeAtMs;
    if (alert.state === "pending" && activeForMs >= forMs) {
      alert.state = "firing";
      alert.firedAtMs = timeMs;
    }
    // A rule that was changed to wait longer takes its firing alerts back.
    if (alert.state === "firing" && activeForMs < forMs) {
      alert.state = "pending";
      alert.firedAtMs = undefined;
      alert.lastSentAtMs = undefined;
      alert.keepFiringSinceMs = undefined;
    }
  }
  return current;
}

/** Whether Alertmanager is to hear of it now: at once of what changed, else again after `resendDelayMs`. */
export function needsSending(alert: ActiveAlert, timeMs: number, resendDelayMs: number): boolean {
  if (alert.state === "pending") return false;
  if (alert.lastSentAtMs === undefined) return true;
  if (alert.resolvedAtMs !== undefined && alert.resolvedAtMs > alert.lastSentAtMs) return true;
  return alert.lastSentAtMs + resendDelayMs < timeMs;
}
