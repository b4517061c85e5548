import { PROCESS, type RuleFile } from "./rule.ts";
import { THRESHOLDS } from "./thresholds.ts";

const OVERVIEW = { uid: "ao-overview", variables: { job: "job" } };
const SYSTEM = { uid: "ao-system", variables: { job: "job" } };
const by = PROCESS.join(", ");
const { heapUsedRatio, eventLoopDelaySeconds } = THRESHOLDS;

/** Processes: that they are there, that they say they are well, and that they have room. */
export const services: RuleFile = {
  name: "services",
  comment: `Which services must be running, and the alert for one that is not. A script that ends is not a service, so nothing is
expected unless it says so, in one of three ways:
  - it declares itself: OTEL_RESOURCE_ATTRIBUTES=service.criticality=critical (or high), remembered for a day;
  - Prometheus scrapes it;
  - a file of your own beside this one lists it, which also catches a service that never came up:

      groups:
        - name: my-services
          rules:
            - record: job:agent_service:expected
              expr: vector(1)
              labels: { job: order-agent, deployment_environment_name: production }
`,
  groups: [
    {
      name: "services",
      interval: "30s",
      rules: [
        {
          record: "job:agent_service:expected",
          expr: [
            `group by (${by}) (last_over_time(target_info{service_criticality=~"critical|high"}[1d]))`,
            "or",
            `group by (${by}) (last_over_time(agent_observatory_up[1d]) and on (job, instance) up)`,
          ].join("\n"),
        },
        {
          comment:
            "A dead process says nothing and its last sample would count for 5 minutes; two missed exports of 60 s are enough.",
          record: "job:agent_service:reporting",
          expr: `max by (${by}) (last_over_time(agent_observatory_up[2m]))`,
        },
        {
          alert: "AgentSystemDown",
          expr: "job:agent_service:expected\nunless\njob:agent_service:reporting == 1",
          for: "1m",
          severity: "page",
          summary: "Agent service is down",
          description:
            "No process of {{ $labels.job }} has reported for more than 2 minutes, and it is a service that must be running.",
          dashboard: OVERVIEW,
        },
        {
          alert: "HealthCheckFailing",
          expr: `min by (${by}, check) (health_check_status) == 0`,
          for: "2m",
          severity: "ticket",
          summary: "A health check fails",
          description: "Health check {{ $labels.check }} of {{ $labels.job }} has been failing for 2 minutes.",
          dashboard: SYSTEM,
        },
        {
          alert: "ProcessMemoryHigh",
          expr: `max by (${by}) (v8js_memory_heap_used_bytes / (v8js_memory_heap_limit_bytes > 0)) > ${heapUsedRatio.limit}`,
          for: "5m",
          severity: "ticket",
          summary: "A process is about to run out of memory",
          description:
            "A process of {{ $labels.job }} uses {{ $value | humanizePercentage }} of the heap that it may use: beyond it Node ends the process.",
          dashboard: SYSTEM,
        },
        {
          alert: "EventLoopBlocked",
          expr: `max by (${by}) (nodejs_eventloop_delay_p99_seconds) > ${eventLoopDelaySeconds.limit}`,
          for: "5m",
          severity: "ticket",
          summary: "A process blocks its event loop",
          description:
            "One in a hundred turns of the event loop of {{ $labels.job }} is late by {{ $value | humanizeDuration }} or more: all its requests wait as long.",
          dashboard: SYSTEM,
        },
      ],
    },
  ],
};
