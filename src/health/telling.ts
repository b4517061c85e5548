import { ATTR } from "../model/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";
import type { CheckResult, HealthStatus } from "./report.ts";

const VALUE = { healthy: 1, degraded: 0.5, unhealthy: 0 } as const satisfies Record<HealthStatus, number>;
const SEVERITY = {
  healthy: { severityNumber: 9, severityText: "INFO" },
  degraded: { severityNumber: 13, severityText: "WARN" },
  unhealthy: { severityNumber: 17, severityText: "ERROR" },
} as const;

/** Tells of a result by the gauges, and by one log record where the status is another than before. A first result that is good is no news. */
export function tellResult({ name, status, message, durationMs }: CheckResult, before: HealthStatus = "healthy"): void {
  const telemetry = runningTelemetry();
  if (telemetry === undefined) return;
  const { metrics } = telemetry;
  metrics.note("health_check_duration_seconds", { check: name }, durationMs / 1000);
  if (status === before) {
    metrics.note("health_check_status", { check: name }, VALUE[status]);
    return;
  }
  metrics.set("health_check_status", { check: name }, VALUE[status]);
  telemetry.emitLog({
    ...SEVERITY[status],
    body: `health check ${name} is ${status}, was ${before}: ${message}`,
    attributes: {
      [ATTR.healthCheck]: name,
      [ATTR.healthStatus]: status,
      [ATTR.healthStatusBefore]: before,
      [ATTR.durationSeconds]: durationMs / 1000,
    },
    scope: "agent-observatory",
    eventName: "agent_observatory.health",
  });
}
