import type { MetricDefinition } from "./definition.ts";

/** Conversations: a turn is a run of an agent that no other agent called. */
export const SESSION_METRICS = [
  {
    name: "agent_sessions_total",
    type: "counter",
    help: "Sessions of which this process saw the first turn, by the agent of that turn.",
    unit: "{session}",
    labels: ["agent"],
  },
  {
    name: "agent_session_turns_total",
    type: "counter",
    help: "Turns that belong to a session. By agent_sessions_total these are the queries per session.",
    unit: "{turn}",
    labels: ["agent"],
  },
  {
    name: "agent_session_cost_usd_total",
    type: "counter",
    help: "Cost of the turns that belong to a session, in US dollars. By agent_sessions_total this is the cost per session.",
    unit: "{USD}",
    labels: ["agent"],
  },
] as const satisfies readonly MetricDefinition[];
