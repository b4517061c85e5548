/**
 * What `agent-observatory test` runs, preloaded: one agent that calls a tool and a model and writes a line, as any program would. The model is
 * a server of its own, and answers with as few tokens as there can be.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { agent, createLogger, tool } from "agent-observatory";

const ANSWER = {
  id: "chatcmpl-agent-observatory-test",
  object: "chat.completion",
  created: 1,
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", content: "." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

const model = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json", connection: "close" }).end(JSON.stringify(ANSWER));
  });
});
model.listen(0, "127.0.0.1");
await once(model, "listening");

const logger = createLogger({ name: "agent-observatory-test" });
const look = tool("agent-observatory-test", () => "seen");
const run = agent("agent-observatory-test", async () => {
  look();
  const response = await fetch(`http://127.0.0.1:${model.address().port}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: ANSWER.model, messages: [{ role: "user", content: "." }] }),
  });
  await response.json();
  logger.info("a line of agent-observatory test");
});
await run();
model.close();
