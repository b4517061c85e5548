import type { Database } from "../database.ts";
import type { Message } from "../model.ts";

export type Answer = {
  readonly id: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly question: string;
  readonly text: string;
  readonly route: string;
  /** Where it came from in telemetry, so that feedback finds its way back. */
  readonly traceId: string;
  readonly spanId: string;
};

export type Answers = {
  readonly save: (answer: Answer) => Promise<void>;
  readonly find: (id: string) => Promise<Answer | undefined>;
  /** What was said in a session so far, as a model reads it. */
  readonly history: (sessionId: string) => Promise<readonly Message[]>;
};

/** Models forget, and long histories cost: so many turns are remembered. */
const REMEMBERED_TURNS = 10;

type Row = Record<"id" | "session_id" | "user_id" | "question" | "answer" | "route" | "trace_id" | "span_id", string>;

export function createAnswers(database: Database): Answers {
  return {
    save: async ({ id, sessionId, userId, question, text, route, traceId, spanId }) => {
      await database.query(
        `INSERT INTO answers (id, session_id, user_id, question, answer, route, trace_id, span_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, sessionId, userId, question, text, route, traceId, spanId],
      );
    },
    find: async (id) => {
      const { rows } = await database.query<Row>("SELECT * FROM answers WHERE id = $1", [id]);
      const [row] = rows;
      if (row === undefined) return undefined;
      const { session_id, user_id, question, answer, route, trace_id, span_id } = row;
      return {
        id,
        sessionId: session_id,
        userId: user_id,
        question,
        text: answer,
        route,
        traceId: trace_id,
        spanId: span_id,
      };
    },
    history: async (sessionId) => {
      const { rows } = await database.query<Row>(
        "SELECT question, answer FROM answers WHERE session_id = $1 ORDER BY answered_at DESC LIMIT $2",
        [sessionId, REMEMBERED_TURNS],
      );
      return rows.toReversed().flatMap(({ question, answer }): Message[] => [
        { role: "user", content: question },
        { role: "assistant", content: answer },
      ]);
    },
  };
}
