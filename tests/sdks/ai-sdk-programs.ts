/** Programs that use the AI SDK, in either kind of module. What they print is the same with and without us. */
import type { ProgramType } from "../process/run-program.ts";

/** Imports, and what the programs below have in common. */
export const preamble = (type: ProgramType): string => `
${
  type === "module"
    ? `import * as ai from "ai"; import { createOpenAI } from "@ai-sdk/openai"; import { z } from "zod";`
    : `const ai = require("ai"); const { createOpenAI } = require("@ai-sdk/openai"); const { z } = require("zod");`
}
globalThis.AI_SDK_LOG_WARNINGS = false;
const { generateText, streamText, generateObject, streamObject, embed, embedMany, tool, stepCountIs } = ai;
const Agent = ai.ToolLoopAgent ?? ai.Experimental_Agent;
const openai = createOpenAI({ baseURL: process.env.MODEL_URL, apiKey: "key" });
const chat = (model) => openai.chat(model);
const prompt = "how warm is it, between us";
const stopWhen = stepCountIs(5);
const schema = z.object({ city: z.string(), celsius: z.number() });
const fetchPage = async (path) => (await fetch(process.env.MODEL_URL + path)).text();
const weather = tool({
  description: "the weather",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, page: await fetchPage("/" + city), celsius: 21 }),
});
const mine = new RangeError("it broke");
const broken = tool({ inputSchema: z.object({}), execute: async () => { throw mine; } });
const tools = { weather, broken };
const named = (functionId) => ({ experimental_telemetry: { functionId } });
/** Everything of a value that does not differ from run to run. */
const shape = (value) => JSON.stringify(value, (key, inner) =>
  /^(id|timestamp|date|headers|createdAt|callId|messageId|performance|msToFirst.*|.*Ms)$/.test(key) ? typeof inner
  : inner instanceof Error ? { class: inner.constructor.name, message: inner.message, keys: Object.keys(inner).sort() } : inner);
const read = async (stream) => { let text = ""; for await (const part of stream) text += typeof part === "string" ? part : shape(part); return text; };
/** In an order of its own: tools that run side by side end in any. */
const readSorted = async (stream) => { const parts = []; for await (const part of stream) parts.push(shape(part)); return parts.sort(); };
const show = (label, value) => console.log(label, typeof value === "string" ? value : shape(value));
const result = async (label, promise) => {
  try {
    const { text, steps, finishReason, usage, totalUsage, toolCalls, toolResults, response } = await promise;
    show(label, { text, steps: (await steps)?.map(({ content, finishReason }) => ({ content, finishReason })), finishReason, usage, totalUsage, toolCalls, toolResults, messages: response?.messages, names: [] });
  } catch (error) {
    show(label, { threw: error });
  }
};
`;

/** One call of each kind, one after another. */
export const EVERYTHING = `
await (async () => {
  await result("plain", generateText({ model: chat("plain"), prompt }));
  const parallel = await generateText({ model: chat("two-tools"), prompt, tools, stopWhen });
  show("steps", [parallel.constructor.name, Object.keys(parallel).sort(), parallel.steps.map((step) => step.constructor.name)]);
  await result("two-tools", Promise.resolve(parallel));
  const stream = streamText({ model: chat("two-tools"), prompt, tools, stopWhen, ...named("travel") });
  show("stream", [stream.constructor.name, await readSorted(stream.fullStream), await stream.text, await stream.finishReason, await stream.totalUsage]);
  const broke = await generateText({ model: chat("broken-tool"), prompt, tools, stopWhen, ...named("clumsy") });
  show("broken", [broke.text, broke.steps[0].content.find(({ type }) => type === "tool-error")?.error === mine]);
  const brokenStream = streamText({ model: chat("broken-tool"), prompt, tools, stopWhen, ...named("clumsy-stream") });
  const parts = []; for await (const part of brokenStream.fullStream) parts.push(part);
  show("broken stream", parts.find(({ type }) => type === "tool-error")?.error === mine);
  await result("refused", generateText({ model: chat("refusing"), prompt, ...named("refused") }));
  const errors = [];
  const refused = streamText({ model: chat("refusing"), prompt, ...named("refused-stream"), onError: ({ error }) => errors.push(error) });
  show("refused stream", [await read(refused.textStream), errors]);
  await result("flaky", generateText({ model: chat("flaky"), prompt, tools, ...named("patient") }));
  const repaired = generateText({ model: chat("misspelled-tool"), prompt, tools, stopWhen, ...named("repaired"), experimental_repairToolCall: async ({ toolCall }) => ({ ...toolCall, toolName: "weather" }) });
  await result("repaired", repaired);
  await result("misspelled", generateText({ model: chat("misspelled-tool"), prompt, tools, stopWhen, ...named("unrepaired") }));
  show("object", (await generateObject({ model: chat("json"), schema, prompt })).object);
  const object = streamObject({ model: chat("json"), schema, prompt });
  show("object stream", [await read(object.partialObjectStream), await object.object]);
  show("embed", (await embed({ model: openai.embedding("small"), value: "a" })).embedding);
  show("embedMany", (await embedMany({ model: openai.embedding("small"), values: ["a", "b"] })).embeddings);
  const agent = new Agent({ id: "guide", name: "guide", model: chat("two-tools"), tools, stopWhen });
  await result("agent", agent.generate({ prompt }));
  show("agent stream", await read((await agent.stream({ prompt })).textStream));
  class Researcher extends Agent {}
  const ask = tool({ inputSchema: z.object({ question: z.string() }), execute: async () => (await agent.generate({ prompt })).text });
  await result("researcher", new Researcher({ model: chat("asks-agent"), tools: { ask }, stopWhen }).generate({ prompt }));
  const aborting = new AbortController();
  const endless = streamText({ model: chat("endless"), prompt, abortSignal: aborting.signal, ...named("interrupted") });
  const seen = [];
  try { for await (const text of endless.textStream) { seen.push(text); aborting.abort(); } } catch (error) { seen.push(error.name); }
  show("aborted", seen);
  const ui = streamText({ model: chat("two-tools"), prompt, tools, stopWhen, ...named("chatting") }).toUIMessageStreamResponse();
  show("ui", [ui.status, ui.headers.get("content-type"), (await ui.text()).replace(/"(id|messageId)":"[^"]*"/g, "").split("\\n").sort()]);
})();
`;
