import { timingSafeEqual } from "node:crypto";
import { checkHealth, costSummary, debugRun, errorSummary, metricSummary, setContext } from "agent-observatory";
import { type RequestHandler, Router } from "express";
import { z } from "zod";
import type { Answers } from "../desk/answers.ts";
import type { Desk } from "../desk/desk.ts";
import type { Refunds } from "../desk/refunds.ts";
import { userOf } from "./context.ts";

const QUESTION = z.object({ userId: z.string(), text: z.string().min(1).max(4000) });
const DECISION = z.object({ decision: z.enum(["approved", "rejected"]) });

function onlyStaff(token: string): RequestHandler {
  const expected = Buffer.from(`Bearer ${token}`);
  return (request, response, next) => {
    const given = Buffer.from(request.get("authorization") ?? "");
    if (given.length === expected.length && timingSafeEqual(given, expected)) next();
    else response.status(401).json({ error: "staff only" });
  };
}

/** What people of the company do: decide on refunds, ask on behalf of a customer to see why, and look at how the desk is doing. */
export function staff(token: string, desk: Desk, answers: Answers, refunds: Refunds): Router {
  const router = Router();
  router.use("/staff", onlyStaff(token));

  router.get("/staff/reviews", async (_request, response) => {
    response.json(await refunds.open());
  });

  router.post("/staff/reviews/:id", async (request, response) => {
    const { decision } = DECISION.parse(request.body);
    const refund = await refunds.decide(request.params.id, decision, userOf(request));
    if (refund === undefined) response.status(409).json({ error: "there is no such review, or it is decided" });
    else response.json({ decision, ...refund });
  });

  // One question in full: prompts, answers, arguments and results, which are recorded of no other.
  router.post("/staff/sessions/:sessionId/debug", async (request, response) => {
    const { sessionId } = request.params;
    const { userId, text } = QUESTION.parse(request.body);
    setContext({ sessionId, userId });
    const state = { history: await answers.history(sessionId) };
    const { traceId, text: answer } = await debugRun({ name: "staff asks", input: text, state }, () =>
      desk({ sessionId, userId, text }),
    );
    response.json({ traceId, answer });
  });

  // What this process knows of itself, without a back end. Over time and over all processes, ask Prometheus.
  router.get("/staff/insights", async (_request, response) => {
    response.json({
      health: await checkHealth(),
      errors: errorSummary({ windowMs: 3_600_000 }),
      costs: costSummary(),
      answerSeconds: metricSummary("agent_request_duration_seconds", { agent: "desk" }),
    });
  });

  return router;
}
