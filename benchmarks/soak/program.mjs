// Calls models in every way that has been known to leave something behind, and tells how much memory is in use as it goes.
import { tool as langchainTool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { agent, tool } from "agent-observatory";
import OpenAI from "openai";
import { z } from "zod";

const { SOAK_URL, SOAK_CALLS } = process.env;
const calls = Number(SOAK_CALLS);
const client = new OpenAI({ apiKey: "none", baseURL: SOAK_URL, maxRetries: 0 });
const ask = (number, more = {}) => ({
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: `call ${number}` }],
  ...more,
});
const post = (body, init = {}) =>
  fetch(`${SOAK_URL}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...init,
  });
const schema = z.object({ number: z.number() });

/** One call each; a run of an agent with tools that exist for this call only makes one call as well. */
const WAYS = [
  (number) => client.chat.completions.create(ask(number)),
  async (number) => {
    for await (const _ of await client.chat.completions.create(ask(number, { stream: true }))) void _;
  },
  async (number) => {
    for await (const _ of await client.chat.completions.create(ask(number, { stream: true }))) break;
  },
  async (number) => {
    const abort = new AbortController();
    const response = await post(ask(number, { stream: true }), { signal: abort.signal });
    const reader = response.body.getReader();
    await reader.read();
    abort.abort();
    await reader.read().catch(() => {});
  },
  // Never read: only the collector of garbage ends this one.
  (number) => post(ask(number, { stream: true })).then(() => undefined),
  async (number) => {
    const fresh = tool(`tool ${number}`, async () => ({ number }));
    const run = agent(`agent ${number % 7}`, async () => {
      await fresh();
      return client.chat.completions.create(ask(number));
    });
    await run();
  },
  async (number) => {
    const fresh = langchainTool(async (given) => `got ${given.number}`, {
      name: `lc_tool_${number}`,
      description: "d",
      schema,
    });
    await fresh.invoke({ number });
    const model = new ChatOpenAI({
      model: "gpt-4o-mini",
      apiKey: "none",
      maxRetries: 0,
      configuration: { baseURL: SOAK_URL },
    });
    await model.bindTools([fresh]).invoke(`call ${number}`);
  },
];

async function heapMb() {
  // Twice, with a turn between: what finalizers let go of is collected by the second.
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

const STEPS = 10;
/** At once, as a server works. */
const LANES = 16;
for (let step = 0; step < STEPS; step += 1) {
  const from = Math.floor((calls * step) / STEPS);
  const to = Math.floor((calls * (step + 1)) / STEPS);
  let next = from;
  const lane = async () => {
    while (next < to) {
      const number = next;
      next += 1;
      await WAYS[number % WAYS.length](number);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const { rss } = process.memoryUsage();
  console.log(JSON.stringify({ calls: to, heapMb: await heapMb(), rssMb: rss / 1024 ** 2 }));
}
// Connections that nobody will read from keep the process.
process.exit();
