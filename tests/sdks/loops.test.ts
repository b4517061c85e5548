/** An agent whose model asks for the same tool with the same arguments again and again, in each framework. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { pushedValue, runProgram } from "../process/run-program.ts";

/** The model asks for the same four times, in arguments whose members come in another order each time, and then answers. */
const MODEL = `
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
let asked = 0;
const server = createServer(async (request, response) => {
  await json(request);
  asked += 1;
  const args = asked % 2 ? '{"city":"Paris","days":2}' : '{"days":2,"city":"Paris"}';
  const message = asked > 4
    ? { role: "assistant", content: "warm" }
    : { role: "assistant", content: null, tool_calls: [{ id: "call_" + asked, type: "function", function: { name: "weather", arguments: args } }] };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ id: "c" + asked, object: "chat.completion", created: 1, model: "gpt-4o",
    choices: [{ index: 0, message, finish_reason: asked > 4 ? "stop" : "tool_calls" }], usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 } }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseURL = "http://127.0.0.1:" + server.address().port + "/v1";
const parameters = z.object({ city: z.string(), days: z.number() });
let ran = 0;
const execute = async () => { ran += 1; return "sunny"; };
const done = (text) => { console.log(text, ran); server.close(); server.closeAllConnections(); };
`;

const PROGRAMS: Readonly<Record<string, string>> = {
  LangChain: `
    import { createAgent, tool } from "langchain"; import { ChatOpenAI } from "@langchain/openai";
    const model = new ChatOpenAI({ model: "gpt-4o", apiKey: "k", configuration: { baseURL } });
    const agent = createAgent({ model, tools: [tool(execute, { name: "weather", description: "d", schema: parameters })] });
    done((await agent.invoke({ messages: [{ role: "user", content: "Go" }] })).messages.at(-1).content);`,
  "the AI SDK": `
    import { generateText, tool, stepCountIs } from "ai"; import { createOpenAI } from "@ai-sdk/openai";
    const model = createOpenAI({ baseURL, apiKey: "k" }).chat("gpt-4o");
    done((await generateText({ model, prompt: "Go", tools: { weather: tool({ inputSchema: parameters, execute }) }, stopWhen: stepCountIs(9) })).text);`,
  "OpenAI Agents": `
    import { Agent, run, tool, OpenAIChatCompletionsModel } from "@openai/agents"; import OpenAI from "openai";
    const model = new OpenAIChatCompletionsModel(new OpenAI({ baseURL, apiKey: "k" }), "gpt-4o");
    const agent = new Agent({ name: "guide", model, tools: [tool({ name: "weather", description: "d", parameters, execute })] });
    done((await run(agent, "Go")).finalOutput);`,
};

describe("the same tool with the same arguments", () => {
  for (const [framework, program] of Object.entries(PROGRAMS)) {
    it(`is told of as a loop in ${framework}`, async () => {
      const run = await runProgram(MODEL + program, {
        directory: import.meta.dirname,
        env: { AGENT_OBSERVATORY_LOOP_REPEATS: "3", OPENAI_API_KEY: "k" },
      });
      assert.equal(run.stdout, "warm 4\n", run.stderr);
      assert.equal(pushedValue(run.points, "agent_loop_detected_total", { kind: "tool" }), 1);
      const [told] = run.logs.filter(({ attributes }) => attributes[ATTR.loopKind] === "tool");
      assert.equal(told?.body, "the same tool call (weather) was made 3 times in one agent run");
      assert.ok(run.spans.some(({ traceId }) => traceId === told?.traceId));
      assert.ok(!JSON.stringify(run.logs).includes("Paris"));
    });
  }
});
