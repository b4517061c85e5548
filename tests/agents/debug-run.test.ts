/** One request is recorded in full, and whatever else the process does meanwhile as ever. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AttributeMap } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, type ProgramRun, runProgram } from "../process/run-program.ts";

const HEAD = `import { agent, createLogger, debugRun, llm, recordFeedback, setContext, tool, withContext } from "agent-observatory";
  import { createServer } from "node:http"; import { once } from "node:events"; import { setTimeout as delay } from "node:timers/promises";
  const serve = async (handle) => { const server = createServer(handle).listen(0, "127.0.0.1"); await once(server, "listening"); return server; };
  const urlOf = (server) => "http://127.0.0.1:" + server.address().port;
  const answer = { id: "a", object: "chat.completion", model: "tiny", choices: [{ index: 0, message: { role: "assistant", content: "ANSWER" }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 3 } };
  const models = await serve(async (request, response) => { for await (const _ of request); await delay(20); response.writeHead(200, { "content-type": "application/json", connection: "close" }).end(JSON.stringify(answer)); });
  const ask = (content, model = "tiny") => fetch(urlOf(models) + "/v1/chat/completions", { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, temperature: 0.2, max_tokens: 64, messages: [{ role: "user", content }], tools: [{ type: "function", function: { name: "refund" } }] }) }).then((response) => response.json());
  models.unref();`;

async function run(source: string, options: Parameters<typeof runProgram>[1] = {}): Promise<ProgramRun> {
  const result = await runProgram(`${HEAD}\n${source}`, { conventions: false, ...options });
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stderr, "");
  return result;
}

const named = (run: ProgramRun, name: string): AttributeMap =>
  run.spans.find((span) => span.name === name)?.attributes ?? assert.fail(`no span ${name}`);
const said = (run: ProgramRun): string =>
  JSON.stringify([run.spans, run.logs], (_, value) => (typeof value === "bigint" ? String(value) : value));

describe("debugRun", () => {
  it("records input, state, tools, messages, arguments, results and the process, of this request only", async () => {
    const result = await run(`
      const refund = tool("refund", async ({ order }) => { await delay(10); return "REFUNDED " + order; });
      const desk = agent("desk", async (text, order) => { await ask(text, order); return refund({ order }); });
      const session = { cart: ["CART"], owner: "person@example.com", password: "hunter2222" };
      const mine = debugRun({ name: "turn", input: { text: "INPUT" }, state: () => session, tools: ["refund", { type: "function", function: { name: "escalate", parameters: {} } }] }, async (run) => {
        console.log(run.traceId.length);
        session.cart.push("ADDED");
        return desk("DEBUGGED", "mine");
      });
      const theirs = desk("FOREIGN", "theirs");
      console.log(await mine, await theirs);`);
    assert.equal(result.stdout, "32\nREFUNDED mine REFUNDED theirs\n");
    const turn = named(result, "turn");
    assert.equal(turn[ATTR.debug], true);
    assert.equal(turn[ATTR.debugInput], '{"text":"INPUT"}');
    assert.equal(turn[ATTR.debugOutput], '"REFUNDED mine"');
    assert.match(String(turn[ATTR.debugState]), /"cart":\["CART"\]/);
    assert.match(String(turn[ATTR.debugStateAtEnd]), /"cart":\["CART","ADDED"\]/);
    assert.deepEqual(JSON.parse(String(turn[ATTR.toolDefinitions])), [{ name: "refund" }, { name: "escalate" }]);
    const process = JSON.parse(String(turn[ATTR.debugEnvironment]));
    assert.equal(process.node, globalThis.process.version);
    assert.equal(process.service, "program");
    const [mine] = callsOf(result.spans, "mine");
    assert.match(String(mine?.attributes[ATTR.inputMessages]), /DEBUGGED/);
    assert.match(String(mine?.attributes[ATTR.outputMessages]), /ANSWER/);
    assert.match(String(mine?.attributes[ATTR.toolDefinitions]), /refund/);
    assert.equal(mine?.attributes[ATTR.requestTemperature], 0.2);
    const [theirs] = callsOf(result.spans, "theirs");
    assert.equal(theirs?.attributes[ATTR.debug], undefined);
    assert.equal(theirs?.attributes[ATTR.inputMessages], undefined);
    assert.equal(theirs?.attributes[ATTR.toolDefinitions], undefined);
    const all = said(result);
    assert.doesNotMatch(all, /FOREIGN|REFUNDED theirs/);
    assert.doesNotMatch(all, /person@example|hunter2222/);
    const debugged = result.spans.filter(({ attributes }) => attributes[ATTR.debug] === true);
    assert.deepEqual(new Set(debugged.map(({ traceId }) => traceId)).size, 1);
  });

  it("never mixes up requests, of twenty at once in which every second one is recorded in full", async () => {
    const result = await run(`
      const step = tool("step", async (text) => { await delay(Math.random() * 20); await ask(text, text); return text; });
      const turn = (text) => agent("turn", async (input) => { await delay(Math.random() * 10); setImmediate(() => step("late-" + text)); return step(input); })(text);
      await Promise.all(Array.from({ length: 20 }, (_, at) => at % 2 ? turn("plain-" + at) : debugRun(() => turn("full-" + at))));
      await delay(200);`);
    assert.doesNotMatch(
      JSON.stringify(
        result.spans.map(({ attributes }) => ({
          ...attributes,
          [ATTR.requestModel]: undefined,
          [ATTR.responseModel]: undefined,
        })),
        (_, value) => (typeof value === "bigint" ? String(value) : value),
      ),
      /plain-/,
    );
    for (const { attributes, name } of result.spans) {
      const content = [ATTR.inputMessages, ATTR.outputMessages, ATTR.toolArguments, ATTR.toolResult].some(
        (one) => attributes[one] !== undefined,
      );
      if (!name.startsWith("POST"))
        assert.equal(content || name === "debug run", attributes[ATTR.debug] === true, name);
    }
    assert.equal(result.spans.filter(({ attributes }) => attributes[ATTR.debug] === true).length, 10 * 6);
  });

  it("is kept whatever is sampled, with what it lies in, and counted as ever", async () => {
    const env = { TRACING_SAMPLE_RATE: "0" };
    const result = await run(
      `const inside = tool("inside", () => 1);
       agent("outer", () => { tool("before", () => 1)(); debugRun({ name: "turn" }, () => inside()); tool("after", () => 1)(); })();
       agent("beside", () => inside())();`,
      { env },
    );
    const names = result.spans.map(({ name }) => name).toSorted();
    assert.deepEqual(names, ["execute_tool after", "execute_tool inside", "invoke_agent outer", "turn"]);
    const whole = await run(
      `const inside = tool("inside", () => 1);
       agent("outer", () => { tool("before", () => 1)(); debugRun({ name: "turn" }, () => inside()); })();
       agent("beside", () => inside())();`,
      { env: { ...env, AGENT_OBSERVATORY_KEEP_ERRORS: "true" } },
    );
    assert.deepEqual(
      whole.spans.map(({ name }) => name).toSorted(),
      ["execute_tool before", "execute_tool inside", "invoke_agent outer", "turn"],
      "what waits for the end of its trace is kept as well",
    );
    const counted = whole.points.filter(({ metric }) => metric === "agent_tool_calls_total");
    assert.equal(counted.length > 0, true);
  });

  it("takes log lines of every level, and leaves what the program writes itself as it is", async () => {
    const source = (debugged: boolean) => `
      import winston from "winston";
      const ours = createLogger({ name: "ours", level: "warn" });
      const theirs = winston.createLogger({ level: "warn", transports: [new winston.transports.Console({ format: winston.format.printf(({ level, message }) => level + " " + message) })] });
      const write = (where) => { for (const logger of [ours, theirs]) { logger.debug(where + " debug"); logger.warn(where + " warn"); } };
      ${debugged ? "debugRun(() => write('inside'))" : "write('inside')"}; write("outside");`;
    const env = { LOG_SAMPLE_RATES: "warn=0" };
    const result = await run(source(true), { env });
    const lines = result.logs.map(({ body, attributes }) => [body, attributes[ATTR.debug]]);
    assert.deepEqual(lines, [
      ["inside debug", true],
      ["inside warn", true],
      ["inside debug", true],
      ["inside warn", true],
      ["outside warn", undefined],
    ]);
    const plain = await run(source(false), { env });
    assert.equal(result.stdout, plain.stdout);
  });

  it("gives back what the function gives: values, promises, errors, generators, streams; and does nothing without the preload", async () => {
    const source = `import { debugRun } from "agent-observatory"; import assert from "node:assert/strict";
      const error = new Error("mine"); const value = {};
      assert.equal(debugRun(() => value), value);
      assert.equal(debugRun("named", () => value), value);
      assert.equal(await debugRun({ state: () => { throw new Error("unreadable"); }, get input() { throw new Error("unreadable"); } }, async () => value), value);
      assert.throws(() => debugRun(() => { throw error; }), error);
      await assert.rejects(debugRun(async () => { throw error; }), error);
      assert.deepEqual([...debugRun(function* () { yield 1; yield 2; })], [1, 2]);
      const stream = debugRun(() => new ReadableStream({ start(to) { to.enqueue("a"); to.enqueue("b"); to.close(); } }));
      assert.deepEqual(await Array.fromAsync(stream), ["a", "b"]);
      assert.equal(typeof debugRun((run) => run.traceId), "string");`;
    const result = await runProgram(source);
    assert.equal(result.stderr, "");
    assert.equal(result.code, 0);
    assert.equal(result.spans.length, 8);
    const outputs = result.spans.map(({ attributes }) => attributes[ATTR.debugOutput]);
    assert.ok(outputs.includes("[1,2]") && outputs.includes('"ab"'), JSON.stringify(outputs));
    assert.equal((await runProgram(source, { mode: "none" })).code, 0);
  });

  it("is bounded: in what a value tells, and in all that is said of one request", async () => {
    const result = await run(`
      const circle = { name: "circle" }; circle.itself = circle;
      const huge = { circle, bytes: new Uint8Array(5e6), map: new Map([["k", 1]]), many: Array.from({ length: 1e5 }, (_, at) => "item " + at), text: "x".repeat(1e7), get bad() { throw new Error("no"); } };
      const before = performance.now(); debugRun({ name: "huge", state: huge }, () => {}); console.log(performance.now() - before < 2000);
      const say = tool("say", (text) => text.length);
      debugRun({ name: "long" }, () => { for (let at = 0; at < 400; at += 1) say(String(at).padStart(4) + "y".repeat(32_000)); });`);
    assert.equal(result.stdout, "true\n");
    const state = String(named(result, "huge")[ATTR.debugState]);
    assert.ok(state.length < 40_000, String(state.length));
    const told = result.spans.filter(({ name }) => name === "execute_tool say");
    const withContent = told.filter(({ attributes }) => attributes[ATTR.toolArguments] !== undefined);
    assert.equal(told.length, 400);
    assert.ok(withContent.length > 200 && withContent.length < 300, String(withContent.length));
    assert.equal(told.at(-1)?.attributes[ATTR.debugTruncated], true);
  });
});

const WORD = /CONTENT/;

describe("the mark of a request that is recorded in full", () => {
  it("goes to threads and children", async () => {
    const inner = (name: string) =>
      `import { tool } from "agent-observatory"; tool("${name}", (text) => text)("CONTENT");`;
    const result = await run(
      `import { Worker } from "node:worker_threads"; import { spawn } from "node:child_process";
       const start = async () => { await once(new Worker("./thread.mjs"), "exit"); await once(spawn(process.execPath, ["--require", "agent-observatory/register", "child.mjs"]), "exit"); };
       await start(); await debugRun(start);`,
      {
        files: { "thread.mjs": inner("in-thread"), "child.mjs": inner("in-child") },
        env: { TRACING_SAMPLE_RATE: "1" },
      },
    );
    for (const name of ["in-thread", "in-child"]) {
      const told = result.spans
        .filter((span) => span.name === `execute_tool ${name}`)
        .map(({ attributes }) => attributes);
      assert.deepEqual(told.map((one) => one[ATTR.toolArguments]).toSorted(), ["CONTENT", undefined], name);
      assert.equal(told.filter((one) => one[ATTR.debug] === true).length, 1);
    }
  });

  it("is believed of a caller only where a setting says so", async () => {
    const source = `
      const server = await serve((request, response) => { tool("served", (text) => text)("CONTENT"); response.end(JSON.stringify(request.headers)); });
      const headers = await debugRun(async () => (await fetch(urlOf(server))).json());
      console.log(headers.baggage); server.close();
      await once(server, "close");`;
    const byDefault = await run(source);
    assert.equal(byDefault.stdout, "agent_observatory.debug=true\n");
    assert.equal(named(byDefault, "execute_tool served")[ATTR.debug], undefined);
    assert.doesNotMatch(
      said({ ...byDefault, spans: byDefault.spans.filter(({ name }) => name !== "debug run") }),
      WORD,
    );
    const asked = await run(source, { env: { AGENT_OBSERVATORY_DEBUG_FROM_CALLERS: "true" } });
    assert.equal(named(asked, "execute_tool served")[ATTR.toolArguments], "CONTENT");
  });

  it("is nobody else's to set: not by foreign headers, attributes or fields of log lines", async () => {
    const result = await run(
      `import { context, logs, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
       const server = await serve((_, response) => { tool("served", (text) => text)("CONTENT"); response.end("{}"); });
       await fetch(urlOf(server), { headers: { baggage: "agent_observatory.debug=true,session.id=s1" } }); server.close();
       const theirs = propagation.extract(ROOT_CONTEXT, { baggage: "agent_observatory.debug=true" });
       context.with(theirs, () => tool("extracted", (text) => text)("CONTENT"));
       withContext({ attributes: { "agent_observatory.debug": true } }, () => tool("field", (text) => text)("CONTENT"));
       trace.getTracer("theirs").startSpan("attribute", { attributes: { "agent_observatory.debug": true, "gen_ai.input.messages": "CONTENT" } }).end();
       createLogger("l").info("line", { "agent_observatory.debug": true, "gen_ai.input.messages": "CONTENT" });
       recordFeedback({ score: 1, comment: "CONTENT" });`.replace(" logs,", ""),
    );
    assert.doesNotMatch(said(result), WORD);
    for (const { attributes } of [...result.spans, ...result.logs]) assert.equal(attributes[ATTR.debug], undefined);
  });

  it("stands on requests of the sessions and users that the settings name, from when they are known", async () => {
    const result = await run(
      `const step = tool("step", (text) => text);
       const server = await serve(async (request, response) => { await null; setContext({ sessionId: request.url.slice(1) }); step("CONTENT " + request.url); response.end("{}"); });
       await Promise.all(["s1", "s2", "s1"].map((id) => fetch(urlOf(server) + "/" + id))); server.close();
       withContext({ userId: "u7" }, () => agent("mine", () => step("CONTENT u7"))());
       withContext({ userId: "u8" }, () => step("CONTENT u8"));`,
      {
        env: {
          AGENT_OBSERVATORY_DEBUG_SESSIONS: "s1,s9",
          AGENT_OBSERVATORY_DEBUG_USERS: "u7",
          TRACING_SAMPLE_RATE: "0",
        },
      },
    );
    const told = result.spans.map(({ name, attributes }) => `${name} ${attributes[ATTR.toolArguments] ?? ""}`.trim());
    assert.deepEqual(told.filter((one) => !one.startsWith("GET")).toSorted(), [
      "execute_tool step CONTENT /s1",
      "execute_tool step CONTENT /s1",
      "execute_tool step CONTENT u7",
      "invoke_agent mine",
    ]);
    const served = result.spans.filter(({ kind }) => kind === 2);
    assert.deepEqual(
      served.map(({ attributes }) => [attributes["url.path"], attributes[ATTR.debug]]),
      [
        ["/s1", true],
        ["/s1", true],
      ],
    );
  });
});
