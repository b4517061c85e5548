/**
 * Targets and limits, as the requirements name them. Panels color by them; a test compares the alert rules with them.
 * `target` is what to aim for, `limit` is where the alert fires.
 */
export const THRESHOLDS = {
  responseTimeSeconds: { target: 2, limit: 5 },
  agentErrorRatio: { target: 0.01, limit: 0.05, critical: 0.1 },
  llmErrorRatio: { target: 0.01, limit: 0.1 },
  rateLimitedRatio: { limit: 0.2 },
  tokensPerRequest: { target: 1000, limit: 5000 },
  costPerRequestUsd: { target: 0.01, limit: 0.05 },
  spendPerHourUsd: { limit: 10 },
  toolSuccessRatio: { target: 0.95, limit: 0.9 },
  queueDepth: { limit: 100 },
} as const;
