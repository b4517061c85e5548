import { agent, logAgentAction } from "agent-observatory";
import { log } from "../log.ts";
import { isBudget, type Message, type Model } from "../model.ts";
import type { Tool, Tools } from "./tools.ts";
import type { Route } from "./triage.ts";

export type Question = {
  readonly text: string;
  readonly history: readonly Message[];
  /** Gets the answer piece by piece, for who wants to see it grow. */
  readonly onText?: ((piece: string) => void) | undefined;
};
export type Specialist = (question: Question) => Promise<string>;

/** A model that asks for tools again and again is not getting anywhere. */
const MAX_ROUNDS = 6;

function createSpecialist(
  model: Model,
  route: Route,
  prompt: string,
  tools: Readonly<Record<string, Tool>>,
): Specialist {
  const name = `desk-${route}`;
  const definitions = Object.values(tools).map(({ definition }) => definition);

  async function callTool(toolName: string, given: string): Promise<string> {
    const called = tools[toolName];
    if (called === undefined) return `Error: there is no tool ${toolName}`;
    try {
      const result = await called.call(JSON.parse(given) as never);
      logAgentAction(log, { agent: name, action: "call_tool", tool: toolName, status: "ok" });
      return JSON.stringify(result);
    } catch (error) {
      // A spent budget is the end; everything else the model may get over, if it is told.
      if (isBudget(error)) throw error;
      logAgentAction(log, { agent: name, action: "call_tool", tool: toolName, error });
      return `Error: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  return agent({ name, description: `Answers ${route} questions` }, async ({ text, history, onText }: Question) => {
    const messages: Message[] = [{ role: "system", content: prompt }, ...history, { role: "user", content: text }];
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const message = await model.complete({ model: "gpt-4o", messages, tools: definitions, onText });
      const calls = message.tool_calls ?? [];
      if (calls.length === 0) return message.content ?? "";
      messages.push(message);
      for (const call of calls) {
        if (call.type !== "function") continue;
        const content = await callTool(call.function.name, call.function.arguments);
        messages.push({ role: "tool", tool_call_id: call.id, content });
      }
    }
    throw new Error(`${name} found no answer in ${MAX_ROUNDS} rounds`);
  });
}

export function createSpecialists(model: Model, tools: Tools): Readonly<Record<Route, Specialist>> {
  const { search_handbook, find_order, refund_order, service_status, past_tickets, open_ticket } = tools;
  return {
    billing: createSpecialist(
      model,
      "billing",
      "You are the billing desk. Look at the order before you promise anything, and refund what is due.",
      { find_order, refund_order },
    ),
    technical: createSpecialist(
      model,
      "technical",
      "You are the technical desk. Look at the status of the service and at past tickets; open a ticket if nothing helps.",
      { service_status, past_tickets, open_ticket },
    ),
    general: createSpecialist(
      model,
      "general",
      "You are the general desk. Answer from the handbook, in two sentences.",
      { search_handbook },
    ),
  };
}
