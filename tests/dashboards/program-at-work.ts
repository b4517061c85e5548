/**
 * Does what the support desk and the research team do not, and is in the middle of its work until its standard input ends: asks an MCP
 * server (and is one), runs in a loop, has a cache that fails, calls a model that nobody has a price for, is blocked by a budget, limits
 * who asks too often, has an error that nobody expected, and says too much.
 */
export const AT_WORK = `
import { once } from "node:events";
import { createServer } from "node:http";
import {
  agent, createLogger, onErrorPattern, rateLimit, recordCache, setBudget, setQueueDepth, tool, trackError, watchPool, workflow,
} from "agent-observatory";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import OpenAI from "openai";

const openai = new OpenAI({ maxRetries: 0 });
const ask = (model) => openai.chat.completions.create({ model, messages: [{ role: "user", content: "Hello" }] });

setQueueDepth("dispatcher", 7);
recordCache({ cache: "pages", kind: "exact", outcome: "error" });
watchPool("browsers", () => ({ active: 2, idle: 6, waiting: 0 }));
await ask("house-model");

onErrorPattern({ name: "lost", types: ["RangeError"], threshold: 1, windowMs: 60000 }, () => undefined);
trackError(new RangeError("lost"), { severity: "critical" });
const logger = createLogger("at-work");
for (let i = 0; i < 20; i++) logger.info("again and again");

const limit = rateLimit({ limit: 1 });
const web = createServer((request, response) => {
  if (!limit(request, response)) response.end("welcome");
});
await once(web.listen(0, "127.0.0.1"), "listening");
for (let asked = 0; asked < 3; asked++) await (await fetch("http://127.0.0.1:" + web.address().port)).text();
web.close();

const [near, far] = InMemoryTransport.createLinkedPair();
const server = new McpServer({ name: "archive", version: "1.0.0" });
server.registerTool("find", {}, async () => ({ content: [{ type: "text", text: "found" }] }));
server.registerTool("lose", {}, async () => ({ isError: true, content: [{ type: "text", text: "lost" }] }));
await server.connect(far);
const client = new Client({ name: "dispatcher", version: "1.0.0" });
await client.connect(near);

setBudget({ name: "dispatcher", per: "day", limit: { calls: 1 }, match: { agent: "dispatcher" }, mode: "block" });
const look = tool("look", async (place) => place);
await agent("dispatcher", async () => {
  await client.callTool({ name: "find" });
  await client.callTool({ name: "lose" });
  for (let i = 0; i < 30; i++) await look("here");
  await ask("house-model");
  await ask("house-model").catch(() => undefined);
})();

const dispatch = agent("patient", async () => {
  await Promise.race([ask("slow-model"), once(process.stdin.resume(), "end")]);
});
console.log("working");
await workflow("dispatch", dispatch)();
process.exit();
`;
