// Has every trouble at once that a rule looks for in a program, and says so when all of it has happened. A line of standard input ends what
// can be ended, the end of it the program. Runs among the libraries of tests/sdks; scenario.ts has the model that it asks.
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  agent,
  checkHealth,
  healthCheck,
  recordCache,
  recordEvaluation,
  recordFeedback,
  requestReview,
  setBudget,
  setQueueDepth,
  tool,
  workflow,
} from "agent-observatory";
import OpenAI from "openai";

const openai = new OpenAI({ maxRetries: 0 });
const messages = [{ role: "user", content: "Hello" }];
const ask = (model) => openai.chat.completions.create({ model, messages });
const ignore = () => undefined;
const times = (count, step) => Promise.all(Array.from({ length: count }, (_, index) => step(index)));
const fail = () => {
  throw new Error("no");
};

const input = createInterface({ input: process.stdin });
const ended = once(input, "close");

// Three of forty: beyond 5 %, below 10 %.
const careless = agent("careless", async (index) => (index < 3 ? fail() : undefined));
// Three of eleven: the p95 is slow, and its budget does not burn fast enough to mute that.
const sluggish = agent("sluggish", async (index) => pause(index < 3 ? 6000 : 0));
const thinker = agent("thinker", async () => ask("gpt-5"));
const spender = agent("spender", async () => ask("gpt-4o"));
const limited = agent("limited", async () => ask("gpt-4.1-mini").catch(ignore));
const miser = agent("miser", async () => ask("gpt-4o-mini"));
const lookUp = tool("look_up", async () => fail());
const clumsy = agent("clumsy", async () => times(3, () => lookUp().catch(ignore)));
const turn = tool("turn", async (way) => way);
const dizzy = agent("dizzy", async () => {
  for (let turns = 0; turns < 30; turns++) await turn("left");
});
const doomed = workflow("doomed", async () => fail());

/** What customers ask, and a second provider that is down. */
const web = createServer(async (request, response) => {
  request.resume();
  if (request.url === "/report") await pause(1200);
  else response.statusCode = request.url === "/v1/messages" ? 529 : 500;
  response.setHeader("content-type", "application/json").end('{"type":"error","error":{"type":"overloaded_error"}}');
});
await once(web.listen(0, "127.0.0.1"), "listening");
const origin = `http://127.0.0.1:${web.address().port}`;
const get = async (path) => (await fetch(`${origin}${path}`)).text();
async function askOtherProvider(model) {
  const body = JSON.stringify({ model, max_tokens: 10, messages });
  const headers = { "content-type": "application/json", "x-api-key": "none", "anthropic-version": "2023-06-01" };
  await (await fetch(`${origin}/v1/messages`, { method: "POST", headers, body })).text();
}

async function askServer() {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = new McpServer({ name: "archive", version: "1.0.0" });
  server.registerTool("lose", {}, async () => ({ isError: true, content: [{ type: "text", text: "lost" }] }));
  await server.connect(far);
  const client = new Client({ name: "in-trouble", version: "1.0.0" });
  await client.connect(near);
  await times(3, () => client.callTool({ name: "lose" }));
}

setQueueDepth("clumsy", 150);
// More queues than a label may have values.
for (let index = 0; index < 40; index++) setQueueDepth(`queue-${index}`, 0);
setBudget({ name: "small", per: "day", limit: { calls: 5 }, match: { agent: "miser" } });
setBudget({ name: "nearly", per: "day", limit: { calls: 10 }, match: { agent: "miser" } });
// Of which hardly one was missing yesterday: history.ts.
for (let index = 0; index < 60; index++) recordCache({ cache: "answers", kind: "exact", outcome: "miss" });
let well = false;
healthCheck("archive", () => well);
await checkHealth();
const reviews = Array.from({ length: 21 }, () => requestReview({ agent: "careless", reason: "refund" }));
for (let index = 0; index < 3; index++)
  recordEvaluation({ evaluator: "correctness", score: 0, label: "fail", agent: "careless" });
for (let index = 0; index < 10; index++) recordFeedback({ thumbs: "down", agent: "careless" });

await Promise.all([
  times(40, (index) => careless(index).catch(ignore)),
  times(11, sluggish),
  times(3, thinker),
  times(3, spender),
  times(5, limited),
  times(9, miser),
  times(3, () => doomed().catch(ignore)),
  clumsy(),
  dizzy(),
  ask("house-model"),
  askServer(),
  times(3, () => get("/orders")),
  times(3, () => get("/report")),
  times(3, () => askOtherProvider("claude-sonnet-4-5")),
  times(3, () => askOtherProvider("claude-haiku-4-5")),
]);
web.close();
console.log("in trouble");

// Stands still for most of the time from here on, without using a processor.
const still = new Int32Array(new SharedArrayBuffer(4));
const standing = setInterval(() => Atomics.wait(still, 0, 0, 700), 800);
await Promise.race([once(input, "line"), ended]);
clearInterval(standing);
setQueueDepth("clumsy", 3);
well = true;
for (const review of reviews) review.complete({ decision: "approved" });
console.log("well again");
await ended;
process.exit();
