import type { ErrorCategory } from "./categories.ts";

/** How bad an error is, the worst first. */
export const ERROR_SEVERITIES = [
  /** It ends the process, or the program says so. */
  "critical",
  /** Something that was asked for was not done. */
  "error",
  /** It passes, or was meant to happen: a limit, a refused prompt. */
  "warning",
  /** The program or its user called it off. */
  "info",
] as const;

export type ErrorSeverity = (typeof ERROR_SEVERITIES)[number];

const BY_CATEGORY: Partial<Record<ErrorCategory, ErrorSeverity>> = {
  rate_limit: "warning",
  content_filter: "warning",
  cancelled: "info",
  budget: "warning",
};

/** The severity of an error where nobody says another. */
export const severityOfCategory = (category: ErrorCategory): ErrorSeverity => BY_CATEGORY[category] ?? "error";

/** The worse of two. */
export const worse = (one: ErrorSeverity, other: ErrorSeverity): ErrorSeverity =>
  ERROR_SEVERITIES.indexOf(one) <= ERROR_SEVERITIES.indexOf(other) ? one : other;
