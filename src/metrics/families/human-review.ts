import type { MetricDefinition } from "./definition.ts";

/** Reviews by people that agents wait for. */
export const HUMAN_REVIEW_METRICS = [
  {
    name: "human_review_requests_total",
    type: "counter",
    help: "Reviews that were asked for, by reason.",
    unit: "{review}",
    labels: ["agent", "reason"],
  },
  {
    name: "human_reviews_pending",
    type: "gauge",
    help: "Reviews that were asked for and are not completed. Added up over the processes of a program: one may complete what another asked for.",
    unit: "{review}",
    labels: [],
  },
  {
    name: "human_reviews_completed_total",
    type: "counter",
    help: "Reviews that were completed, by decision.",
    unit: "{review}",
    labels: ["agent", "decision"],
  },
  {
    name: "human_review_duration_seconds",
    type: "histogram",
    help: "Time from the request for a review to its decision.",
    unit: "s",
    labels: ["agent", "decision"],
    // From a click to a week.
    buckets: [10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 259_200, 604_800],
  },
] as const satisfies readonly MetricDefinition[];
