import { counted } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { THRESHOLDS } from "./thresholds.ts";

const AGENT = [...PROCESS, "agent"];
const CACHE = [...PROCESS, "cache", "kind"];
const { cacheHitRatioDrop } = THRESHOLDS;

/** What is another than yesterday. Evaluated less often than the rest: it is about hours. */
export const trends: RuleFile = {
  name: "trends",
  groups: [
    {
      name: "trends",
      interval: "2m",
      rules: [
        { record: "job_agent:agent_requests:count1h", expr: counted("agent_requests_total", "1h", AGENT) },
        {
          record: "job_cache:cache_lookups:count1h",
          expr: counted('cache_operations_total{outcome=~"hit|miss"}', "1h", CACHE),
        },
        {
          record: "job_cache:cache_hits:ratio1h",
          expr: [
            `(${counted('cache_operations_total{outcome="hit"}', "1h", CACHE)} or 0 * job_cache:cache_lookups:count1h)`,
            "/",
            "(job_cache:cache_lookups:count1h > 0)",
          ].join("\n"),
        },
        {
          comment:
            "Agents that somebody uses at this time of the day, and did until now: scripts that ran yesterday are none.",
          alert: "AgentTrafficAbsent",
          expr: [
            "job_agent:agent_requests:count1h offset 1d >= 20",
            "and",
            "job_agent:agent_requests:count1h offset 1h >= 20",
            "unless",
            "job_agent:agent_requests:count1h > 0",
          ].join("\n"),
          for: "15m",
          severity: "ticket",
          summary: "An agent gets no requests any more",
          description:
            "Agent {{ $labels.agent }} of {{ $labels.job }} had {{ $value | humanize }} requests in this hour of yesterday, and none in the last hour.",
          dashboard: { uid: "ao-overview", variables: { job: "job", agent: "agent" } },
        },
        {
          comment: "Half of what it was: what a good hit rate is, only the cache knows.",
          alert: "CacheHitRateLow",
          expr: [
            `job_cache:cache_hits:ratio1h < ${cacheHitRatioDrop.limit} * (job_cache:cache_hits:ratio1h offset 1d)`,
            "and",
            "job_cache:cache_lookups:count1h >= 50",
            "and",
            "job_cache:cache_lookups:count1h offset 1d >= 50",
          ].join("\n"),
          for: "15m",
          severity: "log",
          summary: "A cache hits less than half as often as yesterday",
          description:
            "Only {{ $value | humanizePercentage }} of the lookups in {{ $labels.kind }} cache {{ $labels.cache }} of {{ $labels.job }} hit in the last hour, less than half of what it was in this hour of yesterday.",
          dashboard: { uid: "ao-cache", variables: { job: "job" } },
        },
      ],
    },
  ],
};
