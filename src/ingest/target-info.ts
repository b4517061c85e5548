import type { LabelSet, MetricMetadata } from "../signals/index.ts";
import type { OrderedWriter, SeriesState } from "./series-order.ts";

/**
 * Half of PromQL's lookback of five minutes, so that a query finds it at any time between a resource's first and last
 * point.
 */
const EVERY_MS = 150_000;

/** One point with a time of long ago must not make a million of them. */
const LONGEST_MS = 86_400_000;

export const TARGET_INFO_METADATA: MetricMetadata = {
  metric: "target_info",
  type: "gauge",
  help: "Target metadata",
  unit: "",
};

export type TimeRange = { firstMs: number; lastMs: number };

/** Writes a 1 at the first time, at the last, and often enough between. */
export function addTargetInfo(
  writer: OrderedWriter,
  stateOf: (series: LabelSet) => SeriesState,
  targetInfo: LabelSet,
  { firstMs, lastMs }: TimeRange,
): void {
  const state = stateOf(targetInfo);
  const oldestMs = Math.max(writer.oldestMs(), lastMs - LONGEST_MS);
  const skipped = Math.max(0, Math.ceil((oldestMs - firstMs) / EVERY_MS));
  for (let timeMs = firstMs + skipped * EVERY_MS; timeMs < lastMs; timeMs += EVERY_MS) {
    writer.append(state, 0, timeMs, 1, false);
  }
  writer.append(state, 0, lastMs, 1, false);
}
