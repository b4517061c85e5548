import { context } from "@opentelemetry/api";
import { ATTR } from "../model/index.ts";
import { defined, labelOf, numberOf, shareOf, textOf } from "./given.ts";
import { agentAttribute, agentOf, exemplarHere, namedSpan, recording, tell } from "./telling.ts";

export type Feedback = {
  /** From 0 to 1. */
  readonly score?: number;
  readonly thumbs?: "up" | "down";
  /** Default: the agent that is running. */
  readonly agent?: string;
  /** Kept only where content capture is on. */
  readonly comment?: string;
  /** The trace that it is about, and the span in it. Default: the current ones. */
  readonly traceId?: string;
  readonly spanId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
};

export type Evaluation = {
  /** What was measured: `correctness`, `faithfulness`, … */
  readonly evaluator: string;
  /** In the evaluator's own scale. */
  readonly score?: number;
  /** What the score means: `pass`, `fail`, `relevant`, … */
  readonly label?: string;
  /** Default: the agent that is running. */
  readonly agent?: string;
  /** Kept only where content capture is on. */
  readonly explanation?: string;
  /** The trace that it is about, and the span in it. Default: the current ones. */
  readonly traceId?: string;
  readonly spanId?: string;
  /** Of the model's answer that was evaluated. */
  readonly responseId?: string;
};

function scoreOf({ score, thumbs }: Feedback): number | undefined {
  const given = shareOf(score);
  if (given !== undefined) return given;
  return thumbs === "up" ? 1 : thumbs === "down" ? 0 : undefined;
}

const ratingOf = (score: number): string => (score > 0.5 ? "up" : score < 0.5 ? "down" : "neutral");

/** Says what a user thinks of an answer (`agent_feedback_*`). Without a score or thumb nothing is recorded. */
export function recordFeedback(feedback: Feedback): void {
  recording((telemetry) => {
    const score = scoreOf(feedback);
    if (score === undefined) return;
    const agent = agentOf(feedback.agent);
    const rating = ratingOf(score);
    const about = namedSpan(feedback.traceId, feedback.spanId);
    const exemplar = about === undefined || about.spanId === "" ? exemplarHere() : about;
    const { metrics } = telemetry;
    const captureContent = telemetry.captures(context.active());
    metrics.add("agent_feedback_total", { agent, rating }, 1, exemplar);
    metrics.observe("agent_feedback_score", { agent }, score, exemplar);
    tell(telemetry, {
      name: "agent_observatory.feedback",
      line: `feedback: ${rating}`,
      about,
      attributes: defined({
        ...agentAttribute(agent),
        [ATTR.feedbackScore]: score,
        [ATTR.outcome]: rating,
        [ATTR.feedbackComment]: captureContent ? textOf(feedback.comment) : undefined,
        [ATTR.sessionId]: textOf(feedback.sessionId),
        [ATTR.userId]: textOf(feedback.userId),
      }),
    });
  });
}

/**
 * Says what an evaluator found (`agent_evaluation*`), also as the conventions' event `gen_ai.evaluation.result`. Without score and label
 * nothing is recorded.
 */
export function recordEvaluation(evaluation: Evaluation): void {
  recording((telemetry) => {
    const score = numberOf(evaluation.score);
    const label = textOf(evaluation.label);
    if (score === undefined && label === undefined) return;
    const agent = agentOf(evaluation.agent);
    const evaluator = labelOf(evaluation.evaluator);
    const about = namedSpan(evaluation.traceId, evaluation.spanId);
    const exemplar = about === undefined || about.spanId === "" ? exemplarHere() : about;
    const { metrics } = telemetry;
    const captureContent = telemetry.captures(context.active());
    metrics.add("agent_evaluations_total", { agent, evaluator, result: label ?? "none" }, 1, exemplar);
    if (score !== undefined) {
      metrics.observe("agent_evaluation_score", { agent, evaluator }, score, exemplar);
      metrics.set("agent_evaluation_latest_score", { agent, evaluator }, score);
    }
    tell(telemetry, {
      name: "gen_ai.evaluation.result",
      line: "",
      about,
      attributes: defined({
        ...agentAttribute(agent),
        [ATTR.evaluationName]: evaluator,
        [ATTR.evaluationScore]: score,
        [ATTR.evaluationLabel]: label,
        [ATTR.evaluationExplanation]: captureContent ? textOf(evaluation.explanation) : undefined,
        [ATTR.responseId]: textOf(evaluation.responseId),
      }),
    });
  });
}
