import type { MetricDefinition } from "./definition.ts";

/** Which way requests are sent: to which agent, model or queue. */
export const ROUTING_METRICS = [
  {
    name: "routing_decisions_total",
    type: "counter",
    help: "Decisions of a router, by route.",
    unit: "{decision}",
    labels: ["router", "route"],
  },
  {
    name: "routing_confidence",
    type: "histogram",
    help: "How sure a router was of its decision, from 0 to 1.",
    unit: "1",
    labels: ["router", "route"],
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
  },
] as const satisfies readonly MetricDefinition[];
