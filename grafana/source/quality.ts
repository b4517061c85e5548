import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { Dollars, EventsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toLogs } from "./data-links.ts";
import { levelsBelow, levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import {
  AGENT,
  counted,
  countedOrZero,
  mean,
  meanOverTime,
  perMinute,
  perRequest,
  quantileOverTime,
  share,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const EVALUATIONS = `agent_evaluations_total{${AGENT}}`;
const JUDGED = `agent_evaluations_total{${AGENT}, result=~"pass|fail"}`;
const FAILED = `agent_evaluations_total{${AGENT}, result="fail"}`;
const SCORE = `agent_evaluation_score{${AGENT}}`;
const FEEDBACK = `agent_feedback_total{${AGENT}}`;
const FEEDBACK_SCORE = `agent_feedback_score{${AGENT}}`;
const TASKS = `agent_tasks_total{${AGENT}}`;
const TASKS_OK = `agent_tasks_total{${AGENT}, status="ok"}`;
const TASK_DURATION = `agent_task_duration_seconds{${AGENT}}`;
const TASK_COST = `agent_task_cost_usd{${AGENT}}`;
const SESSIONS = `agent_sessions_total{${AGENT}}`;
const TURNS = `agent_session_turns_total{${AGENT}}`;
const SESSION_COST = `agent_session_cost_usd_total{${AGENT}}`;

const { evaluationFailRatio, satisfaction } = THRESHOLDS;

const LINES = '{service_name=~"$service"} | deployment_environment_name=~"$environment"';
const toEvaluations = (evaluator: string) =>
  toLogs("Log records of these evaluations", `${LINES} | gen_ai_evaluation_name="${evaluator}"`);
const toFeedback = (agent: string) =>
  toLogs(
    "Log records of this feedback",
    `${LINES} | agent_observatory_feedback_score!="" | gen_ai_agent_name="${agent}"`,
  );
const toAgent = (agent: string) =>
  toBoard("Open the agent", "orchestration", { keep: ["environment", "job"], set: { agent } });

export const quality = (): Dashboard =>
  board("quality", {
    description: "Are the answers good, do users like them, and does it get better or worse?",
    datasources: ["prometheus", "loki"],
    variables: [variables.environment(), variables.job(), variables.agent(), variables.service()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "Satisfaction",
              description: `Mean of what users say, from 0 to 100 %. Target ${percent(satisfaction.target)}, alert below ${percent(satisfaction.limit)}: read the feedback records of the agent that lost.`,
              unit: PercentUnit,
              levels: levelsBelow(satisfaction),
              expr: mean(FEEDBACK_SCORE),
            }),
          ],
          [
            4,
            stat({
              title: "Feedback",
              description: "How many users said something. Below some ten the satisfaction says little.",
              unit: Short,
              expr: countedOrZero(FEEDBACK),
            }),
          ],
          [
            4,
            stat({
              title: "Evaluations failed",
              description: `Share of fail among the evaluations that pass or fail. Target below ${percent(evaluationFailRatio.target)}, alert above ${percent(evaluationFailRatio.limit)}.`,
              unit: PercentUnit,
              levels: levelsOf(evaluationFailRatio),
              expr: share(FAILED, JUDGED),
            }),
          ],
          [
            4,
            stat({
              title: "Tasks succeeded",
              description:
                "Share of tasks that ended well, as the programs say. The table below tells which agent fails.",
              unit: PercentUnit,
              expr: share(TASKS_OK, TASKS),
            }),
          ],
          [
            4,
            stat({
              title: "Cost per task",
              description: "Mean of the tasks whose cost is known, in US dollars.",
              unit: Dollars,
              expr: mean(TASK_COST),
            }),
          ],
          [
            4,
            stat({
              title: "Turns per session",
              description:
                "How often users come back to the same conversation. More turns at the same satisfaction: answers need more tries.",
              unit: Short,
              expr: perRequest(TURNS, SESSIONS),
            }),
          ],
        ],
      },
      {
        title: "Evaluations",
        height: 8,
        panels: [
          [
            12,
            chart({
              title: "Score",
              description:
                "Mean by evaluator, each in its own scale. A step down after a release or another model is the release's. A click shows what was evaluated.",
              unit: Short,
              links: [toEvaluations(clickedLabel("evaluator"))],
              queries: [{ expr: meanOverTime(SCORE, "evaluator"), legend: "{{evaluator}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Evaluations by result",
              description: "A minute. If they stop, nobody looks any more: check that the evaluator runs.",
              unit: EventsPerMinute,
              stacked: true,
              links: [toEvaluations(clickedLabel("evaluator"))],
              queries: [{ expr: perMinute(EVALUATIONS, "evaluator", "result"), legend: "{{evaluator}}: {{result}}" }],
            }),
          ],
          [
            24,
            table({
              title: "Evaluators",
              description:
                "Every evaluator and agent in the time range. Click an evaluator for the records of its verdicts.",
              rows: { evaluator: "Evaluator", agent: "Agent" },
              columns: [
                { title: "Evaluations", unit: Short, expr: counted(EVALUATIONS, "evaluator", "agent") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: levelsOf(evaluationFailRatio),
                  expr: share(FAILED, JUDGED, "evaluator", "agent"),
                },
                { title: "Mean score", unit: Short, expr: mean(SCORE, "evaluator", "agent") },
                {
                  title: "Latest score",
                  unit: Short,
                  expr: `avg by (evaluator, agent) (last_over_time(agent_evaluation_latest_score{${AGENT}}[$__range]))`,
                },
              ],
              links: [toEvaluations(clickedCell("Evaluator"))],
            }),
          ],
        ],
      },
      {
        title: "Feedback",
        height: 8,
        panels: [
          [
            12,
            chart({
              title: "Satisfaction by agent",
              description: "Mean of what users say. Click an agent for the records.",
              unit: PercentUnit,
              levels: levelsBelow(satisfaction),
              links: [toFeedback(clickedLabel("agent"))],
              queries: [{ expr: meanOverTime(FEEDBACK_SCORE, "agent"), legend: "{{agent}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Feedback by rating",
              description:
                "Up, down and neutral, a minute. Many more downs at once: compare with the errors of that time. A dot opens the trace that was rated.",
              unit: EventsPerMinute,
              stacked: true,
              exemplars: true,
              queries: [{ expr: perMinute(FEEDBACK, "rating"), legend: "{{rating}}" }],
            }),
          ],
        ],
      },
      {
        title: "Tasks and sessions",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Tasks by outcome",
              description: "Tasks a minute that ended, by task and outcome.",
              unit: EventsPerMinute,
              stacked: true,
              queries: [{ expr: perMinute(TASKS, "task", "status"), legend: "{{task}}: {{status}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Duration of tasks, p95",
              description: "One in twenty tasks took longer. A dot opens the trace of one.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, TASK_DURATION, "task"), legend: "{{task}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Cost of tasks",
              description:
                "Mean in US dollars by task. Rising cost at the same success: longer prompts or more attempts.",
              unit: Dollars,
              queries: [{ expr: meanOverTime(TASK_COST, "task"), legend: "{{task}}" }],
            }),
          ],
          [
            24,
            table({
              title: "Agents",
              description: "What each agent's users come for and what it costs. Click an agent to see what it does.",
              rows: { agent: "Agent", job: "Program" },
              columns: [
                { title: "Sessions", unit: Short, expr: counted(SESSIONS, "agent", "job") },
                { title: "Turns per session", unit: Short, expr: perRequest(TURNS, SESSIONS, "agent", "job") },
                { title: "Cost per session", unit: Dollars, expr: perRequest(SESSION_COST, SESSIONS, "agent", "job") },
                { title: "Tasks", unit: Short, expr: counted(TASKS, "agent", "job") },
                { title: "Tasks succeeded", unit: PercentUnit, expr: share(TASKS_OK, TASKS, "agent", "job") },
                {
                  title: "Satisfaction",
                  unit: PercentUnit,
                  levels: levelsBelow(satisfaction),
                  expr: mean(FEEDBACK_SCORE, "agent", "job"),
                },
              ],
              links: [toAgent(clickedCell("Agent"))],
            }),
          ],
        ],
      },
    ],
  });
