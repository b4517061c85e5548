/**
 * What a program says that cannot be seen from outside: recoveries, reviews, routes, caches, queues, pools, feedback, evaluations, tasks; and
 * what it may ask of its own metrics. Each goes to its metrics, to the current span as an event, and where it is rare to the log. Must never
 * throw, and does nothing where telemetry is not running.
 */
export {
  type CacheKind,
  type CacheOperation,
  type CacheOutcome,
  type ObservedCache,
  observeCache,
  recordCache,
} from "./cache.ts";
export { metricSummary } from "./metric-summary.ts";
export { type Evaluation, type Feedback, recordEvaluation, recordFeedback } from "./quality.ts";
export { type Recovery, recordRecovery } from "./recovery.ts";
export { completeReview, type Review, type ReviewDecision, type ReviewRequest, requestReview } from "./review.ts";
export { type RouteDecision, recordRoute } from "./routing.ts";
export { recordTask, type TaskResult } from "./task.ts";
export { type PoolState, setQueueDepth, watchPool, watchQueue } from "./watched.ts";
