import { systemClock, threadStartMs, uniqueId } from "../base/index.ts";
import { ATTR } from "../model/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { defined, labelOf, numberOf, textOf } from "./given.ts";
import { agentAttribute, agentOf, exemplarHere, recording, tell } from "./telling.ts";

export type ReviewRequest = {
  /** Why a person is asked: `low_confidence`, `refund_over_limit`, … */
  readonly reason: string;
  /** Default: the agent that is running. */
  readonly agent?: string;
  /** By which the program knows the review; one is made up without it. */
  readonly id?: string;
};

export type ReviewDecision = {
  /** `approved`, `rejected`, `changed`, … */
  readonly decision: string;
  /** Who decided. Stands on spans and log records only. */
  readonly reviewer?: string;
};

export type Review = {
  readonly id: string;
  /** Says what was decided. Only the first time counts. */
  readonly complete: (decision: ReviewDecision) => void;
};

type Open = { readonly agent: string; readonly requestedMs: number };

/** Reviews that nobody completes are forgotten after so many others; they stay pending. */
const MAX_OPEN = 10_000;
type Reviews = {
  readonly open: Map<string, Open>;
  /** Buttons are pressed twice, and messages come twice. */
  readonly completed: Set<string>;
};
/** By telemetry, as nothing may outlive it. */
const reviews = new WeakMap<Telemetry, Reviews>();

function reviewsOf(telemetry: Telemetry): Reviews {
  let known = reviews.get(telemetry);
  if (known === undefined) {
    known = { open: new Map(), completed: new Set() };
    reviews.set(telemetry, known);
  }
  return known;
}

function keepCompleted({ open, completed }: Reviews, id: string): void {
  open.delete(id);
  completed.add(id);
  if (completed.size > MAX_OPEN) completed.delete(completed.values().next().value as string);
}

type Completion = { readonly id: string; readonly decision: unknown; readonly reviewer: unknown };

function complete(
  telemetry: Telemetry,
  { id, decision, reviewer }: Completion,
  requested: Open,
  isPending: boolean,
): void {
  const { metrics } = telemetry;
  const { agent, requestedMs } = requested;
  const labels = { agent, decision: labelOf(decision) };
  const seconds = Number.isNaN(requestedMs) ? undefined : Math.max(0, systemClock.nowMs() - requestedMs) / 1000;
  const exemplar = exemplarHere();
  if (isPending) metrics.add("human_reviews_pending", {}, -1);
  metrics.add("human_reviews_completed_total", labels, 1, exemplar);
  if (seconds !== undefined) metrics.observe("human_review_duration_seconds", labels, seconds, exemplar);
  tell(telemetry, {
    name: "agent_observatory.review.completed",
    line: `review completed: ${labels.decision}`,
    attributes: defined({
      ...agentAttribute(agent),
      [ATTR.reviewId]: id,
      [ATTR.reviewDecision]: labels.decision,
      [ATTR.reviewer]: textOf(reviewer),
      [ATTR.durationSeconds]: seconds,
    }),
  });
}

function idOf(request: unknown): string | undefined {
  try {
    return textOf((request as ReviewRequest).id);
  } catch {
    return undefined;
  }
}

/** Says that a person is asked to review something (`human_review_*`). Returns what is to be told of the decision. */
export function requestReview(request: ReviewRequest): Review {
  const id = idOf(request) ?? uniqueId();
  recording((telemetry) => {
    const { metrics } = telemetry;
    const agent = agentOf(request.agent);
    const reason = labelOf(request.reason);
    const { open, completed } = reviewsOf(telemetry);
    completed.delete(id);
    // Asked for twice it is still one.
    if (!open.has(id)) metrics.add("human_reviews_pending", {}, 1);
    open.set(id, { agent, requestedMs: systemClock.nowMs() });
    if (open.size > MAX_OPEN) open.delete(open.keys().next().value as string);
    metrics.add("human_review_requests_total", { agent, reason }, 1, exemplarHere());
    tell(telemetry, {
      name: "agent_observatory.review.requested",
      line: `review requested: ${reason}`,
      attributes: { ...agentAttribute(agent), [ATTR.reviewId]: id, [ATTR.reviewReason]: reason },
    });
  });
  return {
    id,
    complete: (decision) => {
      recording((telemetry) => {
        const known = reviewsOf(telemetry);
        const requested = known.open.get(id);
        if (requested === undefined) return;
        const { decision: decided, reviewer } = decision ?? {};
        keepCompleted(known, id);
        complete(telemetry, { id, decision: decided, reviewer }, requested, true);
      });
    },
  };
}

/**
 * Says what was decided in a review that perhaps another process asked for. `requestedAt` (milliseconds since the epoch, or a Date) tells how
 * long it took where this process does not know; without it there is no duration. Of each id only the first time counts in this process.
 */
export function completeReview(
  completion: ReviewDecision & { readonly id: string; readonly requestedAt?: number | Date },
): void {
  recording((telemetry) => {
    const id = textOf(completion.id) ?? "";
    const ours = reviewsOf(telemetry);
    const known = ours.open.get(id);
    if (known === undefined && ours.completed.has(id)) return;
    if (id !== "") keepCompleted(ours, id);
    const { requestedAt, decision, reviewer } = completion;
    const requestedMs = requestedAt instanceof Date ? requestedAt.getTime() : (numberOf(requestedAt) ?? Number.NaN);
    // Another process that asked since this one began is most likely there yet, and its pending reviews with it.
    const isPending = known !== undefined || requestedMs >= threadStartMs;
    complete(telemetry, { id, decision, reviewer }, known ?? { agent: agentOf(undefined), requestedMs }, isPending);
  });
}
