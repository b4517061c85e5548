import type { MetricName, MetricSummary, SummaryOptions } from "../metrics/index.ts";
import { NO_SUMMARY } from "../metrics/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";

/**
 * What was recorded of a metric lately in this process, of all its series or of those with these labels. Quantiles are values that were
 * recorded (nearest rank), exact for the recordings it is about: those of the last 15 minutes, and at most the last 2048 of the metric.
 */
export function metricSummary(
  name: MetricName,
  labels: Readonly<Record<string, string>> = {},
  options: SummaryOptions = {},
): MetricSummary {
  try {
    return runningTelemetry()?.metrics.summary(name, labels, options) ?? NO_SUMMARY;
  } catch {
    return NO_SUMMARY;
  }
}
