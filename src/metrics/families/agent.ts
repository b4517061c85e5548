import { COST_BUCKETS, DURATION_BUCKETS, type MetricDefinition } from "./definition.ts";

/** Rate, errors and duration of agents and of the tools they call. */
export const AGENT_METRICS = [
  {
    name: "agent_requests_total",
    type: "counter",
    help: "Agent runs that ended, by outcome (ok, error, or the program's own word for it).",
    unit: "{request}",
    labels: ["agent", "status"],
  },
  {
    name: "agent_requests_active",
    type: "gauge",
    help: "Agent runs in progress.",
    unit: "{request}",
    labels: ["agent"],
  },
  {
    name: "agent_oldest_run_start_time_seconds",
    type: "gauge",
    help: "Unix time at which the oldest agent run in progress began; 0 while none is.",
    unit: "s",
    labels: ["agent"],
  },
  {
    name: "agent_request_duration_seconds",
    type: "histogram",
    help: "Duration of an agent run.",
    unit: "s",
    labels: ["agent", "status"],
    buckets: DURATION_BUCKETS,
  },
  {
    name: "agent_request_cost_usd",
    type: "histogram",
    help: "Cost in US dollars of an agent run that no other agent asked for: of all calls to models in it.",
    unit: "{USD}",
    labels: ["agent"],
    buckets: COST_BUCKETS,
  },
  {
    name: "agent_errors_total",
    type: "counter",
    help: "Failed agent runs, by error category.",
    unit: "{error}",
    labels: ["agent", "category"],
  },
  {
    name: "agent_queue_depth",
    type: "gauge",
    help: "Requests waiting for an agent, as the program reports them.",
    unit: "{request}",
    labels: ["agent"],
  },
  {
    name: "agent_tool_calls_total",
    type: "counter",
    help: "Tool calls that ended, by outcome (ok, error, or the program's own word for it).",
    unit: "{call}",
    labels: ["agent", "tool", "status"],
  },
  {
    name: "agent_tool_duration_seconds",
    type: "histogram",
    help: "Duration of a tool call.",
    unit: "s",
    labels: ["agent", "tool", "status"],
    buckets: DURATION_BUCKETS,
  },
  {
    name: "agent_tool_errors_total",
    type: "counter",
    help: "Failed tool calls, by error category.",
    unit: "{error}",
    labels: ["agent", "tool", "category"],
  },
] as const satisfies readonly MetricDefinition[];
