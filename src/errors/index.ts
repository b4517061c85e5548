/**
 * What an error is: its category, and a description of whatever was thrown. Pure; one table of codes, class names, statuses and
 * messages (categories.ts) decides. Must never throw, and never change what the program threw.
 */
export { ERROR_CATEGORIES, type ErrorCategory } from "./categories.ts";
export { classifyError, type ErrorFacts } from "./classify.ts";
export { describeError, type ErrorDescription } from "./describe.ts";
export { failSpan } from "./fail-span.ts";
