import type { MetricDefinition } from "./definition.ts";

/** How good answers are: what users say of them, and what evaluators measure. */
export const QUALITY_METRICS = [
  {
    name: "agent_feedback_total",
    type: "counter",
    help: "Feedback of users, by rating (up: a score above a half, down: below, neutral).",
    unit: "{feedback}",
    labels: ["agent", "rating"],
  },
  {
    name: "agent_feedback_score",
    type: "histogram",
    help: "Feedback of users from 0 to 1; a thumb counts 1 or 0. Sum by count is the satisfaction.",
    unit: "1",
    labels: ["agent"],
    buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  },
  {
    name: "agent_evaluations_total",
    type: "counter",
    help: "Evaluations, by evaluator and result (pass, fail, or as the evaluator has it).",
    unit: "{evaluation}",
    labels: ["agent", "evaluator", "result"],
  },
  {
    name: "agent_evaluation_score",
    type: "histogram",
    help: "Scores of an evaluator, in its own scale. Sum by count is the mean.",
    unit: "1",
    labels: ["agent", "evaluator"],
    // Fine from 0 to 1, where most scores lie; then stars, grades and percent.
    buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 2, 3, 4, 5, 10, 25, 50, 75, 90, 100],
  },
  {
    name: "agent_evaluation_latest_score",
    type: "gauge",
    help: "The latest score of an evaluator.",
    unit: "{score}",
    labels: ["agent", "evaluator"],
  },
] as const satisfies readonly MetricDefinition[];
