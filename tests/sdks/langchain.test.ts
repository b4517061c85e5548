import assert from "node:assert/strict";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import { createLlmDouble, type LlmRequest, type Reply } from "../../examples/support/llm-double.ts";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { isInference, type PreloadMode, type ProgramType, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

/** Each span's name with the names above it, root first, counted; `!` is one that failed. */
function trees(spans: readonly ReceivedSpan[]): Record<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    const own = `${span.name}${span.failed ? "!" : ""}`;
    return parent === undefined ? own : `${path(parent)} / ${own}`;
  };
  const counts: Record<string, number> = {};
  for (const one of spans.map(path).toSorted()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

/** The model's part. */
function respond({ model, occurrence, toolResults, lastUserText, body, operation }: LlmRequest): Reply | undefined {
  const offered = JSON.stringify(body["tools"] ?? []);
  const call = (...calls: [name: string, args: object][]): Reply => ({
    toolCalls: calls.map(([name, args]) => ({ name, arguments: args })),
  });
  if (operation !== "chat") return undefined;
  if (model === "bad") return { status: 400 };
  if (model === "flaky") return occurrence % 2 === 1 ? { status: 500 } : { text: "ok" };
  if (offered.includes('"place"')) return call(["place", { city: "Berlin" }]);
  if (offered.includes("transfer_to_bob")) return call(["transfer_to_bob", {}]);
  if (toolResults.length > 0) return { text: "done" };
  if (offered.includes("transfer_to_researcher")) return call(["transfer_to_researcher", {}]);
  if (lastUserText.includes("twice")) return call(["weather", { city: "A" }], ["weather", { city: "B" }]);
  if (lastUserText.includes("weather")) return call(["weather", { city: "Berlin" }]);
  if (lastUserText.includes("broken")) return call(["broken", {}]);
  return { text: "text" };
}

const CORE: Readonly<Record<string, string>> = {
  "@langchain/openai": "ChatOpenAI, OpenAIEmbeddings",
  "@langchain/core/runnables": "RunnableLambda, RunnableMap, RunnableSequence",
  "@langchain/core/prompts": "ChatPromptTemplate",
  "@langchain/core/output_parsers": "StringOutputParser",
  "@langchain/core/retrievers": "BaseRetriever",
  "@langchain/core/tools": "tool",
  zod: "z",
};
const ALL: Readonly<Record<string, string>> = {
  ...CORE,
  "@langchain/core/messages": "HumanMessage",
  "@langchain/langgraph":
    "StateGraph, MessagesAnnotation, Annotation, START, END, MemorySaver, interrupt, Command, Send",
  "@langchain/langgraph/prebuilt": "ToolNode",
  "@langchain/langgraph-supervisor": "createSupervisor",
  "@langchain/langgraph-swarm": "createSwarm, createHandoffTool",
  langchain: "createAgent, createMiddleware",
};

function program(type: ProgramType, imports: Readonly<Record<string, string>>, body: string): string {
  const lines = Object.entries(imports).map(([place, names]) =>
    type === "module" ? `import { ${names} } from "${place}";` : `const { ${names} } = require("${place}");`,
  );
  const ours =
    type === "module"
      ? `import { workflow, tool as ourTool } from "agent-observatory";`
      : `const { workflow, tool: ourTool } = require("agent-observatory");`;
  return `${lines.join("\n")}\n${ours}
    const make = (model, more = {}) => new ChatOpenAI({ model, configuration: { baseURL: process.env.BASE }, apiKey: "k", maxRetries: 0, ...more });
    const model = make("gpt-4o");
    const inner = ourTool("inner", (value) => value);
    const weather = tool(async ({ city }) => { inner(city); return "sunny in " + city; }, { name: "weather", description: "d", schema: z.object({ city: z.string() }) });
    const broken = tool(async () => { throw new Error("no power"); }, { name: "broken", description: "d", schema: z.object({}) });
    const chain = (name) => ChatPromptTemplate.fromTemplate("{q}").pipe(model).pipe(new StringOutputParser()).withConfig({ runName: name });
    const inCase = (name, work) => workflow(name, work)().then((value) => console.log(name, JSON.stringify(value)), (error) => console.log(name, error.constructor.name, error.message));
    (async () => { ${body} })();`;
}

type Case = readonly [name: string, body: string, tree: Readonly<Record<string, number>>];

/** What works with @langchain/core alone, where LangChain keeps no asynchronous context, and with all of it. */
const RUNNABLES: readonly Case[] = [
  [
    "stream",
    `let text = ""; for await (const chunk of await chain("s").stream({ q: "plain" })) text += chunk; return text;`,
    { "chat gpt-4o": 1 },
  ],
  [
    "events",
    `const names = []; for await (const { event, name } of chain("e").streamEvents({ q: "plain" }, { version: "v2" })) if (event.endsWith("_end")) names.push(name); return names;`,
    { "chat gpt-4o": 1 },
  ],
  [
    "batch",
    `return new RunnableLambda({ func: async (x) => { inner(x); return (await model.invoke(x)).content; } }).batch(["a", "b", "c"]);`,
    { "chat gpt-4o": 3, "execute_tool inner": 3 },
  ],
  ["concurrent", `return Promise.all([..."abcdefgh"].map((q) => chain("c").invoke({ q })));`, { "chat gpt-4o": 8 }],
  [
    "parallel",
    `const branch = (name) => RunnableSequence.from([new RunnableLambda({ func: (x) => inner(x.q + name) }), model, new StringOutputParser()]); return RunnableMap.from({ left: branch("l"), right: branch("r") }).invoke({ q: "x" });`,
    { "chat gpt-4o": 2, "execute_tool inner": 2 },
  ],
  [
    "retry",
    `let times = 0; return new RunnableLambda({ func: async () => { times += 1; if (times < 2) await make("bad").invoke("x"); return (await model.invoke("x")).content; } }).withRetry({ stopAfterAttempt: 2 }).invoke("x");`,
    { "chat bad!": 1, "chat gpt-4o": 1 },
  ],
  [
    "model-retry",
    `return (await make("flaky", { maxRetries: 2 }).invoke("again")).content;`,
    { "chat flaky!": 1, "chat flaky": 1 },
  ],
  [
    "fallback",
    `return (await make("bad").withFallbacks([model]).invoke("x")).content;`,
    { "chat bad!": 1, "chat gpt-4o": 1 },
  ],
  [
    "structured",
    `return model.withStructuredOutput(z.object({ city: z.string() }), { name: "place", method: "functionCalling" }).invoke("x");`,
    { "chat gpt-4o": 1 },
  ],
  [
    "retriever",
    `const embeddings = new OpenAIEmbeddings({ model: "text-embedding-3-small", apiKey: "k", configuration: { baseURL: process.env.BASE } });
     class Own extends BaseRetriever { lc_namespace = ["own"]; async _getRelevantDocuments(query) { await embeddings.embedQuery(query); return [inner(query)]; } }
     return RunnableSequence.from([new Own(), (found) => found.length]).invoke("q");`,
    {
      "retrieval Own": 1,
      "retrieval Own / embeddings text-embedding-3-small": 1,
      "retrieval Own / execute_tool inner": 1,
    },
  ],
  [
    "tool",
    `const asks = tool(async () => (await model.invoke("in a tool")).content, { name: "asks", description: "d", schema: z.object({}) }); return Promise.all([asks.invoke({}), asks.invoke({})]);`,
    { "execute_tool asks": 2, "execute_tool asks / chat gpt-4o": 2 },
  ],
  ["tool-error", `return broken.invoke({});`, { "execute_tool broken!": 1 }],
  ["model-left", `for await (const _ of await model.stream("plain")) break; return 1;`, { "chat gpt-4o": 1 }],
  [
    "chain-left",
    `for await (const _ of await chain("left").stream({ q: "plain" })) break; return 1;`,
    { "chat gpt-4o": 1 },
  ],
];

const graph = (name: string, ...inside: readonly string[]): string =>
  [`invoke_workflow ${name}`, ...inside].join(" / ");

const GRAPHS: readonly Case[] = [
  [
    "agent",
    `return (await createAgent({ model, tools: [weather, broken], name: "reporter" }).invoke({ messages: [new HumanMessage("weather")] })).messages.at(-1).content;`,
    {
      "invoke_agent reporter": 1,
      "invoke_agent reporter / chat gpt-4o": 2,
      "invoke_agent reporter / execute_tool weather": 1,
      "invoke_agent reporter / execute_tool weather / execute_tool inner": 1,
    },
  ],
  [
    "unnamed",
    `let count = 0; for await (const _ of await createAgent({ model, tools: [broken] }).stream({ messages: [new HumanMessage("broken")] }, { streamMode: "updates" })) count += 1; return count;`,
    { "invoke_agent agent": 1, "invoke_agent agent / chat gpt-4o": 2, "invoke_agent agent / execute_tool broken!": 1 },
  ],
  [
    "middleware",
    `const watch = createMiddleware({ name: "Watch", beforeModel: () => { inner("before"); }, wrapToolCall: (request, next) => { inner("around"); return next(request); }, wrapModelCall: (request, next) => next(request) });
     return (await createAgent({ model, tools: [weather], name: "careful", middleware: [watch] }).invoke({ messages: [new HumanMessage("weather twice")] })).messages.length;`,
    {
      "invoke_agent careful": 1,
      "invoke_agent careful / chat gpt-4o": 2,
      "invoke_agent careful / execute_tool inner": 4,
      "invoke_agent careful / execute_tool weather": 2,
      "invoke_agent careful / execute_tool weather / execute_tool inner": 2,
    },
  ],
  [
    "subgraph",
    `const sub = new StateGraph(MessagesAnnotation).addNode("ask", async ({ messages }) => ({ messages: [await model.invoke(messages)] })).addEdge(START, "ask").addEdge("ask", END).compile({ name: "sub" });
     const side = (name) => async () => { inner(name); return {}; };
     const main = new StateGraph(MessagesAnnotation).addNode("child", sub).addNode("left", side("l")).addNode("right", side("r")).addEdge(START, "child").addEdge("child", "left").addEdge("child", "right").addEdge("left", END).addEdge("right", END).compile({ name: "main" });
     return (await main.invoke({ messages: [new HumanMessage("plain")] })).messages.length;`,
    {
      [graph("main")]: 1,
      [graph("main", "execute_node child")]: 1,
      [graph("main", "execute_node child", "invoke_agent sub")]: 1,
      [graph("main", "execute_node child", "invoke_agent sub", "chat gpt-4o")]: 1,
      [graph("main", "execute_node left")]: 1,
      [graph("main", "execute_node left", "execute_tool inner")]: 1,
      [graph("main", "execute_node right")]: 1,
      [graph("main", "execute_node right", "execute_tool inner")]: 1,
    },
  ],
  [
    "tool-node",
    `const loop = new StateGraph(MessagesAnnotation).addNode("call", async ({ messages }) => ({ messages: [await model.bindTools([weather]).invoke(messages)] })).addNode("tools", new ToolNode([weather])).addEdge(START, "call").addConditionalEdges("call", ({ messages }) => (messages.at(-1).tool_calls?.length ? "tools" : END)).addEdge("tools", "call").compile({ name: "loop" });
     return (await loop.invoke({ messages: [new HumanMessage("weather twice")] })).messages.length;`,
    {
      [graph("loop")]: 1,
      [graph("loop", "execute_node call")]: 2,
      [graph("loop", "execute_node call", "chat gpt-4o")]: 2,
      [graph("loop", "execute_node tools")]: 1,
      [graph("loop", "execute_node tools", "execute_tool weather")]: 2,
      [graph("loop", "execute_node tools", "execute_tool weather", "execute_tool inner")]: 2,
    },
  ],
  [
    "fan",
    `const fan = new StateGraph(Annotation.Root({ out: Annotation({ reducer: (a, b) => a.concat(b), default: () => [] }) })).addNode("work", async ({ n }) => { inner(n); return { out: [(await model.invoke("n" + n)).content] }; }).addConditionalEdges(START, () => [1, 2, 3].map((n) => new Send("work", { n }))).addEdge("work", END).compile({ name: "fan-out" });
     return (await fan.invoke({})).out;`,
    {
      [graph("fan-out")]: 1,
      [graph("fan-out", "execute_node work")]: 3,
      [graph("fan-out", "execute_node work", "chat gpt-4o")]: 3,
      [graph("fan-out", "execute_node work", "execute_tool inner")]: 3,
    },
  ],
  [
    "interrupt",
    `const paused = new StateGraph(Annotation.Root({ a: Annotation() })).addNode("human", async () => ({ a: interrupt("?") })).addEdge(START, "human").addEdge("human", END).compile({ name: "paused", checkpointer: new MemorySaver() });
     const config = { configurable: { thread_id: "1" } }; await paused.invoke({}, config); return paused.invoke(new Command({ resume: "yes" }), config);`,
    { [graph("paused")]: 2, [graph("paused", "execute_node human")]: 2 },
  ],
  [
    "failing",
    `return new StateGraph(MessagesAnnotation).addNode("boom", async () => { throw new TypeError("mine"); }).addEdge(START, "boom").addEdge("boom", END).compile({ name: "fails" }).invoke({ messages: [] });`,
    { [`${graph("fails")}!`]: 1, [`${graph("fails")}! / execute_node boom!`]: 1 },
  ],
  [
    "supervisor",
    `const researcher = createAgent({ model, tools: [weather], name: "researcher", systemPrompt: "research" }).graph;
     return (await createSupervisor({ agents: [researcher], llm: model, prompt: "supervise" }).compile({ name: "team" }).invoke({ messages: [new HumanMessage("delegate")] })).messages.length;`,
    {
      [graph("team")]: 1,
      [graph("team", "execute_node supervisor")]: 2,
      [graph("team", "execute_node supervisor", "invoke_agent supervisor")]: 2,
      [graph("team", "execute_node supervisor", "invoke_agent supervisor", "chat gpt-4o")]: 2,
      [graph("team", "execute_node supervisor", "invoke_agent supervisor", "execute_tool transfer_to_researcher")]: 1,
      [graph("team", "execute_node researcher")]: 1,
      [graph("team", "execute_node researcher", "invoke_agent researcher")]: 1,
      [graph("team", "execute_node researcher", "invoke_agent researcher", "chat gpt-4o")]: 1,
    },
  ],
  [
    "swarm",
    `const alice = createAgent({ model, tools: [createHandoffTool({ agentName: "bob" })], name: "alice", systemPrompt: "a" }).graph;
     const bob = createAgent({ model, tools: [], name: "bob", systemPrompt: "b" }).graph;
     return (await createSwarm({ agents: [alice, bob], defaultActiveAgent: "alice" }).compile({ name: "swarm-graph" }).invoke({ messages: [new HumanMessage("go")] })).messages.length;`,
    {
      [graph("swarm-graph")]: 1,
      [graph("swarm-graph", "execute_node alice")]: 1,
      [graph("swarm-graph", "execute_node alice", "invoke_agent alice")]: 1,
      [graph("swarm-graph", "execute_node alice", "invoke_agent alice", "chat gpt-4o")]: 1,
      [graph("swarm-graph", "execute_node alice", "invoke_agent alice", "execute_tool transfer_to_bob")]: 1,
      [graph("swarm-graph", "execute_node bob")]: 1,
      [graph("swarm-graph", "execute_node bob", "invoke_agent bob")]: 1,
      [graph("swarm-graph", "execute_node bob", "invoke_agent bob", "chat gpt-4o")]: 1,
    },
  ],
];

/** The outermost run of a chain is a workflow of its own, which differs by case: what is compared is what lies below it. */
const belowRuns = (tree: Record<string, number>): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const [path, count] of Object.entries(tree)) {
    const [, ...rest] = path.split(" / ");
    const below = rest.filter((part) => !/^invoke_workflow (?:s|e|c|left|Runnable\w+)!?$/.test(part)).join(" / ");
    if (below !== "") found[below] = (found[below] ?? 0) + count;
  }
  return found;
};

async function runCases(cases: readonly Case[], type: ProgramType, mode: PreloadMode, imports: typeof ALL) {
  await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
  const body = cases.map(([name, source]) => `await inCase("${name}", async () => { ${source} });`).join("\n");
  const run = await runProgram(program(type, imports, body), {
    type,
    mode,
    env: { BASE: double.url },
    directory: SDKS_DIRECTORY,
  });
  return { run, requests: double.stats().requests };
}

function check(cases: readonly Case[], { spans }: { readonly spans: readonly ReceivedSpan[] }): void {
  for (const [name, , tree] of cases) {
    const root = spans.find((span) => span.name === `invoke_workflow ${name}` && span.parentSpanId === undefined);
    assert.ok(root !== undefined, `${name} has a root`);
    const own = spans.filter(({ traceId }) => traceId === root.traceId);
    assert.deepEqual(belowRuns(trees(own)), tree, name);
    const isOpen = own.some(({ attributes }) => attributes[ATTR.unfinished] !== undefined);
    assert.equal(isOpen, false, `nothing of ${name} is left open`);
  }
}

describe("a LangChain program", () => {
  const combinations: readonly (readonly [ProgramType, PreloadMode])[] = [
    ["module", "require"],
    ["commonjs", "import"],
  ];
  for (const [type, mode] of combinations) {
    it(`has the tree that its chains and graphs make (${type}, --${mode})`, async () => {
      const cases = [...RUNNABLES, ...GRAPHS];
      const { run, requests } = await runCases(cases, type, mode, ALL);
      const bare = await runCases(cases, type, "none", ALL);
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stdout, bare.run.stdout);
      assert.equal(run.spans.filter(isInference).length, requests, "one span for each request");
      check(cases, run);
    });

    it(`has it with @langchain/core alone as well (${type}, --${mode})`, async () => {
      const { run, requests } = await runCases(RUNNABLES, type, mode, CORE);
      const bare = await runCases(RUNNABLES, type, "none", CORE);
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stdout, bare.run.stdout);
      assert.equal(run.spans.filter(isInference).length, requests);
      check(RUNNABLES, run);
    });
  }

  it("says who hands over to whom", async () => {
    const { run } = await runCases(
      GRAPHS.filter(([name]) => name === "supervisor" || name === "swarm"),
      "module",
      "require",
      ALL,
    );
    const edges = run.spans
      .filter(({ attributes }) => attributes[ATTR.handoffTo] !== undefined)
      .map(({ attributes }) => [attributes[ATTR.handoffFrom], attributes[ATTR.handoffTo]]);
    assert.deepEqual(edges.toSorted(), [
      ["alice", "bob"],
      ["supervisor", "researcher"],
    ]);
  });

  it("sees Anthropic's models once each, plain and streamed, below the agent that calls them", async () => {
    const message = {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-5",
      content: [{ type: "text", text: "hi" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 2 },
    };
    const events = [
      { type: "message_start", message: { ...message, content: [], stop_reason: null } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ];
    const server = createServer(async (request, response) => {
      const { stream } = (await json(request)) as { stream?: boolean };
      response.setHeader("content-type", stream === true ? "text/event-stream" : "application/json");
      response.end(
        stream === true
          ? events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("")
          : JSON.stringify(message),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const imports = { ...ALL, "@langchain/anthropic": "ChatAnthropic" };
    const body = `
      const claude = new ChatAnthropic({ model: "claude-sonnet-4-5", apiKey: "k", anthropicApiUrl: process.env.BASE, maxRetries: 0 });
      console.log((await createAgent({ model: claude, tools: [weather], name: "claude" }).invoke({ messages: [new HumanMessage("hi")] })).messages.at(-1).content);
      let text = ""; for await (const chunk of await ChatPromptTemplate.fromTemplate("{q}").pipe(claude).pipe(new StringOutputParser()).withConfig({ runName: "streamed" }).stream({ q: "x" })) text += chunk; console.log(text);`;
    try {
      const env = { BASE: `http://127.0.0.1:${port}` };
      const run = await runProgram(program("module", imports, body), { env, directory: SDKS_DIRECTORY });
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stdout, "hi\nhi\n");
      assert.deepEqual(trees(run.spans), {
        "invoke_agent claude": 1,
        "invoke_agent claude / chat claude-sonnet-4-5": 1,
        "invoke_workflow streamed": 1,
        "invoke_workflow streamed / chat claude-sonnet-4-5": 1,
      });
      for (const call of run.spans.filter(isInference)) {
        assert.equal(call.attributes[ATTR.inputTokens], 3);
        assert.equal(call.attributes[ATTR.outputTokens], 2);
      }
    } finally {
      server.close();
    }
  });

  it("ends the run of a graph whose stream was left once nobody can read on", async () => {
    const body = `
      const left = async () => { for await (const _ of await createAgent({ model, tools: [weather], name: "left" }).stream({ messages: [new HumanMessage("weather")] }, { streamMode: "updates" })) break; };
      const v8 = await import("node:v8"); const vm = await import("node:vm"); v8.setFlagsFromString("--expose-gc"); const gc = vm.runInNewContext("gc");
      await left();
      for (let at = 0; at < 20; at += 1) { await new Promise((resolve) => setTimeout(resolve, 25)); gc(); }`;
    await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
    const env = { BASE: double.url };
    const run = await runProgram(program("module", ALL, body), { env, directory: SDKS_DIRECTORY });
    const agents = run.spans.filter(({ name }) => name === "invoke_agent left");
    assert.deepEqual(
      agents.map(({ attributes }) => [attributes[ATTR.streamOutcome], attributes[ATTR.unfinished]]),
      [["abandoned", undefined]],
    );
  });

  it("sees a call once also where it is called off before its request is out", async () => {
    const body = `
      for (const afterMs of [0, 1, 3, 10, 30]) {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), afterMs);
        await model.invoke("off", { signal: controller.signal }).catch(() => {});
      }`;
    await using double = await createLlmDouble({ medianLatencyMs: 100, respond }).start();
    const run = await runProgram(program("module", CORE, body), {
      env: { BASE: double.url },
      directory: SDKS_DIRECTORY,
    });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(run.spans.length <= 5, `${run.spans.length} spans for 5 calls`);
  });

  it("keeps nothing of runs that are over", async () => {
    const body = `
      const v8 = await import("node:v8"); const vm = await import("node:vm"); v8.setFlagsFromString("--expose-gc"); const gc = vm.runInNewContext("gc");
      const lambda = new RunnableLambda({ func: async (x) => inner(x) });
      const round = async (times) => { for (let at = 0; at < times; at += 1) { const once = tool(() => "x".repeat(1000), { name: "once" + at, description: "d", schema: z.object({}) }); await Promise.all([lambda.invoke("x".repeat(1000)), once.invoke({})]); } };
      const heap = async () => { for (let at = 0; at < 3; at += 1) { await new Promise((resolve) => setTimeout(resolve, 20)); gc(); } return process.memoryUsage().heapUsed; };
      await round(500); const before = await heap(); await round(2000);
      console.log(Math.round((await heap() - before) / 1024));`;
    const run = await runProgram(program("module", CORE, body), {
      env: { TRACING_EXPORTER: "none", BASE: "http://127.0.0.1:1" },
      directory: SDKS_DIRECTORY,
    });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(Number(run.stdout) < 5000, `${run.stdout.trim()} kB more`);
  });
});
