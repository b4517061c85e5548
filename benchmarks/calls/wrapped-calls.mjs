// Calls a function that does nothing, observed one way, and tells what a call costs, in nanoseconds: `node wrapped-calls.mjs KIND HOW CALLS`.
import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { SpanKind, trace } from "@opentelemetry/api";
import { agent, createLogger, currentRun, llm, tool } from "agent-observatory";

const [kind, how, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];

const answer = async (question) => question;

const logger = kind === "llm-line" && how === "ours" ? createLogger("shop") : undefined;
let orders = 0;
const usage = { input: 812, output: 154 };
const answerUsing = async (question) => {
  currentRun().usage(usage);
  orders += 1;
  logger?.info("order shipped to the customer", {
    order: orders,
    customer: "c-81",
    items: 3,
    status: "shipped",
  });
  return question;
};
const model = { provider: "openai", model: "gpt-4o-mini" };
const ours = {
  agent: () => agent("support", answer),
  tool: () => tool("lookup_order", answer),
  llm: () => llm(model, answerUsing),
  "llm-line": () => llm(model, answerUsing),
};

/** What ours puts on the spans of these calls, so that both send the same. */
const GIVEN = {
  agent: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support" },
  tool: {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "lookup_order",
    "gen_ai.tool.type": "function",
  },
  llm: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
  },
};
const FOUND = {
  "gen_ai.usage.input_tokens": usage.input,
  "gen_ai.usage.output_tokens": usage.output,
  "agent_observatory.cost.usd": 0.0002142,
  "agent_observatory.cost.status": "priced",
};
const NAMES = { agent: "invoke_agent support", tool: "execute_tool lookup_order", llm: "chat gpt-4o-mini" };

function raw(name) {
  const tracer = trace.getTracer("benchmark");
  const found = name === "llm" ? FOUND : undefined;
  const options = { kind: name === "llm" ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes: GIVEN[name] };
  return (question) =>
    tracer.startActiveSpan(NAMES[name], options, async (span) => {
      try {
        const result = await answer(question);
        if (found !== undefined) span.setAttributes(found);
        return result;
      } finally {
        span.end();
      }
    });
}

const bare = () => answer;
const call = { bare, ours: ours[kind], raw: () => raw(kind === "llm-line" ? "llm" : kind) }[how]();

// Fewer than a batch at once, and time for it to leave: nothing may be dropped by anyone.
const AT_ONCE = 200;
const PAUSE_MS = 20;
async function make(calls) {
  for (let done = 0; done < calls; done += AT_ONCE) {
    for (let i = 0; i < AT_ONCE; i++) await call("where is order 4711?");
    await delay(PAUSE_MS);
  }
}

const cpuNs = ({ user, system }) => (user + system) * 1000;
// As many before for the compiler.
await make(count);
const from = process.cpuUsage();
await make(count);
const loopNs = cpuNs(process.cpuUsage(from));
const end = process.cpuUsage();
process.once("exit", () => {
  // What is sent at the end belongs to all calls.
  writeSync(3, JSON.stringify({ ns: loopNs / count + cpuNs(process.cpuUsage(end)) / (count * 2) }));
});
