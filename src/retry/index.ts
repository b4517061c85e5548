/**
 * Trying again what failed by something that passes. Owns p-retry, which is loaded with the first call. What is tried returns and throws
 * as it would alone; without telemetry running it is tried as well, and counted nowhere.
 */
export type { FailedAttempt, RetryOptions } from "./plan.ts";
export { type RetryAttempt, retry } from "./retry.ts";
