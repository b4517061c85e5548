/** For which deployment an agent is watched. */
export const STAGES = ["prod", "staging", "dev"] as const;
export type Stage = (typeof STAGES)[number];

/** What to aim for, and where the alert fires. */
export type Threshold = { readonly target: number; readonly limit: number };
export type Thresholds = {
  /** Share of runs that fail, 0 to 1. */
  readonly errorRatio: Threshold;
  /** p95 over ten minutes. */
  readonly responseTimeSeconds: Threshold;
  /** Share of tool calls that succeed: the limit is below the target. */
  readonly toolSuccessRatio: Threshold;
  readonly costPerRunUsd: Threshold;
  readonly tokensPerRun: Threshold;
  readonly spendPerHourUsd: Threshold;
};

export type StagePlan = {
  /** What `deployment.environment.name` may be there. */
  readonly names: readonly string[];
  readonly thresholds: Thresholds;
  /** Of an alert that says that users are affected, and of the others. */
  readonly severity: { readonly failing: string; readonly other: string };
  /** How long it lasts until an alert fires. */
  readonly for: string;
  /** Runs in ten minutes below which a ratio says nothing. */
  readonly minRuns: number;
  /** Whether it is worth an alert that nothing has been heard of the agent for a day. */
  readonly watchesAbsence: boolean;
};

/** Production is what docs/alerts.md has for all agents; the others leave room for what is being tried out. */
export const STAGE_PLANS: Readonly<Record<Stage, StagePlan>> = {
  prod: {
    names: ["production", "prod"],
    thresholds: {
      errorRatio: { target: 0.01, limit: 0.05 },
      responseTimeSeconds: { target: 2, limit: 5 },
      toolSuccessRatio: { target: 0.95, limit: 0.9 },
      costPerRunUsd: { target: 0.05, limit: 0.25 },
      tokensPerRun: { target: 5000, limit: 25_000 },
      spendPerHourUsd: { target: 5, limit: 10 },
    },
    severity: { failing: "page", other: "ticket" },
    for: "2m",
    minRuns: 3,
    watchesAbsence: true,
  },
  staging: {
    names: ["staging", "stage"],
    thresholds: {
      errorRatio: { target: 0.05, limit: 0.2 },
      responseTimeSeconds: { target: 5, limit: 10 },
      toolSuccessRatio: { target: 0.9, limit: 0.8 },
      costPerRunUsd: { target: 0.1, limit: 0.5 },
      tokensPerRun: { target: 10_000, limit: 50_000 },
      spendPerHourUsd: { target: 10, limit: 20 },
    },
    severity: { failing: "ticket", other: "ticket" },
    for: "5m",
    minRuns: 5,
    watchesAbsence: false,
  },
  dev: {
    names: ["development", "dev"],
    thresholds: {
      errorRatio: { target: 0.1, limit: 0.5 },
      responseTimeSeconds: { target: 10, limit: 30 },
      toolSuccessRatio: { target: 0.8, limit: 0.5 },
      costPerRunUsd: { target: 0.5, limit: 1 },
      tokensPerRun: { target: 25_000, limit: 100_000 },
      spendPerHourUsd: { target: 10, limit: 50 },
    },
    severity: { failing: "log", other: "log" },
    for: "10m",
    minRuns: 5,
    watchesAbsence: false,
  },
};

const NAMES = Object.keys(STAGE_PLANS.prod.thresholds) as (keyof Thresholds)[];

/** The file of thresholds, which is there to be changed. */
export const writeThresholds = (agent: string, stage: Stage, thresholds: Thresholds): string =>
  `${JSON.stringify({ agent, env: stage, thresholds }, null, 2)}\n`;

/** Reads it again. A text tells what is wrong with it. */
export function readThresholds(text: string): Thresholds | string {
  let given: unknown;
  try {
    given = (JSON.parse(text) as { thresholds?: unknown } | null)?.thresholds;
  } catch (error) {
    return `expected JSON, got a mistake in it (${(error as Error).message})`;
  }
  if (typeof given !== "object" || given === null) return "expected the member thresholds, got none";
  const found: Partial<Record<keyof Thresholds, Threshold>> = {};
  for (const name of NAMES) {
    const { target, limit } = ((given as Record<string, unknown>)[name] ?? {}) as Partial<Record<string, unknown>>;
    for (const value of [target, limit])
      if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
        return `expected ${name} with target and limit, numbers from 0 up, got ${JSON.stringify((given as Record<string, unknown>)[name]) ?? "nothing"}`;
    found[name] = { target: target as number, limit: limit as number };
  }
  const odd = Object.keys(given).find((name) => !NAMES.some((known) => known === name));
  return odd === undefined ? (found as Thresholds) : `expected ${NAMES.join(", ")}, got ${JSON.stringify(odd)}`;
}
