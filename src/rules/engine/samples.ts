import {
  createLabelSet,
  createLabels,
  type LabelSet,
  type Labels,
  METRIC_NAME,
  type NewSample,
} from "../../signals/index.ts";
import type { AlertingRule, RecordingRule } from "../definition.ts";
import type { ActiveAlert } from "./alert-state.ts";

const ALERT_NAME = "alertname";

/** Labels of one set over another; an empty value takes the label away. */
export const overlay = (...sets: readonly Labels[]): Labels =>
  createLabels(new Map(sets.flatMap((set) => Object.entries(set))));

/** The labels of an alert: those of its series without the name, then the rule's. */
export const alertLabels = (series: Labels, ruleLabels: Labels, alertName: string): Labels =>
  overlay(series, { [METRIC_NAME]: "" }, ruleLabels, { [ALERT_NAME]: alertName });

export const recordedLabels = (series: Labels, { name, labels }: RecordingRule): Labels =>
  overlay(series, { [METRIC_NAME]: name }, labels);

/** `ALERTS` and `ALERTS_FOR_STATE` of one alert. */
export function alertSamples(rule: AlertingRule, alert: ActiveAlert, timeMs: number): NewSample[] {
  const own = { [ALERT_NAME]: rule.name };
  const state = overlay(rule.labels, alert.labels, { ...own, [METRIC_NAME]: "ALERTS", alertstate: alert.state });
  const since = overlay(rule.labels, alert.labels, { ...own, [METRIC_NAME]: "ALERTS_FOR_STATE" });
  return [
    { series: createLabelSet(state), timeMs, value: 1 },
    { series: createLabelSet(since), timeMs, value: Math.floor(alert.activeAtMs / 1000) },
  ];
}

export const staleSample = (series: LabelSet, timeMs: number): NewSample => ({ series, timeMs, value: 0, stale: true });
