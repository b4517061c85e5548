import { counted, ratio } from "./counting.ts";
import { PROCESS, type RuleFile } from "./rule.ts";
import { beyond, THRESHOLDS } from "./thresholds.ts";

const AGENT = [...PROCESS, "agent"];
const EVALUATOR = [...AGENT, "evaluator"];
const BOARD = { uid: "ao-quality", variables: { job: "job", agent: "agent" } };
const { evaluationFailRatio, satisfaction } = THRESHOLDS;

export const quality: RuleFile = {
  name: "quality",
  groups: [
    {
      name: "quality",
      interval: "1m",
      rules: [
        {
          record: "job_evaluator:agent_evaluations:count1h",
          expr: counted("agent_evaluations_total", "1h", EVALUATOR),
        },
        {
          record: "job_evaluator:agent_evaluations_failed:count1h",
          expr: counted('agent_evaluations_total{result="fail"}', "1h", EVALUATOR),
        },
        {
          record: "job_evaluator:agent_evaluations_failed:ratio1h",
          expr: ratio("job_evaluator:agent_evaluations_failed:count1h", "job_evaluator:agent_evaluations:count1h"),
        },
        { record: "job_agent:agent_feedback:count1d", expr: counted("agent_feedback_score_count", "1d", AGENT) },
        {
          record: "job_agent:agent_feedback_score:mean1d",
          expr: ratio(counted("agent_feedback_score_sum", "1d", AGENT), "job_agent:agent_feedback:count1d"),
        },
        {
          alert: "EvaluationsFailing",
          expr: `${beyond("job_evaluator:agent_evaluations_failed:ratio1h", ">", evaluationFailRatio)}\nand\njob_evaluator:agent_evaluations_failed:count1h >= 3`,
          for: "5m",
          severity: "ticket",
          summary: "An agent fails its evaluations",
          description:
            "{{ $value | humanizePercentage }} of the answers of agent {{ $labels.agent }} of {{ $labels.job }} failed evaluator {{ $labels.evaluator }} in the last hour.",
          dashboard: BOARD,
        },
        {
          alert: "SatisfactionLow",
          expr: `${beyond("job_agent:agent_feedback_score:mean1d", "<", satisfaction)}\nand\njob_agent:agent_feedback:count1d >= 10`,
          for: "15m",
          severity: "ticket",
          summary: "Users are not satisfied with an agent",
          description:
            "Users rate agent {{ $labels.agent }} of {{ $labels.job }} {{ $value | humanizePercentage }} on average over a day. The target is above 80 %, the limit 60 %.",
          dashboard: BOARD,
        },
      ],
    },
  ],
};
