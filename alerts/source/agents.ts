import { counted, countedAbove, quantile, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const AGENT = [...PROCESS, "agent"];
const OVERVIEW = { uid: "ao-overview", variables: { job: "job", agent: "agent" } };
const ORCHESTRATION = { uid: "ao-orchestration", variables: { job: "job", agent: "agent" } };
const { responseTimeSeconds, agentErrorRatio, queueDepth, stuckRunSeconds } = THRESHOLDS;

export const agents: RuleFile = {
  name: "agents",
  groups: [
    {
      name: "agents",
      interval: "30s",
      rules: [
        { record: "job_agent:agent_requests:count5m", expr: counted("agent_requests_total", "5m", AGENT) },
        {
          record: "job_agent:agent_request_errors:count5m",
          expr: counted('agent_requests_total{status="error"}', "5m", AGENT),
        },
        {
          record: "job_agent:agent_request_errors:ratio5m",
          expr: ratio("job_agent:agent_request_errors:count5m", "job_agent:agent_requests:count5m"),
        },
        {
          record: "job_agent:agent_request_errors:count30m",
          expr: counted('agent_requests_total{status="error"}', "30m", AGENT),
        },
        {
          record: "job_agent:agent_requests_ok:count30m",
          expr: counted('agent_requests_total{status="ok"}', "30m", AGENT),
        },
        {
          record: "job_agent:agent_request_duration_seconds:p95_10m",
          expr: quantile(0.95, "agent_request_duration_seconds", "10m", AGENT),
        },
        {
          record: "job_agent:agent_requests_slow:count30m",
          expr: countedAbove("agent_request_duration_seconds", "", responseTimeSeconds.limit, "30m", AGENT),
        },
        {
          record: "job_agent:agent_loops:count15m",
          expr: counted("agent_loop_detected_total", "15m", AGENT),
        },
        {
          alert: "AgentResponseTimeHigh",
          expr: `${beyond("job_agent:agent_request_duration_seconds:p95_10m", ">", responseTimeSeconds)}\nand\njob_agent:agent_requests_slow:count30m >= 3`,
          for: "10m",
          severity: "ticket",
          summary: "Agent answers too slowly",
          description: `One in twenty requests to agent {{ $labels.agent }} of {{ $labels.job }} takes longer than {{ $value | humanizeDuration }} (p95 over 10 minutes). The target is ${responseTimeSeconds.target} s, the limit ${responseTimeSeconds.limit} s.`,
          dashboard: OVERVIEW,
        },
        {
          alert: "AgentErrorRateHigh",
          expr: `${beyond("job_agent:agent_request_errors:ratio5m", ">", agentErrorRatio)}\nand\njob_agent:agent_request_errors:count5m >= 3`,
          for: "5m",
          keepFiringFor: "5m",
          severity: "page",
          summary: "Agent fails more than 5 % of its requests",
          description:
            "{{ $value | humanizePercentage }} of the requests to agent {{ $labels.agent }} of {{ $labels.job }} failed in the last 5 minutes. The target is below 1 %.",
          dashboard: OVERVIEW,
        },
        {
          alert: "AgentErrorRateCritical",
          expr: `job_agent:agent_request_errors:ratio5m > ${agentErrorRatio.critical}\nand\njob_agent:agent_request_errors:count5m >= 3`,
          for: "1m",
          keepFiringFor: "5m",
          severity: "page",
          summary: "Agent fails more than 10 % of its requests",
          description:
            "{{ $value | humanizePercentage }} of the requests to agent {{ $labels.agent }} of {{ $labels.job }} failed in the last 5 minutes. The target is below 1 %.",
          dashboard: OVERVIEW,
        },
        {
          comment: "For agents with too little traffic for a ratio over 5 minutes.",
          alert: "AgentFailingEveryRequest",
          expr: "job_agent:agent_request_errors:count30m >= 3\nunless\njob_agent:agent_requests_ok:count30m > 0",
          severity: "page",
          summary: "Agent fails every request",
          description:
            "The last {{ $value | humanize }} requests to agent {{ $labels.agent }} of {{ $labels.job }} failed, and none succeeded in the last 30 minutes.",
          dashboard: OVERVIEW,
        },
        {
          alert: "AgentQueueTooLong",
          expr: `sum by (${AGENT.join(", ")}) (agent_queue_depth) > ${queueDepth.limit}`,
          for: "15m",
          severity: "ticket",
          summary: "Requests pile up before an agent",
          description: `{{ $value | humanize }} requests have been waiting for agent {{ $labels.agent }} of {{ $labels.job }}; the limit of ${queueDepth.limit} has been exceeded for 15 minutes.`,
          dashboard: ORCHESTRATION,
        },
        {
          comment: "The last sample of a dead process counts for 5 minutes more: `for` outlasts it.",
          alert: "AgentRunStuck",
          expr: `time() - min by (${AGENT.join(", ")}) (agent_oldest_run_start_time_seconds > 0) > ${stuckRunSeconds.limit}`,
          for: "6m",
          severity: "ticket",
          summary: "An agent run does not end",
          description:
            "The oldest run of agent {{ $labels.agent }} of {{ $labels.job }} has been in progress for {{ $value | humanizeDuration }}.",
          dashboard: ORCHESTRATION,
        },
        {
          comment: "One is enough: a loop costs money with every turn of it.",
          alert: "AgentLoopDetected",
          expr: "job_agent:agent_loops:count15m > 0",
          severity: "ticket",
          summary: "An agent makes the same call over and over",
          description:
            "Agent {{ $labels.agent }} of {{ $labels.job }} makes the same call with the same arguments over and over. Loops in the last 15 minutes: {{ $value | humanize }}.",
          dashboard: { uid: "ao-tools", variables: { job: "job", agent: "agent" } },
        },
      ],
    },
  ],
};
