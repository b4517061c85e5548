import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { createResearchTeamDouble } from "../../examples/research-team/scenario.ts";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { isInference, runProgram } from "./run-program.ts";

/** Each span's name with the names above it, root first. */
function paths(spans: readonly ReceivedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    if (span.parentSpanId !== undefined && parent === undefined) return `(lost) / ${span.name}`;
    return parent === undefined ? span.name : `${path(parent)} / ${span.name}`;
  };
  return spans.map(path);
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values.toSorted()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const HEAD = `import { agent, node, tool, workflow } from "agent-observatory";`;

describe("the wrappers", () => {
  it("put each call below the one it was made in, however the program gets there", async () => {
    const run = await runProgram(`${HEAD}
      import { EventEmitter, once } from "node:events";
      import { setTimeout as delay } from "node:timers/promises";
      const leaf = tool("leaf", (label) => label);
      const named = (name) => tool(name, () => name);

      workflow("sync", () => { node("inner", () => leaf(1))(); })();
      await workflow("async", async () => { await null; await node("inner", async () => { await delay(1); leaf(2); })(); })();
      await agent("all", () => Promise.all(["a", "b", "c"].map((name) => tool(name, async () => { await delay(1); leaf(3); })())))();
      await agent("timers", () => new Promise((resolve) => {
        setTimeout(() => { named("in-timeout")(); setImmediate(() => { named("in-immediate")(); process.nextTick(() => { named("in-tick")(); queueMicrotask(() => { named("in-microtask")(); resolve(); }); }); }); }, 1);
      }))();
      const emitter = new EventEmitter();
      agent("emitter", () => { emitter.once("now", named("in-listener")); emitter.emit("now"); })();
      const numbers = agent("generator", function* (upTo) { for (let at = 0; at < upTo; at += 1) { leaf(at); yield at; } return "done"; });
      console.log([...numbers(2)]);
      const stepped = numbers(1); console.log(stepped.next(), stepped.next());
      const events = agent("async-generator", async function* () { yield leaf("x"); await delay(1); yield leaf("y"); });
      for await (const event of events()) { named("outside")(); console.log(event); }
      for await (const event of events()) break;
      named("after")();
    `);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, "[ 0, 1 ]\n{ value: 0, done: false } { value: 'done', done: true }\nx\ny\n");
    assert.deepEqual(counted(paths(run.spans)), {
      "invoke_workflow sync": 1,
      "invoke_workflow sync / execute_node inner": 1,
      "invoke_workflow sync / execute_node inner / execute_tool leaf": 1,
      "invoke_workflow async": 1,
      "invoke_workflow async / execute_node inner": 1,
      "invoke_workflow async / execute_node inner / execute_tool leaf": 1,
      "invoke_agent all": 1,
      "invoke_agent all / execute_tool a": 1,
      "invoke_agent all / execute_tool a / execute_tool leaf": 1,
      "invoke_agent all / execute_tool b": 1,
      "invoke_agent all / execute_tool b / execute_tool leaf": 1,
      "invoke_agent all / execute_tool c": 1,
      "invoke_agent all / execute_tool c / execute_tool leaf": 1,
      "invoke_agent timers": 1,
      "invoke_agent timers / execute_tool in-timeout": 1,
      "invoke_agent timers / execute_tool in-immediate": 1,
      "invoke_agent timers / execute_tool in-tick": 1,
      "invoke_agent timers / execute_tool in-microtask": 1,
      "invoke_agent emitter": 1,
      "invoke_agent emitter / execute_tool in-listener": 1,
      "invoke_agent generator": 2,
      "invoke_agent generator / execute_tool leaf": 3,
      "invoke_agent async-generator": 2,
      "invoke_agent async-generator / execute_tool leaf": 3,
      "execute_tool outside": 2,
      "execute_tool after": 1,
    });
    const leaf = run.spans.find((span) => span.name === "execute_tool leaf" && span.parentSpanId !== undefined);
    const inAll = run.spans.filter((span) => span.attributes[ATTR.agentName] === "all");
    assert.equal(inAll.length, 7, "what runs inside an agent carries its name");
    assert.equal(leaf?.attributes[ATTR.workflowName], "sync");
  });

  it("change nothing of what a function takes, returns or throws", async () => {
    const source = (wrap: boolean): string => `
      ${wrap ? HEAD : "const agent = (_, fn) => fn; const tool = agent;"}
      const mine = new RangeError("mine");
      const caught = (work) => { try { return work(); } catch (error) { return error; } };
      class Counter { count = 1; }
      const method = agent("method", function (...args) { return [this.count, args, arguments.length, new.target]; });
      console.log(method.call(new Counter(), 1, "two", undefined));
      console.log(agent("named", function original(a, b) {}).name, agent("named", function original(a, b) {}).length);
      console.log(caught(tool("throws", () => { throw mine; })) === mine);
      console.log(await tool("rejects", async () => { throw mine; })().catch((error) => error) === mine);
      console.log(caught(tool("undefined", () => { throw undefined; })));
      console.log(await tool("text", async () => { throw "a text"; })().catch((error) => error));
      class Special extends Promise { helper() { return "helped"; } }
      const special = new Special((resolve) => resolve(1));
      const given = tool("special", () => special)();
      console.log(given === special, given.helper(), await given);
      const failing = new Special((_, reject) => reject(mine));
      console.log(await tool("special-fails", () => failing)().catch((error) => error === mine));
      const thenable = { then(resolve) { resolve("from a thenable"); } };
      console.log(await tool("thenable", () => thenable)());
      const plain = tool("plain", async () => 1)();
      console.log(plain instanceof Promise, plain.constructor === Promise);
      const generator = tool("generator", function* () { const got = yield 1; try { yield got; } catch (error) { yield error === mine; } finally { yield "closing"; } });
      const one = generator();
      console.log(one.next(), one.next("sent"), one.throw(mine), one.return("early"), one.next(), one[Symbol.iterator]() === one, Object.prototype.toString.call(one));
      const failingGenerator = tool("failing-generator", function* () { throw mine; })();
      console.log(caught(() => failingGenerator.next()) === mine);
      const failingAsync = tool("failing-async", async function* () { yield 1; throw mine; })();
      console.log(await failingAsync.next(), await failingAsync.next().catch((error) => error === mine), await failingAsync.next());
      const circular = {}; circular.self = circular;
      console.log(tool("circular", (value) => value)(circular) === circular);
      console.log(tool("hostile", () => new Proxy({}, { get(_, key) { if (key === Symbol.toStringTag) throw mine; return undefined; } }))() !== null);
      console.log(typeof tool("null", () => null)(), tool("proxy-free", () => Object.create(null))() !== null);`;
    const bare = await runProgram(source(false), { mode: "none" });
    const run = await runProgram(source(true), { env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, bare.stdout);
    const withoutPreload = await runProgram(source(true), { mode: "none" });
    assert.equal(withoutPreload.code, 0, withoutPreload.stderr);
    assert.equal(withoutPreload.stdout, bare.stdout, "and without the preload neither");
    assert.equal(withoutPreload.spans.length, 0);

    const failed = run.spans.filter((span) => span.failed).map((span) => span.attributes[ATTR.toolName]);
    assert.deepEqual(failed.toSorted(), [
      "failing-async",
      "failing-generator",
      "rejects",
      "special-fails",
      "text",
      "throws",
      "undefined",
    ]);
    const thrown = run.spans.find((span) => span.attributes[ATTR.toolName] === "throws");
    assert.equal(thrown?.attributes[ATTR.errorType], "RangeError");
    assert.equal(thrown?.statusMessage, "mine");
    assert.equal(thrown?.events[0]?.attributes["exception.type"], "RangeError");
  });

  it("leave an unhandled rejection unhandled", async () => {
    for (const promise of ["Promise", "Special"]) {
      const run = await runProgram(`${HEAD}
        class Special extends Promise {}
        process.on("unhandledRejection", (error) => { console.log("unhandled", error.message); process.exit(8); });
        tool("rejects", () => ${promise}.reject(new Error("mine")))();`);
      assert.deepEqual([run.code, run.stdout], [8, "unhandled mine\n"], promise);
      assert.equal(run.spans[0]?.failed, true);
    }
  });

  it("make no rejection of their own of one that is handled", async () => {
    const run = await runProgram(`${HEAD}
      class Special extends Promise {}
      process.on("unhandledRejection", () => console.log("unhandled"));
      for (const kind of [Promise, Special]) {
        const rejects = tool("rejects", () => kind.reject(new Error("mine")));
        await rejects().catch(() => console.log("handled"));
        try { await rejects(); } catch { console.log("caught"); }
        await Promise.allSettled([rejects()]);
      }`);
    assert.deepEqual([run.code, run.stdout], [0, "handled\ncaught\nhandled\ncaught\n"], run.stderr);
  });

  it("leave the promises of an SDK their own, with all their helpers", async () => {
    await using double = await createLlmDouble({
      medianLatencyMs: 0,
      respond: ({ model }) => (model === "bad" ? { status: 400 } : {}),
    }).start();
    const run = await runProgram(
      `${HEAD} import OpenAI from "openai";
       const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 0 });
       const ask = (name, model = "gpt-4o") => tool(name, () => openai.chat.completions.create({ model, messages: [{ role: "user", content: "Hi" }] }))();
       console.log((await ask("awaited")).choices[0].message.content);
       console.log((await (await ask("as-response").asResponse()).json()).choices[0].message.content);
       const { data, response } = await ask("with-response").withResponse(); console.log(data.choices[0].message.content, response.status);
       console.log(await ask("fails", "bad").catch((error) => error.status));
       console.log(await ask("fails-raw", "bad").asResponse().catch((error) => error.status));
       let runs = 0;
       const query = () => ({ then(resolve, reject) { runs += 1; return Promise.resolve("row").then(resolve, reject); } });
       console.log(await tool("query", query)(), runs);`,
      { env: { BASE: double.url } },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, "You said: Hi\nYou said: Hi\nYou said: Hi 200\n400\n400\nrow 1\n");
    const tools = run.spans.filter((span) => span.attributes[ATTR.operation] === "execute_tool");
    assert.deepEqual(Object.fromEntries(tools.map((span) => [span.attributes[ATTR.toolName], span.failed])), {
      awaited: false,
      "as-response": false,
      "with-response": false,
      fails: true,
      "fails-raw": true,
      query: false,
    });
    const calls = run.spans.filter(isInference);
    assert.equal(calls.length, 5);
    assert.ok(calls.every((call) => tools.some((span) => span.spanId === call.parentSpanId)));
  });
});

describe("a LangGraph program", () => {
  it("has the tree that its graph, agents, models and tools make", async () => {
    await using double = await createResearchTeamDouble();
    const app = fileURLToPath(new URL("../../examples/research-team/app.mjs", import.meta.url));
    const run = await runProgram(`await import(${JSON.stringify(app)});`, {
      env: { OPENAI_BASE_URL: double.url, OPENAI_API_KEY: "sk-demo" },
    });
    assert.equal(run.code, 0, run.stderr);
    const expected = double.expected();
    assert.equal(run.spans.filter(isInference).length, expected.llmCalls + expected.embeddingCalls);
    assert.equal(
      run.spans.filter((span) => span.attributes[ATTR.operation] === "execute_tool").length,
      expected.toolCalls.count,
    );
    const kinds = new Set(paths(run.spans));
    const root = "invoke_workflow research-team";
    for (const path of [
      root,
      `${root} / execute_node plan / invoke_agent planner / chat gpt-4o`,
      `${root} / execute_node research / invoke_agent researcher / chat gpt-4o-mini`,
      `${root} / execute_node research / invoke_agent researcher / execute_tool web_search / GET`,
      `${root} / execute_node research / invoke_agent researcher / execute_tool calculate`,
      `${root} / execute_node rank / embeddings text-embedding-3-small`,
      `${root} / execute_node write / invoke_agent writer / chat gpt-4o`,
      `${root} / execute_node check / invoke_agent reviewer / chat gpt-5-mini`,
      `${root} / execute_node publish / chat gpt-4o-mini`,
    ]) {
      assert.ok(kinds.has(path), `${path} is missing in\n${[...kinds].toSorted().join("\n")}`);
    }
    // The search server of the program itself continues the trace of whoever asked it.
    assert.equal(new Set(run.spans.map((span) => span.traceId)).size, 1);
    assert.deepEqual(
      [...kinds].filter((path) => !path.startsWith(root)),
      [],
    );
    const nodes = counted(run.spans.filter((span) => span.name.startsWith("execute_node")).map((span) => span.name));
    assert.equal(nodes["execute_node research"], 3);
    assert.equal(nodes["execute_node write"], 2);
    for (const span of run.spans.filter((one) => one.attributes[ATTR.operation] !== undefined)) {
      assert.equal(span.attributes[ATTR.workflowName], "research-team", span.name);
    }
  });
});

describe("LangChain and the wrappers together", () => {
  const program = (toolFrom: string): string => `
    import { ChatOpenAI } from "@langchain/openai";
    import { tool as langchainTool } from "${toolFrom}";
    import { RunnableLambda } from "@langchain/core/runnables";
    import { agent, tool, workflow } from "agent-observatory";
    import { z } from "zod";
    const model = new ChatOpenAI({ model: "gpt-4o", configuration: { baseURL: process.env.BASE }, apiKey: "k", maxRetries: 0 });
    const inner = tool("wrapped-inside", async () => { await model.invoke("inside"); });
    const search = langchainTool(async () => { await inner(); return "found"; }, { name: "search", description: "d", schema: z.object({}) });
    await workflow("outer", async () => {
      await agent("chief", async () => {
        await search.invoke({});
        await new RunnableLambda({ func: async () => { await search.invoke({}); await model.invoke("in lambda"); } }).invoke("x");
      })();
      await model.invoke("below the workflow");
      for await (const _ of await model.stream("streamed")) {}
      await Promise.all([model.invoke("a"), model.invoke("b")]);
    })();
    await model.invoke("alone");`;

  it("nest both ways", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
    const run = await runProgram(program("langchain"), { env: { BASE: double.url } });
    assert.equal(run.code, 0, run.stderr);
    const chief = "invoke_workflow outer / invoke_agent chief";
    const lambda = `${chief} / invoke_workflow RunnableLambda`;
    const search = "execute_tool search";
    const inside = `${search} / execute_tool wrapped-inside`;
    assert.deepEqual(counted(paths(run.spans)), {
      "invoke_workflow outer": 1,
      [chief]: 1,
      [`${chief} / ${search}`]: 1,
      [`${chief} / ${inside}`]: 1,
      [`${chief} / ${inside} / chat gpt-4o`]: 1,
      [lambda]: 1,
      [`${lambda} / ${search}`]: 1,
      [`${lambda} / ${inside}`]: 1,
      [`${lambda} / ${inside} / chat gpt-4o`]: 1,
      [`${lambda} / chat gpt-4o`]: 1,
      "invoke_workflow outer / chat gpt-4o": 4,
      "chat gpt-4o": 1,
    });
  });

  it("see each call once also where LangChain has set up no context of its own", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
    const run = await runProgram(program("@langchain/core/tools"), { env: { BASE: double.url } });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(double.stats().requests, 8);
    assert.equal(run.spans.filter(isInference).length, 8);
    assert.ok(run.spans.every((span) => span.attributes[ATTR.retryCount] === undefined));
    assert.deepEqual(
      paths(run.spans).filter((path) => path.includes("(lost)")),
      [],
    );
  });

  it("give a model that is no server exactly one span", async () => {
    const run = await runProgram(
      `import { FakeListChatModel } from "@langchain/core/utils/testing";
       import { agent } from "agent-observatory";
       const model = new FakeListChatModel({ responses: ["one", "two", "three"] });
       await agent("fake", async () => {
         await model.invoke("a");
         let text = ""; for await (const chunk of await model.stream("b")) text += chunk.content; console.log(text);
         await model.batch(["c", "d"]);
       })();`,
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, "two\n");
    assert.equal(run.spans.filter(isInference).length, 4);
    assert.equal(run.spans.length, 5);
    for (const path of paths(run.spans.filter((span) => isInference(span)))) assert.match(path, /^\(lost\) \/ chat/);
    assert.ok(run.spans.filter(isInference).every((span) => span.attributes[ATTR.agentName] === "fake"));
  });
});
