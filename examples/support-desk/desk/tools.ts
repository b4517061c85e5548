import { getContext, logAgentAction, retrieval, tool } from "agent-observatory";
import type { ChatCompletionTool } from "openai/resources/chat/completions";
import type { Database } from "../database.ts";
import type { Handbook } from "../handbook.ts";
import { log } from "../log.ts";
import type { Refunds } from "./refunds.ts";
import type { StatusPage } from "./status-page.ts";

/** Something that a model may ask for: what it is told of it, and what happens then. */
export type Tool = {
  readonly definition: ChatCompletionTool;
  readonly call: (given: never) => Promise<unknown>;
};

export type ToolSources = {
  readonly database: Database;
  readonly handbook: Handbook;
  readonly refunds: Refunds;
  readonly statusPage: StatusPage;
};

const TEXT = { type: "string" };
const NUMBER = { type: "number" };

function define<Given extends object>(
  name: string,
  description: string,
  parameters: Readonly<Record<keyof Given, object>>,
  work: (given: Given) => Promise<unknown>,
): Tool {
  const schema = { type: "object", properties: parameters, required: Object.keys(parameters) };
  return {
    definition: { type: "function", function: { name, description, parameters: schema } },
    // Each call is a span and counts, with its duration and how it ended.
    call: tool({ name, description }, work),
  };
}

/** What the specialists can do. A failure is thrown: the tool has failed then, and the model is told why. */
export function createTools({ database, handbook, refunds, statusPage }: ToolSources) {
  // Postgres' full text search is a retrieval as well; from outside it is only a query.
  const pastTickets = retrieval({ dataSource: "past-tickets", topK: 3 }, async (words: string) => {
    const { rows } = await database.query<{ subject: string; resolution: string }>(
      `SELECT subject, resolution FROM tickets
       WHERE to_tsvector('english', subject || ' ' || resolution) @@ websearch_to_tsquery('english', $1) AND resolution <> ''
       LIMIT 3`,
      [words],
    );
    return rows;
  });

  return {
    search_handbook: define(
      "search_handbook",
      "Finds pages of the handbook",
      { words: TEXT },
      ({ words }: { words: string }) => handbook.search(words),
    ),

    find_order: define(
      "find_order",
      "Finds an order by its number",
      { orderId: NUMBER },
      async ({ orderId }: { orderId: number }) => {
        const { rows } = await database.query("SELECT * FROM orders WHERE id = $1 AND user_id = $2", [
          orderId,
          getContext().userId,
        ]);
        if (rows.length === 0) throw new RangeError(`there is no order ${orderId} of this customer`);
        return rows[0];
      },
    ),

    refund_order: define(
      "refund_order",
      "Pays an order back; large amounts wait for a person",
      { orderId: NUMBER, amountUsd: NUMBER },
      async (refund: { orderId: number; amountUsd: number }) => {
        const outcome = await refunds.ask(refund);
        logAgentAction(log, { agent: "desk-billing", action: "refund", tool: "refund_order", status: outcome });
        return { outcome };
      },
    ),

    service_status: define(
      "service_status",
      "Says whether a component of the service works: api, web or mail",
      { component: TEXT },
      ({ component }: { component: string }) => statusPage(component),
    ),

    past_tickets: define(
      "past_tickets",
      "Finds how others were helped",
      { words: TEXT },
      ({ words }: { words: string }) => pastTickets(words),
    ),

    open_ticket: define(
      "open_ticket",
      "Writes down what a person has to look at",
      { subject: TEXT },
      async ({ subject }: { subject: string }) => {
        const { rows } = await database.query<{ id: number }>(
          "INSERT INTO tickets (session_id, subject) VALUES ($1, $2) RETURNING id",
          [getContext().sessionId, subject],
        );
        return { ticket: rows[0]?.id };
      },
    ),
  } satisfies Record<string, Tool>;
}

export type Tools = ReturnType<typeof createTools>;
