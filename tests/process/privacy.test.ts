import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLlmDouble, type LlmRequest, type Reply } from "../../examples/support/llm-double.ts";
import { ATTR } from "../../src/model/index.ts";
import { freePort, type ProgramRun, runProgram } from "./run-program.ts";

const KEY = "sk-proj-apikeyapikeyapikeyapikeyapikey123456";
/** Words that a person, a model or a tool says; none may show unless content is captured. */
const SAID = {
  system: "zebraSystem",
  question: "zebraQuestion",
  answer: "zebraAnswer",
  streamed: "zebraStreamed",
  toolArgument: "zebraArgument",
  toolResult: "zebraResult",
  toolDescription: "zebraDescription",
  embedded: "zebraEmbedded",
  query: "zebraQuery",
  agentInput: "zebraAgentInput",
  agentOutput: "zebraAgentOutput",
};
const SECRETS = {
  openai: "sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3dEf6hIj9kLm2n",
  email: "jane.doe@customer-mail.example",
  bearer: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  aws: "AKIAIOSFODNN7EXAMPL3",
};
const PLANTED = Object.values(SECRETS).join(" and ");

function respond({ model, stream }: LlmRequest): Reply {
  if (model === "caller") {
    return { toolCalls: [{ name: "lookup", arguments: { subject: `${SAID.toolArgument} ${PLANTED}` } }] };
  }
  if (model === "failing") {
    return {
      status: 400,
      error: {
        message: `Invalid prompt: contact ${SECRETS.email} with ${SECRETS.openai}`,
        type: "invalid_request_error",
      },
    };
  }
  return { text: `${stream ? SAID.streamed : SAID.answer} ${PLANTED}` };
}

const SOURCE = `
  import OpenAI from "openai";
  import { agent, tool } from "agent-observatory";
  import { ChatOpenAI } from "@langchain/openai";
  import { tool as langchainTool, createAgent } from "langchain";
  import { z } from "zod";
  const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: process.env.KEY, maxRetries: 0 });
  const planted = ${JSON.stringify(PLANTED)};
  const messages = [{ role: "system", content: "${SAID.system} " + planted }, { role: "user", content: "${SAID.question} " + planted }];
  const tools = [{ type: "function", function: { name: "lookup", description: "${SAID.toolDescription}", parameters: {} } }];
  const lookup = tool("lookup", async (argument) => "${SAID.toolResult} " + planted);
  await agent("assistant", async (input) => {
    await openai.chat.completions.create({ model: "gpt-4o", messages, tools });
    for await (const _ of await openai.chat.completions.create({ model: "gpt-4o-mini", messages, stream: true })) {}
    const call = (await openai.chat.completions.create({ model: "caller", messages, tools })).choices[0].message.tool_calls[0];
    await lookup(call.function.arguments);
    await openai.responses.create({ model: "gpt-5", instructions: "${SAID.system}", input: "${SAID.question} " + planted });
    await openai.embeddings.create({ model: "text-embedding-3-small", input: "${SAID.embedded} " + planted });
    await openai.chat.completions.create({ model: "failing", messages }).catch(() => {});
    await fetch(process.env.BASE + "/models?q=${SAID.query}&api_key=" + process.env.KEY).then((response) => response.text());
    const model = new ChatOpenAI({ model: "gpt-4o", configuration: { baseURL: process.env.BASE }, apiKey: process.env.KEY });
    const found = langchainTool(() => "${SAID.toolResult}", { name: "found", description: "${SAID.toolDescription}", schema: z.object({}) });
    await createAgent({ name: "member", model, tools: [found], systemPrompt: "${SAID.system}" }).invoke({ messages });
    return "${SAID.agentOutput} " + planted;
  })("${SAID.agentInput} " + planted);
  process.stdout.write(await (await fetch("http://127.0.0.1:" + process.env.AGENT_OBSERVATORY_METRICS_PORT + "/metrics")).text());`;

async function run(env: Record<string, string>): Promise<ProgramRun> {
  await using double = await createLlmDouble({ respond, medianLatencyMs: 0 }).start();
  const port = String(await freePort());
  const result = await runProgram(SOURCE, {
    env: { BASE: double.url, KEY, AGENT_OBSERVATORY_METRICS_PORT: port, AGENT_OBSERVATORY_LOG_LEVEL: "debug", ...env },
  });
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.spans.filter((span) => span.attributes[ATTR.operation] === "chat").length, 6);
  return result;
}

/** All that left the process, as one text. */
const everything = (result: ProgramRun): string =>
  JSON.stringify([result.spans, result.points, result.logs]) + result.stderr + result.stdout;
const found = (text: string, words: Readonly<Record<string, string>>): string[] =>
  Object.entries(words)
    .filter(([, word]) => text.includes(word))
    .map(([name]) => name);

describe("what people, models and tools say", () => {
  it("is nowhere unless content is captured", async () => {
    const text = everything(await run({}));
    assert.ok(text.includes("gpt-4o"), "there is something to look at");
    assert.deepEqual(found(text, SAID), []);
    assert.deepEqual(found(text, SECRETS), []);
    assert.ok(!text.includes(KEY));
    assert.ok(!text.includes("apikeyapikey"));
  });

  it("is on the spans where content is captured, without secrets and personal data", async () => {
    const result = await run({ AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" });
    const spans = JSON.stringify(result.spans);
    assert.deepEqual(
      Object.keys(SAID).filter((name) => !found(spans, SAID).includes(name)),
      // Embedded texts are never read, and the query of a URL is never kept.
      ["embedded", "query"],
    );
    assert.deepEqual(found(everything(result), SECRETS), []);
    assert.ok(!everything(result).includes("apikeyapikey"));
    assert.deepEqual(found(JSON.stringify(result.points) + result.stderr + result.stdout, SAID), []);

    const chat = result.spans.find((span) => span.attributes[ATTR.requestModel] === "gpt-4o")?.attributes ?? {};
    for (const name of [ATTR.inputMessages, ATTR.outputMessages, ATTR.systemInstructions, ATTR.toolDefinitions]) {
      assert.ok(Array.isArray(JSON.parse(String(chat[name]))), name);
    }
    const [answer] = JSON.parse(String(chat[ATTR.outputMessages])) as { role: string; parts: { content: string }[] }[];
    assert.equal(answer?.role, "assistant");
    assert.match(answer?.parts[0]?.content ?? "", /^zebraAnswer /);
    const caller = result.spans.find((span) => span.attributes[ATTR.requestModel] === "caller")?.attributes ?? {};
    assert.match(String(caller[ATTR.outputMessages]), /"type":"tool_call".*"name":"lookup"/);
  });

  it("is shortened, and stays JSON, where it is long", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
    const result = await runProgram(
      `import OpenAI from "openai";
       const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k" });
       await openai.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "long ".repeat(20_000) }, { role: "user", content: "short" }] });`,
      {
        env: {
          BASE: double.url,
          AGENT_OBSERVATORY_CAPTURE_CONTENT: "true",
          AGENT_OBSERVATORY_CONTENT_MAX_LENGTH: "2000",
        },
      },
    );
    const content = String(result.spans[0]?.attributes[ATTR.inputMessages]);
    assert.ok(content.length <= 2000);
    const parsed = JSON.parse(content) as { parts: { content: string }[] }[];
    assert.match(parsed[0]?.parts[0]?.content ?? "", /^long long .*100000 characters/s);
    assert.equal(parsed[1]?.parts[0]?.content, "short");
  });
});
