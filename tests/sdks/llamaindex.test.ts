import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLlmDouble, type LlmRequest, type Reply } from "../../examples/support/llm-double.ts";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type PreloadMode, type ProgramType, pushedValue, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

/** Each span's name with the names above it, root first, counted. */
function trees(spans: readonly ReceivedSpan[]): Record<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    return parent === undefined ? span.name : `${path(parent)} / ${span.name}`;
  };
  const counts: Record<string, number> = {};
  for (const one of spans.map(path).toSorted()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

/** The model's part: which tools it calls is said by the first word of what the user asks. */
function respond({ operation, toolResults, prompt, lastUserText }: LlmRequest): Reply | undefined {
  const call = (name: string, args: object): Reply => ({ toolCalls: [{ name, arguments: args }] });
  if (operation !== "chat") return undefined;
  if (lastUserText.includes("boom")) return { status: 400 };
  if (toolResults.length > 0 || prompt.includes("is now handling")) return { text: "done" };
  if (lastUserText.includes("weather")) return call("weather", { city: "Berlin" });
  if (lastUserText.includes("broken")) return call("broken", {});
  if (lastUserText.includes("handle it")) return call("handOff", { toAgent: "writer", reason: "it writes" });
  return { text: "done" };
}

const program = (type: ProgramType, body: string): string => {
  const from = (names: string, place: string): string =>
    type === "module" ? `import { ${names} } from "${place}";` : `const { ${names} } = require("${place}");`;
  return `${from("agent, multiAgent", "@llamaindex/workflow")}
    ${from("tool, Settings, VectorStoreIndex, Document, LLMAgent", "llamaindex")}
    ${from("openai, OpenAIEmbedding", "@llamaindex/openai")}
    ${from("z", "zod")}
    ${from("tool as observed".replace(" as ", type === "module" ? " as " : ": "), "agent-observatory")}
    const inner = observed("inner", (value) => value);
    const options = { apiKey: "k", baseURL: process.env.BASE, maxRetries: 0 };
    Settings.llm = openai({ model: "gpt-4o", ...options });
    Settings.embedModel = new OpenAIEmbedding({ model: "text-embedding-3-small", ...options });
    const weather = tool({ name: "weather", description: "tells", parameters: z.object({ city: z.string() }), execute: ({ city }) => inner(city + " is sunny") });
    const broken = tool({ name: "broken", description: "fails", parameters: z.object({}), execute: () => { throw new Error("no power"); } });
    (async () => { ${body} })();`;
};

const BODY = `
  const one = agent({ name: "reporter", tools: [weather, broken] });
  console.log((await one.run("weather please")).data.result);
  console.log((await one.run("broken please")).data.result);
  let text = "";
  for await (const event of agent({ tools: [weather] }).runStream("plain")) text += event.data?.delta ?? "";
  console.log(text);
  await Promise.all(["weather a", "weather b"].map((question) => one.run(question)));
  const writer = agent({ name: "writer", description: "writes" });
  const planner = agent({ name: "planner", description: "plans", tools: [weather], canHandoffTo: [writer] });
  const team = multiAgent({ agents: [planner, writer], rootAgent: planner });
  console.log((await team.run("handle it")).data.result);
  const index = await VectorStoreIndex.fromDocuments([new Document({ text: "a fact" })]);
  const engine = index.asQueryEngine();
  console.log((await engine.query({ query: "what" })).response);
  console.log((await index.asChatEngine().chat({ message: "chat" })).response);
  console.log((await new LLMAgent({ llm: Settings.llm, tools: [weather] }).chat({ message: "weather old" })).response);`;

const team = "invoke_workflow AgentWorkflow";
const engine = "invoke_workflow RetrieverQueryEngine";
const chat = "invoke_workflow ContextChatEngine";
const TREES = {
  "invoke_agent reporter": 4,
  "invoke_agent reporter / chat gpt-4o": 8,
  "invoke_agent reporter / execute_tool weather": 3,
  "invoke_agent reporter / execute_tool weather / execute_tool inner": 3,
  "invoke_agent reporter / execute_tool broken": 1,
  "invoke_agent Agent": 1,
  "invoke_agent Agent / chat gpt-4o": 1,
  [team]: 1,
  [`${team} / invoke_agent planner`]: 1,
  [`${team} / invoke_agent planner / chat gpt-4o`]: 1,
  [`${team} / invoke_agent planner / execute_tool handOff`]: 1,
  [`${team} / invoke_agent writer`]: 1,
  [`${team} / invoke_agent writer / chat gpt-4o`]: 1,
  "embeddings text-embedding-3-small": 1,
  [engine]: 1,
  [`${engine} / retrieval VectorIndexRetriever`]: 1,
  [`${engine} / retrieval VectorIndexRetriever / embeddings text-embedding-3-small`]: 1,
  [`${engine} / chat gpt-4o`]: 1,
  [chat]: 1,
  [`${chat} / retrieval VectorIndexRetriever`]: 1,
  [`${chat} / retrieval VectorIndexRetriever / embeddings text-embedding-3-small`]: 1,
  [`${chat} / chat gpt-4o`]: 1,
  "invoke_agent LLMAgent": 1,
  "invoke_agent LLMAgent / chat gpt-4o": 2,
  "invoke_agent LLMAgent / execute_tool weather": 1,
  // The older agents tell of a tool but offer no place to be inside of it.
  "invoke_agent LLMAgent / execute_tool inner": 1,
};

describe("a LlamaIndex program", () => {
  const combinations: readonly (readonly [ProgramType, PreloadMode])[] = [
    ["module", "require"],
    ["module", "import"],
    ["commonjs", "require"],
    ["commonjs", "import"],
  ];
  for (const [type, mode] of combinations) {
    it(`has the tree that its agents, tools and engines make (${type}, --${mode})`, async () => {
      await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
      const env = { BASE: double.url };
      const source = program(type, BODY);
      const run = await runProgram(source, { type, mode, env, directory: SDKS_DIRECTORY });
      const bare = await runProgram(source, { type, mode: "none", env, directory: SDKS_DIRECTORY });
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stdout, bare.stdout);
      assert.deepEqual(trees(run.spans), TREES);
    });
  }

  it("says who handed over to whom, which tool failed, and whose calls they were", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
    const env = { BASE: double.url, AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" };
    const run = await runProgram(program("module", BODY), { env, directory: SDKS_DIRECTORY });
    const handoff = run.spans.find(({ name }) => name === "execute_tool handOff");
    assert.equal(handoff?.attributes[ATTR.handoffFrom], "planner");
    assert.equal(handoff?.attributes[ATTR.handoffTo], "writer");
    const broken = run.spans.find(({ name }) => name === "execute_tool broken");
    assert.deepEqual([broken?.failed, broken?.attributes[ATTR.errorCategory]], [true, "tool"]);
    const weather = run.spans.find(({ name }) => name === "execute_tool weather");
    assert.equal(weather?.attributes[ATTR.toolArguments], '{"city":"Berlin"}');
    assert.equal(weather?.attributes[ATTR.toolResult], "Berlin is sunny");
    assert.match(String(weather?.attributes[ATTR.toolCallId]), /./);
    assert.equal(pushedValue(run.points, "llm_requests_total", { agent: "reporter" }), 8);
    assert.equal(pushedValue(run.points, "llm_requests_total", { agent: "writer" }), 1);
    assert.equal(pushedValue(run.points, "agent_tool_calls_total", { tool: "weather", agent: "reporter" }), 3);
  });

  it("fails where the model fails, and leaves the error as it is", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
    const source = program(
      "module",
      `process.on("unhandledRejection", (error) => console.log("unhandled", error.status));
       await agent({ name: "reporter" }).run("boom").then(() => console.log("answered"), (error) => console.log("caught", error.constructor.name));`,
    );
    const env = { BASE: double.url };
    const run = await runProgram(source, { env, directory: SDKS_DIRECTORY });
    const bare = await runProgram(source, { mode: "none", env, directory: SDKS_DIRECTORY });
    assert.deepEqual([run.code, run.stdout], [bare.code, bare.stdout]);
    const agent = run.spans.find(({ name }) => name === "invoke_agent reporter");
    assert.equal(agent?.failed, true);
    assert.deepEqual(trees(run.spans), { "invoke_agent reporter": 1, "invoke_agent reporter / chat gpt-4o": 1 });
  });

  it("has its span also where nobody reads the stream to its end", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
    const run = await runProgram(
      program("module", `for await (const _ of agent({ name: "left", tools: [weather] }).runStream("weather")) break;`),
      { env: { BASE: double.url }, directory: SDKS_DIRECTORY },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.spans.filter(({ name }) => name === "invoke_agent left").length, 1);
  });
});
