/**
 * Targets and limits, in one place: alerts fire at them and boards are colored by them. `target` is what to aim for, `limit` is where the
 * alert fires; `development` is the limit where things are tried out (DEVELOPMENT), for the few that would only be noise there.
 */
export const THRESHOLDS = {
  responseTimeSeconds: { target: 2, limit: 5 },
  agentErrorRatio: { target: 0.01, limit: 0.05, critical: 0.1 },
  stuckRunSeconds: { limit: 1800 },
  queueDepth: { limit: 100 },
  apiErrorRatio: { target: 0.01, limit: 0.05 },
  /** p99 of an endpoint. A bucket of http.server.request.duration. */
  apiLatencySeconds: { target: 0.5, limit: 1, development: 5 },
  llmErrorRatio: { target: 0.01, limit: 0.1 },
  llmProviderErrorRatio: { limit: 0.9 },
  llmResponseTimeSeconds: { target: 10, limit: 30 },
  rateLimitedRatio: { limit: 0.2 },
  tokensPerRequest: { target: 1000, limit: 5000 },
  costPerRequestUsd: { target: 0.01, limit: 0.05 },
  spendPerHourUsd: { limit: 10 },
  budgetUsedRatio: { target: 0.5, limit: 0.8 },
  toolSuccessRatio: { target: 0.95, limit: 0.9 },
  mcpErrorRatio: { target: 0.01, limit: 0.1 },
  workflowErrorRatio: { target: 0.02, limit: 0.1 },
  reviewsPending: { limit: 20 },
  databaseErrorRatio: { target: 0.001, limit: 0.05 },
  /** Of the hit rate of the same hour a day before. */
  cacheHitRatioDrop: { limit: 0.5 },
  evaluationFailRatio: { target: 0.05, limit: 0.2 },
  satisfaction: { target: 0.8, limit: 0.6 },
  heapUsedRatio: { target: 0.7, limit: 0.9 },
  eventLoopDelaySeconds: { target: 0.05, limit: 0.5 },
  queueUsedRatio: { limit: 0.8 },
  diskUsedRatio: { target: 0.7, limit: 0.85 },
  /** `missing`: of what was not found at all. */
  ingestionLagSeconds: { target: 10, limit: 30, missing: 300 },
} as const;

/** Values of `deployment.environment.name` of places where things are tried out. */
export const DEVELOPMENT = "dev|development|local|test";

type Limit = { readonly limit: number; readonly development?: number };

/** Series of a recording rule that are beyond a threshold, in each environment its own. */
export function beyond(series: string, comparison: ">" | "<", { limit, development }: Limit): string {
  if (development === undefined) return `${series} ${comparison} ${limit}`;
  return [
    "(",
    `  ${series}{deployment_environment_name!~"${DEVELOPMENT}"} ${comparison} ${limit}`,
    "  or",
    `  ${series}{deployment_environment_name=~"${DEVELOPMENT}"} ${comparison} ${development}`,
    ")",
  ].join("\n");
}
