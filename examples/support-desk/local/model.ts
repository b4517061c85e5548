import {
  createLlmDouble,
  failures,
  type LlmDouble,
  type LlmRequest,
  type Reply,
  type Usage,
} from "../../support/llm-double.ts";

/** What goes wrong with one of the next answers of a model, in place of what it would have said. */
export type Trouble = { readonly model: string; readonly kind: "outage" | "rate limit" | "slow" };

export type ModelDouble = LlmDouble & { readonly expect: (trouble: Trouble, times?: number) => void };

// Chosen by hand: about what such prompts cost, and all different, so that a number at the wrong call shows in the sums.
const usage = (inputTokens: number, outputTokens: number): Usage => ({ inputTokens, outputTokens });
const call = (name: string, given: object) => ({ toolCalls: [{ name, arguments: given }] });
const asJson = (value: object): string => JSON.stringify(value);

const SLOW_MS = 1500;
const TROUBLES: Readonly<Record<Trouble["kind"], (reply: Reply) => Reply>> = {
  outage: () => failures.serverError(503),
  "rate limit": () => failures.rateLimited(0.05),
  slow: (reply) => ({ ...reply, latencyMs: SLOW_MS }),
};

function triage(text: string): Reply {
  const sure: readonly (readonly [RegExp, string, number])[] = [
    [/refund|charged|invoice|order/i, "billing", 0.94],
    [/error|502|down|api/i, "technical", 0.88],
    [/password|hours|plan/i, "general", 0.91],
  ];
  const [, route = "general", confidence = 0.31] = sure.find(([words]) => words.test(text)) ?? [];
  return { text: asJson({ route, confidence }), usage: usage(181, 13) };
}

function general({ lastUserText }: LlmRequest, results: readonly string[]): Reply {
  if (results.length === 0) return { ...call("search_handbook", { words: lastUserText }), usage: usage(304, 23) };
  const [page] = JSON.parse(results[0] ?? "[]") as string[];
  return { text: page ?? "The handbook does not say.", usage: usage(521, 47), chunks: 6 };
}

function billing({ lastUserText }: LlmRequest, results: readonly string[]): Reply {
  const orderId = Number(/\b(1\d{3})\b/.exec(lastUserText)?.[1] ?? 0);
  const amountUsd = Number(/\b(\d+) dollars/.exec(lastUserText)?.[1] ?? 0);
  const last = results.at(-1) ?? "";
  if (results.length === 0) return { ...call("find_order", { orderId }), usage: usage(332, 19) };
  if (last.startsWith("Error")) return { text: "I cannot find that order. Which number is it?", usage: usage(389, 16) };
  if (results.length === 1) return { ...call("refund_order", { orderId, amountUsd }), usage: usage(428, 27) };
  const text = last.includes("waits")
    ? `A colleague looks at the ${amountUsd} dollars for order ${orderId}; you hear from us by mail.`
    : `${amountUsd} dollars for order ${orderId} are on their way to your card.`;
  return { text, usage: usage(467, 38), chunks: 5 };
}

function technical({ lastUserText }: LlmRequest, results: readonly string[]): Reply {
  const last = results.at(-1) ?? "";
  if (results.length === 0) return { ...call("service_status", { component: "api" }), usage: usage(318, 18) };
  if (results.length === 1) return { ...call("past_tickets", { words: "502 upgrade" }), usage: usage(361, 22) };
  if (results.length === 2 && last === "[]")
    return { ...call("open_ticket", { subject: lastUserText }), usage: usage(402, 31) };
  return {
    text: "The service is up. Restarting the client helped others with this.",
    usage: usage(449, 29),
    chunks: 4,
  };
}

/** What a model says to the desk: by whose prompt it is, and by what its tools have found since the customer spoke. */
function respond(request: LlmRequest): Reply | undefined {
  if (request.operation !== "chat") return undefined;
  const { system, lastUserText, turns } = request;
  const asked = turns.findLastIndex(({ role }) => role === "user");
  const results = turns.slice(asked).flatMap(({ role, text }) => (role === "tool" ? [text] : []));
  if (system.startsWith("You route")) return triage(lastUserText);
  if (system.includes("billing desk")) return billing(request, results);
  if (system.includes("technical desk")) return technical(request, results);
  if (system.includes("general desk")) return general(request, results);
  if (system.startsWith("You summarize")) return { text: `Asked: ${lastUserText}`, usage: usage(212, 33) };
  if (system.startsWith("You grade")) {
    const resolved = !lastUserText.includes("1999");
    const grade = resolved ? { score: 0.9, verdict: "pass" } : { score: 0.2, verdict: "fail" };
    return { text: asJson(grade), usage: usage(207, 11) };
  }
  return undefined;
}

/** Plays OpenAI's API for the desk: it answers by a script, and fails where it is told to. */
export async function startModel(): Promise<ModelDouble> {
  const troubles: Trouble[] = [];
  const double = await createLlmDouble({
    medianLatencyMs: 15,
    respond: (request) => {
      const reply = respond(request);
      const index = troubles.findIndex(({ model }) => request.operation !== "models" && model === request.model);
      const [trouble] = index < 0 ? [] : troubles.splice(index, 1);
      return trouble === undefined ? reply : TROUBLES[trouble.kind](reply ?? {});
    },
  }).start();
  return Object.assign(double, {
    expect: (trouble: Trouble, times = 1) => troubles.push(...Array.from({ length: times }, () => trouble)),
  });
}
