import type { LogEntry } from "../../../src/backends/index.ts";
import { ATTR } from "../../../src/model/index.ts";

/** What people said of answers: the records that `recordFeedback` and this page leave as log lines. Pure. */

export type GivenFeedback = {
  readonly timeMs: number;
  /** From 0 to 1. */
  readonly score: number;
  readonly rating: "up" | "down" | "neutral";
  readonly comment: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
};

/** Loki's names of attributes. */
const labelOf = (attribute: string): string => attribute.replaceAll(".", "_");
export const FEEDBACK_QUERY = `{service_name=~".+"} |= "feedback: " | ${labelOf(ATTR.feedbackScore)}!=""`;

export function readFeedback({ timeMs, labels }: LogEntry): GivenFeedback | undefined {
  const score = Number(labels[labelOf(ATTR.feedbackScore)] ?? Number.NaN);
  if (!Number.isFinite(score)) return undefined;
  const told = (name: string): string | undefined => (labels[name] === "" ? undefined : labels[name]);
  return {
    timeMs,
    score,
    rating: score > 0.5 ? "up" : score < 0.5 ? "down" : "neutral",
    comment: told(labelOf(ATTR.feedbackComment)),
    traceId: told("trace_id"),
    spanId: told("span_id"),
    sessionId: told(labelOf(ATTR.sessionId)),
    userId: told(labelOf(ATTR.userId)),
  };
}

export type FeedbackCount = { readonly up: number; readonly down: number; readonly neutral: number };
export function countFeedback(given: readonly GivenFeedback[]): FeedbackCount {
  const count = { up: 0, down: 0, neutral: 0 };
  for (const { rating } of given) count[rating] += 1;
  return count;
}
