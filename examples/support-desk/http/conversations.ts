import { getContext, recordFeedback, setContext } from "agent-observatory";
import { Router } from "express";
import { z } from "zod";
import type { Answers } from "../desk/answers.ts";
import type { Desk, Reply } from "../desk/desk.ts";
import type { ClosedSession } from "../follow-up/follow-up.ts";
import type { Queue } from "../follow-up/queue.ts";
import { userOf } from "./context.ts";

const MESSAGE = z.object({ text: z.string().min(1).max(4000) });
const FEEDBACK = z.object({ thumbs: z.enum(["up", "down"]), comment: z.string().max(1000).optional() });

const shown = ({ id, text, route, source, traceId }: Reply) => ({ answerId: id, text, route, source, traceId });

/** What customers do: ask, say what they think of an answer, and go. */
export function conversations(desk: Desk, answers: Answers, followUps: Queue<ClosedSession>): Router {
  const router = Router();

  router.post("/sessions/:sessionId/messages", async (request, response) => {
    const { sessionId } = request.params;
    setContext({ sessionId });
    const turn = { sessionId, userId: userOf(request), text: MESSAGE.parse(request.body).text };
    if (!request.accepts("json") && request.accepts("text/event-stream")) {
      response.setHeader("content-type", "text/event-stream");
      const send = (event: string, data: unknown) =>
        response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      const reply = await desk({ ...turn, onText: (piece) => send("text", piece) });
      send("answer", shown(reply));
      response.end();
      return;
    }
    response.json(shown(await desk(turn)));
  });

  router.post("/sessions/:sessionId/close", (request, response) => {
    const { sessionId } = request.params;
    followUps.add({ sessionId, userId: userOf(request), correlationId: getContext().correlationId });
    response.status(202).json({ waiting: followUps.depth() });
  });

  router.post("/answers/:id/feedback", async (request, response) => {
    const { thumbs, comment } = FEEDBACK.parse(request.body);
    const answer = await answers.find(request.params.id);
    if (answer === undefined) {
      response.status(404).json({ error: "there is no such answer" });
      return;
    }
    const { traceId, spanId, sessionId, userId } = answer;
    // Minutes later, in another request: it belongs to the run that gave the answer.
    recordFeedback({
      thumbs,
      agent: "desk",
      traceId,
      spanId,
      sessionId,
      userId,
      ...(comment !== undefined && { comment }),
    });
    response.status(204).end();
  });

  return router;
}
