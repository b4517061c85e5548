import { recordRoute } from "agent-observatory";
import type { Message, Model } from "../model.ts";

export const ROUTES = ["billing", "technical", "general"] as const;
export type Route = (typeof ROUTES)[number];
export type Triage = { readonly route: Route; readonly confidence: number };

const PROMPT = `You route questions to the right desk.
billing: orders, invoices, refunds. technical: errors, outages, the API. general: everything else.
Say how sure you are, from 0 to 1.`;

const SCHEMA = {
  name: "triage",
  schema: {
    type: "object",
    properties: { route: { type: "string", enum: [...ROUTES] }, confidence: { type: "number" } },
    required: ["route", "confidence"],
    additionalProperties: false,
  },
};

/** Decides whose question it is. A small model is good enough for that. */
export async function triage(model: Model, history: readonly Message[], question: string): Promise<Triage> {
  const decided = await model.decide<Triage>({
    model: "gpt-4o-mini",
    messages: [{ role: "system", content: PROMPT }, ...history, { role: "user", content: question }],
    schema: SCHEMA,
  });
  recordRoute({ router: "triage", route: decided.route, confidence: decided.confidence });
  return decided;
}
