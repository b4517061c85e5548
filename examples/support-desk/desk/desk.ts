import { randomUUID } from "node:crypto";
import { agent, currentRun, logAgentAction, recordTask, requestReview } from "agent-observatory";
import type { Caches } from "../caches.ts";
import { log } from "../log.ts";
import type { Model } from "../model.ts";
import type { Answer, Answers } from "./answers.ts";
import type { Specialist } from "./specialists.ts";
import { type Route, triage } from "./triage.ts";

export type Turn = {
  readonly sessionId: string;
  readonly userId: string;
  readonly text: string;
  readonly onText?: ((piece: string) => void) | undefined;
};
export type Reply = Answer & { readonly source: "cache" | "similar question" | "model" | "person" };
export type Desk = (turn: Turn) => Promise<Reply>;

export type DeskParts = {
  readonly model: Model;
  readonly caches: Caches;
  readonly answers: Answers;
  readonly specialists: Readonly<Record<Route, Specialist>>;
};

/** Below this a person looks at the question: a wrong desk costs the customer more than the wait. */
const MIN_CONFIDENCE = 0.5;
const TO_A_PERSON = "I am not sure that I understand. A colleague will answer you by mail.";

type Found = Pick<Reply, "text" | "route" | "source">;

/** The agent that customers talk to: what was asked before, else the specialist whose question it is. */
export function createDesk({ model, caches, answers, specialists }: DeskParts): Desk {
  async function askSpecialist(
    { text, onText }: Turn,
    history: Awaited<ReturnType<Answers["history"]>>,
  ): Promise<Found> {
    const { route, confidence } = await triage(model, history, text);
    if (confidence < MIN_CONFIDENCE) {
      requestReview({ reason: "low_confidence" });
      // Neither a success nor a failure: a word of our own in the metrics.
      currentRun()?.setStatus("escalated");
      return { text: TO_A_PERSON, route, source: "person" };
    }
    return { text: await specialists[route]({ text, history, onText }), route, source: "model" };
  }

  /** Answers from the handbook are the same for everybody; only a first question needs no history to be understood. */
  async function find(turn: Turn): Promise<Found> {
    const history = await answers.history(turn.sessionId);
    if (history.length > 0) return askSpecialist(turn, history);
    const same = caches.same(turn.text);
    if (same !== undefined) return { ...same, source: "cache" };
    const [vector = []] = await model.embed([turn.text]);
    const similar = caches.similar(vector);
    if (similar !== undefined) return { ...similar, source: "similar question" };
    const found = await askSpecialist(turn, history);
    if (found.route === "general" && found.source === "model") caches.keep(turn.text, vector, found);
    return found;
  }

  return agent({ name: "desk", description: "Answers customers", version: "1" }, async (turn: Turn) => {
    const startedMs = performance.now();
    const found = await find(turn);
    // What was found in a cache was not said yet.
    if (found.source !== "model") turn.onText?.(found.text);
    const { traceId = "", spanId = "" } = currentRun() ?? {};
    const { sessionId, userId, text } = turn;
    const answer: Answer = {
      id: randomUUID(),
      sessionId,
      userId,
      question: text,
      text: found.text,
      route: found.route,
      traceId,
      spanId,
    };
    await answers.save(answer);
    recordTask({
      task: "answer_question",
      succeeded: found.source !== "person",
      durationMs: performance.now() - startedMs,
    });
    logAgentAction(log, { agent: "desk", action: "answer", status: found.source });
    return { ...answer, source: found.source };
  });
}
