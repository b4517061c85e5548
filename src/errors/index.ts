/**
 * What an error is: category, severity, description, fingerprint, whether another try may help. Pure; one table of codes, class names,
 * statuses and messages (categories.ts) decides. Must never throw, and never change what the program threw.
 */
export { ERROR_CATEGORIES, type ErrorCategory } from "./categories.ts";
export { classifyError, type ErrorFacts } from "./classify.ts";
export { type DatabaseFailure, databaseErrorType } from "./database-error-type.ts";
export { describeError, type ErrorDescription } from "./describe.ts";
export { failSpan } from "./fail-span.ts";
export { fingerprintOf, normalizeMessage } from "./fingerprint.ts";
export {
  createNestedErrors,
  type NestedErrors,
  type SpanError,
  severityOfSpan,
  sourceOfSpan,
} from "./nested-errors.ts";
export { isWorthRetrying, RETRYABLE_CATEGORIES, retryAfterMs } from "./retryable.ts";
export { ERROR_SEVERITIES, type ErrorSeverity, severityOfCategory, worse } from "./severity.ts";
export { ERROR_SOURCES, type ErrorSource } from "./sources.ts";
export {
  type FailedSpan,
  failureOfSpan,
  fingerprintOfError,
  fingerprintOfSpan,
  isFingerprint,
  type SpanFailure,
} from "./span-kind.ts";
export { type StackOptions, type StackSummary, summarizeStack } from "./stack.ts";
