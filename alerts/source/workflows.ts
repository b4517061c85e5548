import { counted, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const WORKFLOW = [...PROCESS, "workflow"];
const CACHE = [...PROCESS, "cache", "kind"];
const { workflowErrorRatio, reviewsPending, cacheHitRatioDrop } = THRESHOLDS;

/** What holds runs together: workflows, the people who review, caches. */
export const workflows: RuleFile = {
  name: "workflows",
  groups: [
    {
      name: "workflows",
      interval: "30s",
      rules: [
        {
          record: "job_workflow:workflow_executions:count30m",
          expr: counted("workflow_executions_total", "30m", WORKFLOW),
        },
        {
          record: "job_workflow:workflow_execution_errors:count30m",
          expr: counted('workflow_executions_total{status="error"}', "30m", WORKFLOW),
        },
        {
          record: "job_workflow:workflow_execution_errors:ratio30m",
          expr: ratio("job_workflow:workflow_execution_errors:count30m", "job_workflow:workflow_executions:count30m"),
        },
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
          alert: "WorkflowFailureRateHigh",
          expr: `${beyond("job_workflow:workflow_execution_errors:ratio30m", ">", workflowErrorRatio)}\nand\njob_workflow:workflow_execution_errors:count30m >= 3`,
          for: "5m",
          severity: "ticket",
          summary: "Workflow executions fail",
          description:
            "{{ $value | humanizePercentage }} of the executions of workflow {{ $labels.workflow }} of {{ $labels.job }} failed in the last 30 minutes.",
          dashboard: { uid: "ao-orchestration", variables: { job: "job", workflow: "workflow" } },
        },
        {
          alert: "HumanReviewBacklog",
          expr: `sum by (${PROCESS.join(", ")}) (human_reviews_pending) > ${reviewsPending.limit}`,
          for: "30m",
          severity: "ticket",
          summary: "Reviews wait for people",
          description: `{{ $value | humanize }} reviews of {{ $labels.job }} wait for somebody to decide; the limit of ${reviewsPending.limit} has been exceeded for 30 minutes.`,
          dashboard: { uid: "ao-orchestration", variables: { job: "job" } },
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
