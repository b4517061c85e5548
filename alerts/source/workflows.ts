import { counted, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const WORKFLOW = [...PROCESS, "workflow"];
const { workflowErrorRatio, reviewsPending } = THRESHOLDS;

/** What holds runs together: workflows, and the people who review. */
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
      ],
    },
  ],
};
