export type HealthStatus = "healthy" | "degraded" | "unhealthy";

export type CheckResult = {
  readonly name: string;
  readonly status: HealthStatus;
  /** Whether the whole is unhealthy with this check; else it is degraded. */
  readonly critical: boolean;
  /** One line, without secrets. `ok` where there is nothing to say. */
  readonly message: string;
  readonly durationMs: number;
  /** When the run ended, in ISO 8601. */
  readonly checkedAt: string;
};

export type HealthReport = {
  readonly status: HealthStatus;
  /** In the order in which they were registered. */
  readonly checks: readonly CheckResult[];
};

/** Unhealthy where a critical check is, degraded where any is less than healthy. */
export function reportOf(checks: readonly CheckResult[]): HealthReport {
  const failed = checks.filter(({ status }) => status !== "healthy");
  const isFatal = failed.some(({ status, critical }) => critical && status === "unhealthy");
  return { status: isFatal ? "unhealthy" : failed.length > 0 ? "degraded" : "healthy", checks };
}
