import { ATTR } from "../model/index.ts";
import { defined, labelOf, shareOf } from "./given.ts";
import { exemplarHere, recording, tell } from "./telling.ts";

export type RouteDecision = {
  /** Who decides. */
  readonly router: string;
  /** What it decided for: an agent, a model, a queue. */
  readonly route: string;
  /** How sure it was, from 0 to 1. */
  readonly confidence?: number;
};

/** Says which way a request was sent (`routing_decisions_total`). */
export function recordRoute(decision: RouteDecision): void {
  recording((telemetry) => {
    const labels = { router: labelOf(decision.router), route: labelOf(decision.route) };
    const confidence = shareOf(decision.confidence);
    const exemplar = exemplarHere();
    telemetry.metrics.add("routing_decisions_total", labels, 1, exemplar);
    if (confidence !== undefined) telemetry.metrics.observe("routing_confidence", labels, confidence, exemplar);
    tell(telemetry, {
      name: "agent_observatory.route",
      attributes: defined({
        [ATTR.router]: labels.router,
        [ATTR.route]: labels.route,
        [ATTR.routeConfidence]: confidence,
      }),
    });
  });
}
