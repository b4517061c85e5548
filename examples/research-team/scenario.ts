import { createLlmDouble, failures, type LlmDouble, type LlmRequest, type Reply } from "../support/llm-double.ts";

// Every usage below was chosen by hand: about what the prompts would cost, and all different, so that a number
// that is attributed to the wrong call shows in the sums.
type Step = {
  /** Words of the system prompt or instructions that tell whose call it is. */
  who: string;
  /** Which of the parallel questions, for the researcher. */
  question?: number;
  /** How many tool results the conversation holds already, for the researcher. */
  results?: number;
  /** Which draft is being written or reviewed. */
  pass?: number;
  /** The first time this exact request arrives it meets the fault, its repetition is answered. */
  fault?: "rate limit" | "timeout";
  reply: Reply;
};

const webSearch = (query: string) => ({ name: "web_search", arguments: { query } });
const lookupNotes = (subject: string) => ({ name: "lookup_notes", arguments: { subject } });
const calculate = (expression: string) => ({ name: "calculate", arguments: { expression } });

const DRAFT = `Electric buses pay off, if the depot comes first
A battery bus costs twice as much as a diesel bus and is 45000 euro a year cheaper to run.
Over twelve years that is 540000 euro: the difference in price is earned back in six.
In winter the range falls to about 163 kilometres; two of five lines need a charger on the way.
Cities that failed had buses before they had a grid connection.`;

const SCRIPT: Step[] = [
  {
    who: "You are the planner",
    reply: {
      text: JSON.stringify({
        questions: [
          "What does it cost to buy and to run them over twelve years?",
          "What is left of their range in winter?",
          "Who has done it already, and what went wrong?",
        ],
      }),
      usage: { inputTokens: 187, outputTokens: 52 },
    },
  },
  {
    who: "You are a researcher",
    question: 1,
    results: 0,
    reply: {
      toolCalls: [webSearch("price of electric buses"), lookupNotes("cost")],
      usage: { inputTokens: 238, outputTokens: 41 },
    },
  },
  {
    who: "You are a researcher",
    question: 1,
    results: 2,
    reply: { toolCalls: [calculate("12 * 45000")], usage: { inputTokens: 412, outputTokens: 19 } },
  },
  {
    who: "You are a researcher",
    question: 1,
    results: 3,
    reply: {
      text: "A battery bus costs 270000 euro more and saves 540000 euro in twelve years, before one new battery.",
      usage: { inputTokens: 447, outputTokens: 96 },
    },
  },
  {
    who: "You are a researcher",
    question: 2,
    results: 0,
    reply: {
      toolCalls: [webSearch("range of electric buses in winter")],
      usage: { inputTokens: 231, outputTokens: 22 },
    },
  },
  {
    who: "You are a researcher",
    question: 2,
    results: 1,
    // The tool throws on this one.
    reply: { toolCalls: [calculate("240 / (5 - 5)")], usage: { inputTokens: 334, outputTokens: 24 } },
  },
  {
    who: "You are a researcher",
    question: 2,
    results: 2,
    reply: { toolCalls: [calculate("240 * 0.68")], usage: { inputTokens: 381, outputTokens: 20 } },
  },
  {
    who: "You are a researcher",
    question: 2,
    results: 3,
    reply: {
      text: "At minus ten degrees 163 of 240 kilometres are left; how much heating takes is uncertain.",
      usage: { inputTokens: 409, outputTokens: 88 },
    },
  },
  {
    who: "You are a researcher",
    question: 3,
    results: 0,
    fault: "timeout",
    reply: {
      toolCalls: [webSearch("cities with electric buses"), lookupNotes("cities")],
      usage: { inputTokens: 242, outputTokens: 43 },
    },
  },
  {
    who: "You are a researcher",
    question: 3,
    results: 2,
    reply: {
      text: "Shenzhen runs battery buses only. Elsewhere the depots had no grid connection in time.",
      usage: { inputTokens: 428, outputTokens: 79 },
    },
  },
  {
    who: "You are the writer",
    pass: 1,
    reply: { text: DRAFT.replace("six", "three"), usage: { inputTokens: 1290, outputTokens: 310 }, chunks: 24 },
  },
  {
    who: "You are the reviewer",
    pass: 1,
    reply: {
      text: JSON.stringify({ approved: false, remarks: "The price is earned back in six years, not three." }),
      usage: { inputTokens: 521, outputTokens: 233, reasoningTokens: 192 },
    },
  },
  {
    who: "You are the writer",
    pass: 2,
    reply: { text: DRAFT, usage: { inputTokens: 1655, cachedTokens: 1280, outputTokens: 322 }, chunks: 24 },
  },
  {
    who: "You are the reviewer",
    pass: 2,
    reply: {
      text: JSON.stringify({ approved: true, remarks: "" }),
      usage: { inputTokens: 533, outputTokens: 147, reasoningTokens: 128 },
    },
  },
  {
    who: "You write the headline",
    fault: "rate limit",
    reply: { text: "Electric buses pay off in six years", usage: { inputTokens: 356, outputTokens: 11 }, chunks: 4 },
  },
];

const EMBEDDING_TOKENS = 97;

/** The reply to a request of `app.mjs`; `undefined` for requests that are not part of the script. */
export function respond(request: LlmRequest): Reply | undefined {
  if (request.prompt.includes("Outage drill")) return failures.serverError();
  if (request.operation === "embeddings") return { usage: { inputTokens: EMBEDDING_TOKENS, outputTokens: 0 } };
  const step = SCRIPT.find((candidate) => matches(candidate, request));
  // Odd and even, so that another run of the same program against the same double meets the same faults.
  if (step?.fault !== undefined && request.occurrence % 2 === 1) {
    return step.fault === "timeout" ? { hang: true } : failures.rateLimited(0.05);
  }
  return step?.reply;
}

function matches(step: Step, request: LlmRequest): boolean {
  if (!request.system.includes(step.who)) return false;
  if (step.question !== undefined && !request.lastUserText.includes(`question ${step.question} of`)) return false;
  if (step.results !== undefined && request.toolResults.length !== step.results) return false;
  return step.pass === undefined || passOf(request) === step.pass;
}

function passOf(request: LlmRequest): number {
  const draft = /draft (\d+)\. Review/.exec(request.lastUserText)?.[1];
  return draft === undefined ? 1 + Number(request.lastUserText.includes("Remarks of the reviewer")) : Number(draft);
}

/** Counts of calls as the service sees them. Tokens include the embeddings call's. */
export type Expected = {
  /** Chat and Responses requests on the wire, retries and timeouts included. */
  llmCalls: number;
  llmCallsSucceeded: number;
  embeddingCalls: number;
  toolCalls: { count: number; failed: number };
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
  /** By HTTP status, and `timeout`. */
  errors: Record<string, number>;
};

/** What so many successful runs of `app.mjs` lead to by the script, before anything is served. */
export function scripted(runs = 1): Expected {
  const usages = SCRIPT.map((step) => step.reply.usage ?? { inputTokens: 0, outputTokens: 0 });
  const sum = (numbers: number[]) => runs * numbers.reduce((total, number) => total + number, 0);
  const faults = (fault: Step["fault"]) => SCRIPT.filter((step) => step.fault === fault).length;
  return {
    llmCalls: runs * (SCRIPT.length + faults("rate limit") + faults("timeout")),
    llmCallsSucceeded: runs * SCRIPT.length,
    embeddingCalls: runs,
    toolCalls: { count: sum(SCRIPT.map((step) => step.reply.toolCalls?.length ?? 0)), failed: runs },
    inputTokens: sum([EMBEDDING_TOKENS, ...usages.map((usage) => usage.inputTokens)]),
    outputTokens: sum(usages.map((usage) => usage.outputTokens)),
    cachedTokens: sum(usages.map((usage) => usage.cachedTokens ?? 0)),
    reasoningTokens: sum(usages.map((usage) => usage.reasoningTokens ?? 0)),
    errors: { 429: runs * faults("rate limit"), timeout: runs * faults("timeout") },
  };
}

export type ResearchTeamDouble = LlmDouble & {
  /** What was served up to now: what a complete measurement of the program must report. */
  expected(): Expected;
};

/** A started double that plays the service for `app.mjs`. `failing` makes every call answer 500. */
export async function createResearchTeamDouble(
  options: { port?: number; seed?: number; failing?: boolean } = {},
): Promise<ResearchTeamDouble> {
  const { failing = false, port = 0, seed = 1 } = options;
  const double = await createLlmDouble({
    respond: failing ? () => failures.serverError() : respond,
    port,
    seed,
    medianLatencyMs: 60,
  }).start();
  return Object.assign(double, { expected: () => expectedOf(double) });
}

function expectedOf(double: LlmDouble): Expected {
  const stats = double.stats();
  const { chat, responses, embeddings } = stats.byOperation;
  return {
    llmCalls: (chat?.requests ?? 0) + (responses?.requests ?? 0),
    llmCallsSucceeded: (chat?.succeeded ?? 0) + (responses?.succeeded ?? 0),
    embeddingCalls: embeddings?.requests ?? 0,
    toolCalls: { count: stats.toolResultsReceived, failed: stats.toolErrorsReceived },
    inputTokens: stats.inputTokens,
    outputTokens: stats.outputTokens,
    cachedTokens: stats.cachedTokens,
    reasoningTokens: stats.reasoningTokens,
    errors: { ...stats.errors, ...(stats.timeouts > 0 && { timeout: stats.timeouts }) },
  };
}
