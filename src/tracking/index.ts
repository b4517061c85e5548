/**
 * The errors of the program: each counted once, whoever sees it first (a failed span, a log line, the end of the process, the program), in
 * groups by fingerprint, in bounded memory; patterns among them, and who is told of those. Must never throw into the program, keep it from
 * ending, or become a handler of its errors.
 */
export type { ErrorSource } from "../errors/index.ts";
export type { ErrorGroup, ErrorSample, ErrorSummary } from "./error-book.ts";
export { type ErrorWatch, startErrorWatch } from "./error-watch.ts";
export type { LogLine } from "./log-errors.ts";
export type { ErrorPatternMatch, ErrorPatternOptions } from "./patterns.ts";
export { setRunningTracker } from "./runtime.ts";
export { errorSummary, onErrorPattern, type TrackErrorOptions, trackError } from "./track-error.ts";
export { createErrorTracker, type ErrorTracker, type TrackedError } from "./tracker.ts";
