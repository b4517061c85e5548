// Does what the research team does not: reports a queue, calls a model that nobody has a price for, and is in the middle of its work until
// its standard input ends.
import { once } from "node:events";
import { agent, setQueueDepth, workflow } from "agent-observatory";
import OpenAI from "openai";

const openai = new OpenAI({ maxRetries: 0 });

setQueueDepth("dispatcher", 7);
await openai.chat.completions.create({ model: "house-model", messages: [{ role: "user", content: "Hello" }] });
console.log("working");

const dispatch = agent("dispatcher", async () => {
  await Promise.race([
    openai.chat.completions.create({ model: "slow-model", messages: [{ role: "user", content: "Hello" }] }),
    once(process.stdin.resume(), "end"),
  ]);
});
await workflow("dispatch", dispatch)();
process.exit();
