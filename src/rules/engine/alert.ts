import type { Labels } from "../../signals/index.ts";
import { tableLink } from "../templates/functions.ts";
import { type ActiveAlert, needsSending } from "./alert-state.ts";

/** An alert as Prometheus tells Alertmanager of it. Times in milliseconds. */
export type Alert = {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAtMs: number;
  /** When it was resolved; for one that fires, until when that holds if nothing more is heard. */
  readonly endsAtMs: number;
  readonly resolved: boolean;
  readonly generatorUrl: string;
};

export type SendOptions = {
  readonly resendDelayMs: number;
  readonly intervalMs: number;
  readonly externalUrl: string;
};

/** Two evaluations or deliveries may fail before Alertmanager takes a firing alert for resolved, and two more. */
const VALID_FOR = 4;

/** The alerts that are to be told of now; notes in them that they were. */
export function takeAlertsToSend(
  active: Iterable<ActiveAlert>,
  query: string,
  timeMs: number,
  { resendDelayMs, intervalMs, externalUrl }: SendOptions,
): Alert[] {
  const alerts: Alert[] = [];
  for (const alert of active) {
    if (!needsSending(alert, timeMs, resendDelayMs)) continue;
    alert.lastSentAtMs = timeMs;
    alert.validUntilMs = timeMs + VALID_FOR * Math.max(intervalMs, resendDelayMs);
    alerts.push({
      labels: alert.labels,
      annotations: alert.annotations,
      startsAtMs: alert.firedAtMs ?? alert.activeAtMs,
      endsAtMs: alert.resolvedAtMs ?? alert.validUntilMs,
      resolved: alert.resolvedAtMs !== undefined,
      generatorUrl: externalUrl + tableLink(query),
    });
  }
  return alerts;
}
