import { type Backends, latestLogRange } from "../../../src/backends/index.ts";
import type { Range } from "../app/time-range.ts";
import { FEEDBACK_QUERY, type GivenFeedback, readFeedback } from "./feedback-lines.ts";

const MOST = 1000;

/** Feedback that was given in a time, or the last 30 days of it, the latest first. Throws `BackendError`. */
export async function askFeedback({ loki }: Backends, range: Range): Promise<readonly GivenFeedback[]> {
  const answer = await loki.queryRange(FEEDBACK_QUERY, { ...latestLogRange(range), limit: MOST });
  return answer.type === "lines" ? answer.entries.flatMap((entry) => readFeedback(entry) ?? []) : [];
}
