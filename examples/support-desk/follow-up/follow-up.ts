import { agent, logWorkflowEvent, node, recordEvaluation, recordTask, withContext, workflow } from "agent-observatory";
import type { Database } from "../database.ts";
import type { Answers } from "../desk/answers.ts";
import { log } from "../log.ts";
import type { Message, Model } from "../model.ts";

export type ClosedSession = {
  readonly sessionId: string;
  readonly userId: string | undefined;
  readonly correlationId: string | undefined;
};
type Grade = { readonly score: number; readonly verdict: "pass" | "fail" };

const WORKFLOW = "follow-up";
const GRADE = {
  name: "grade",
  schema: {
    type: "object",
    properties: { score: { type: "number" }, verdict: { type: "string", enum: ["pass", "fail"] } },
    required: ["score", "verdict"],
    additionalProperties: false,
  },
};

/** What is done about a session that is over: it is summed up, graded, and filed for the next customer with the same question. */
export function createFollowUp(model: Model, answers: Answers, database: Database) {
  const summarize = node("summarize", async (history: readonly Message[]): Promise<string> => {
    const prompt: Message = { role: "system", content: "You summarize conversations for colleagues, in one sentence." };
    return (await model.complete({ model: "gpt-4o-mini", messages: [prompt, ...history] })).content ?? "";
  });

  const judge = agent("quality-judge", async (history: readonly Message[]): Promise<Grade> => {
    const prompt: Message = { role: "system", content: "You grade answers: was the question resolved, from 0 to 1?" };
    const grade = await model.decide<Grade>({ model: "gpt-4o-mini", messages: [prompt, ...history], schema: GRADE });
    recordEvaluation({ evaluator: "resolution", score: grade.score, label: grade.verdict, agent: "desk" });
    return grade;
  });
  const grade = node("grade", judge);

  const file = node("file", async (sessionId: string, subject: string, { verdict }: Grade): Promise<void> => {
    await database.query("INSERT INTO tickets (session_id, subject, resolution) VALUES ($1, $2, $3)", [
      sessionId,
      subject,
      verdict === "pass" ? "resolved by the desk" : "",
    ]);
  });

  const followUp = workflow({ name: WORKFLOW, version: "1" }, async (sessionId: string): Promise<void> => {
    const startedMs = performance.now();
    logWorkflowEvent(log, { workflow: WORKFLOW, event: "started" });
    let succeeded = false;
    try {
      const history = await answers.history(sessionId);
      const [summary, graded] = await Promise.all([summarize(history), grade(history)]);
      await file(sessionId, summary, graded);
      succeeded = true;
    } finally {
      const durationMs = performance.now() - startedMs;
      recordTask({ task: "follow_up", succeeded, agent: "desk", durationMs });
      logWorkflowEvent(log, { workflow: WORKFLOW, event: succeeded ? "completed" : "failed", durationMs });
    }
  });

  // A job has a trace of its own, and belongs to the session that it is about all the same.
  return (session: ClosedSession): Promise<void> => withContext(session, () => followUp(session.sessionId));
}
