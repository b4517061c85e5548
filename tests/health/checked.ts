import {
  type CheckOptions,
  type CheckResult,
  checkHealth,
  type HealthCheck,
  healthCheck,
} from "../../src/health/index.ts";

/** Runs one check as a program would, and tells its status and message. */
export async function checked(check: HealthCheck, options: CheckOptions = {}): Promise<readonly [string, string]> {
  const remove = healthCheck("checked", check, { cacheMs: 0, timeoutMs: 10_000, ...options });
  try {
    const { status, message } = (await checkHealth()).checks[0] as CheckResult;
    return [status, message];
  } finally {
    remove();
  }
}
