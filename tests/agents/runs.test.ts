import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type ProgramRun, pushedValue, runProgram } from "../process/run-program.ts";

const HEAD = `import { agent, currentRun, llm, node, retrieval, tool, workflow } from "agent-observatory";`;
const CAPTURED = { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" };

function spanNamed(run: ProgramRun, name: string): ReceivedSpan {
  const found = run.spans.filter((span) => span.name === name);
  assert.equal(found.length, 1, `one span ${name}, of ${run.spans.map((span) => span.name).join(", ")}`);
  return found[0] as ReceivedSpan;
}
const parentOf = (run: ProgramRun, span: ReceivedSpan): string | undefined =>
  run.spans.find(({ spanId }) => spanId === span.parentSpanId)?.name;

describe("run", () => {
  it("makes a span of each kind around what it calls, and returns what that returns", async () => {
    const run = await runProgram(`${HEAD}
      const result = await workflow.run({ name: "flow", version: "3" }, async () =>
        node.run("step", () => agent.run({ name: "helper", id: "a1", description: "helps", version: "2" }, async () => {
          retrieval.run({ dataSource: "handbook", topK: 4 }, () => []);
          tool.run({ name: "search", description: "finds", type: "datastore" }, () => 1);
          await llm.run({ model: "local-1", provider: "own", name: "judge" }, async (call) => { call.usage({ input: 12, output: 3, reasoning: 1 }); });
          return "done";
        })));
      node.run({ name: "alone", workflow: "elsewhere" }, () => 1);
      console.log(result);
    `);
    assert.equal(run.stdout, "done\n", run.stderr);
    const flow = spanNamed(run, "invoke_workflow flow");
    assert.equal(flow.attributes[ATTR.workflowVersion], "3");
    const step = spanNamed(run, "execute_node step");
    assert.equal(parentOf(run, step), "invoke_workflow flow");
    const helper = spanNamed(run, "invoke_agent helper");
    assert.equal(parentOf(run, helper), "execute_node step");
    assert.deepEqual(
      [ATTR.agentId, ATTR.agentDescription, ATTR.agentVersion].map((name) => helper.attributes[name]),
      ["a1", "helps", "2"],
    );
    const asked = spanNamed(run, "retrieval handbook");
    assert.equal(Number(asked.attributes[ATTR.vectorTopK]), 4);
    assert.equal(asked.attributes[ATTR.agentName], "helper");
    assert.equal(spanNamed(run, "execute_tool search").attributes[ATTR.toolType], "datastore");
    const call = spanNamed(run, "chat local-1");
    assert.equal(call.attributes[ATTR.provider], "own");
    assert.equal(call.attributes[ATTR.runName], "judge");
    assert.equal(Number(call.attributes[ATTR.inputTokens]), 12);
    assert.equal(spanNamed(run, "execute_node alone").attributes[ATTR.workflowName], "elsewhere");
    const tokens = { agent: "helper", model: "local-1", provider: "own" };
    assert.equal(pushedValue(run.points, "llm_tokens_total", { ...tokens, type: "input" }), 12);
    assert.equal(pushedValue(run.points, "llm_tokens_total", { ...tokens, type: "reasoning" }), 1);
    assert.equal(pushedValue(run.points, "llm_unpriced_requests_total", { model: "local-1" }), 1);
  });

  it("hands over a handle: attributes, events, outcome, content", async () => {
    const source = `${HEAD}
      const status = (name, word) => agent.run(name, (run) => run.setStatus(word));
      status("fine", "ok"); status("broken", "error"); status("left", "cancelled"); status("passed-on", "escalated");
      agent.run("told", (run) => {
        run.setAttributes({ "tenant.size": 3, plan: "pro", list: ["a"], bad: () => {}, none: undefined });
        run.event("checked", { rules: 2 });
        run.input({ question: "in" }); run.output("out");
        console.log(/^[0-9a-f]{32}$/.test(run.traceId), /^[0-9a-f]{16}$/.test(run.spanId), currentRun() === run);
        return "not this";
      });
      agent.run("handled", (run) => { run.fail(new RangeError("too far")); return 1; });
      agent.run("taken-back", (run) => { run.fail(new RangeError("too far")); run.setStatus("ok"); });
      try { agent.run("gave-up", (run) => { run.setStatus("cancelled"); throw new Error("stop"); }); } catch (error) { console.log(error.message); }
      const kept = agent.run("over", (run) => run); kept.setStatus("error"); kept.event("late"); kept.fail(new Error("late"));
      console.log(currentRun());
    `;
    const run = await runProgram(source, { env: CAPTURED, conventions: false });
    assert.equal(run.stdout, "true true true\nstop\nundefined\n", run.stderr);
    const outcomes = Object.fromEntries(
      ["fine", "broken", "left", "passed-on", "handled", "taken-back", "gave-up", "over"].map((agent) => {
        const statuses = ["ok", "error", "cancelled", "escalated"];
        return [agent, statuses.filter((status) => pushedValue(run.points, "agent_requests_total", { agent, status }))];
      }),
    );
    assert.deepEqual(outcomes, {
      fine: ["ok"],
      broken: ["error"],
      left: ["cancelled"],
      "passed-on": ["escalated"],
      handled: ["error"],
      "taken-back": ["ok"],
      "gave-up": ["cancelled"],
      over: ["ok"],
    });
    const told = spanNamed(run, "invoke_agent told");
    assert.deepEqual(
      ["tenant.size", "plan", "list", "bad"].map((name) => told.attributes[name]?.toString()),
      ["3", "pro", '["a"]', undefined],
    );
    assert.equal(told.attributes[ATTR.inputMessages], '{"question":"in"}');
    assert.equal(told.attributes[ATTR.outputMessages], "out");
    assert.equal(told.events[0]?.name, "checked");
    const handled = spanNamed(run, "invoke_agent handled");
    assert.equal(handled.failed, true);
    assert.equal(handled.attributes[ATTR.errorType], "RangeError");
    const takenBack = spanNamed(run, "invoke_agent taken-back");
    const said = [ATTR.errorType, ATTR.errorCategory].map((name) => takenBack.attributes[name]);
    assert.deepEqual([takenBack.failed, ...said], [false, undefined, undefined]);
    const gaveUp = spanNamed(run, "invoke_agent gave-up");
    assert.equal(gaveUp.failed, false);
    assert.equal(gaveUp.events[0]?.name, "exception");

    const quiet = await runProgram(source, { conventions: false });
    assert.equal(spanNamed(quiet, "invoke_agent told").attributes[ATTR.inputMessages], undefined);
  });

  it("takes whatever it is given, and says nothing of it", async () => {
    const run = await runProgram(`${HEAD}
      const hostile = new Proxy({}, { ownKeys() { throw new Error("hostile"); }, get() { throw new Error("hostile"); } });
      llm.run("m", (run) => {
        run.usage({ input: -1, output: Number.NaN, cacheRead: "3" }); run.usage(null); run.usage(hostile); run.usage({ input: 5 });
        run.setAttributes(null); run.setAttributes(hostile); run.event(undefined, hostile); run.setStatus({}); run.setStatus(""); run.fail(undefined);
        const circular = {}; circular.self = circular; run.input(circular); run.output(10n);
      });
      console.log(agent.run(undefined, () => 1), agent.run({}, () => 2), tool(null, function named() { return 3; })());
      console.log(retrieval.run({ dataSource: 5, topK: "many" }, () => 4));
    `);
    assert.equal(run.stdout, "1 2 3\n4\n", run.stderr);
    assert.equal(run.stderr, "");
    const call = spanNamed(run, "chat m");
    assert.equal(Number(call.attributes[ATTR.inputTokens]), 5);
    assert.equal(call.attributes[ATTR.outputTokens], undefined);
    assert.equal(spanNamed(run, "execute_tool named").failed, false);
  });
});

describe("start", () => {
  it("is a timer that `end` or `using` stops, once", async () => {
    const run = await runProgram(`${HEAD}
      const timer = workflow.start("timed");
      tool.run("beside", () => {});
      await new Promise((resolve) => setTimeout(resolve, 30));
      timer.end("cancelled"); timer.end("error"); timer.setStatus("error");
      { using run = agent.start("used"); run.setAttributes({ "session.id": "s" }); }
      try { using run = agent.start("thrown-through"); throw new Error("x"); } catch {}
      workflow.start("never-ended");
    `);
    assert.equal(run.code, 0, run.stderr);
    const timed = spanNamed(run, "invoke_workflow timed");
    const lastedMs = timed.endMs - timed.startMs;
    assert.ok(lastedMs >= 25, String(lastedMs));
    assert.equal(spanNamed(run, "execute_tool beside").parentSpanId, undefined, "a timer is not the current span");
    assert.equal(pushedValue(run.points, "workflow_executions_total", { workflow: "timed", status: "cancelled" }), 1);
    assert.equal(pushedValue(run.points, "workflow_executions_total", { workflow: "timed" }), 1);
    assert.equal(pushedValue(run.points, "agent_requests_total", { agent: "used", status: "ok" }), 1);
    assert.equal(spanNamed(run, "invoke_workflow never-ended").attributes[ATTR.unfinished], true);
  });
});

describe("a stream that a wrapped function returns", () => {
  it("is the program's own object, and its span lasts until its end, whichever way it is read", async () => {
    const source = (wrap: boolean): string => `
      ${wrap ? HEAD : "const agent = (_, fn) => fn; const tool = agent;"}
      import { Readable } from "node:stream"; import { pipeline } from "node:stream/promises";
      const leaf = tool("leaf", () => {});
      const stream = () => { let at = 0; return new ReadableStream({ pull(controller) { leaf(); at += 1; if (at > 3) controller.close(); else controller.enqueue("part" + at); } }, { highWaterMark: 0 }); };
      const given = stream(); console.log(agent("same", () => given)() === given); for await (const _ of given);
      const reader = agent("reader", stream)().getReader(); const parts = []; for (;;) { const { done, value } = await reader.read(); if (done) break; parts.push(value); } console.log(parts);
      const iterated = []; for await (const part of await agent("iterated", async () => stream())()) iterated.push(part); console.log(iterated);
      const written = []; await agent("piped", stream)().pipeTo(new WritableStream({ write: (part) => void written.push(part) })); console.log(written);
      console.log(await new Response(agent("through", stream)().pipeThrough(new TextEncoderStream())).text());
      const [one, two] = agent("teed", stream)().tee(); console.log(await new Response(one.pipeThrough(new TextEncoderStream())).text(), (await two.getReader().read()).value);
      for await (const part of agent("broken-off", stream)()) break;
      await agent("cancelled", stream)().cancel("enough");
      const failing = agent("failing", () => new ReadableStream({ pull() { throw new RangeError("mid"); } }, { highWaterMark: 0 }))();
      console.log(await failing.getReader().read().catch((error) => error.message));
      const lines = []; for await (const line of agent("node", () => Readable.from(["a", "b"]))()) lines.push(line); console.log(lines);
      const readable = agent("node-fails", () => new Readable({ read() { this.destroy(new TypeError("broken")); } }))();
      console.log(await pipeline(readable, async function* (source) { for await (const _ of source); }).catch((error) => error.message));
      class Events { async *#steps() { yield leaf(); yield { delta: "x" }; } [Symbol.asyncIterator]() { return this.#steps(); } }
      const events = new Events(); const same = agent("iterable", async () => events)(); console.log((await same) === events);
      for await (const _ of events); for await (const _ of events);
      console.log(await agent("not-a-stream", () => ["a", "b"])());
    `;
    const bare = await runProgram(source(false), { mode: "none" });
    const run = await runProgram(source(true), { env: CAPTURED });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, bare.stdout);
    assert.equal((await runProgram(source(true), { mode: "none" })).stdout, bare.stdout, "and without the preload");

    const agents = run.spans.filter((span) => span.attributes[ATTR.operation] === "invoke_agent");
    const told = Object.fromEntries(
      agents.map((span) => [
        span.attributes[ATTR.agentName],
        [span.failed, span.attributes[ATTR.streamOutcome], span.attributes[ATTR.unfinished]],
      ]),
    );
    const complete = [false, undefined, undefined];
    const abandoned = [false, "abandoned", undefined];
    assert.deepEqual(told, {
      same: complete,
      reader: complete,
      iterated: complete,
      piped: complete,
      through: complete,
      teed: complete,
      "broken-off": complete,
      cancelled: abandoned,
      failing: [true, undefined, undefined],
      node: complete,
      "node-fails": [true, undefined, undefined],
      iterable: complete,
      "not-a-stream": complete,
    });
    assert.equal(agents.length, 13, "one span each");
    const output = (name: string) => spanNamed(run, `invoke_agent ${name}`).attributes[ATTR.outputMessages];
    assert.equal(output("reader"), "part1part2part3");
    assert.equal(output("iterable"), '[null,{"delta":"x"}]');
    const pulled = run.spans.filter(
      (span) => span.name === "execute_tool leaf" && parentOf(run, span) === "invoke_agent reader",
    );
    assert.equal(pulled.length, 4, "what is pulled runs inside");
  });

  it("that is dropped unread ends with its collection", async () => {
    const run = await runProgram(
      `${HEAD}
      import { Readable } from "node:stream"; import { setFlagsFromString } from "node:v8"; import { runInNewContext } from "node:vm";
      setFlagsFromString("--expose-gc"); const gc = runInNewContext("gc");
      const drop = (name, make) => void agent(name, make)();
      drop("web", () => new ReadableStream({ pull() {} }));
      drop("generator", function* () { yield 1; });
      drop("iterable", () => ({ async *[Symbol.asyncIterator]() { yield 1; } }));
      drop("node-stream", () => Readable.from(["a"]));
      for (let at = 0; at < 10; at += 1) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
    `,
    );
    assert.equal(run.code, 0, run.stderr);
    for (const name of ["web", "generator", "iterable", "node-stream"]) {
      const span = spanNamed(run, `invoke_agent ${name}`);
      assert.deepEqual([span.failed, span.attributes[ATTR.streamOutcome]], [false, "abandoned"], name);
      assert.equal(span.attributes[ATTR.unfinished], undefined, name);
    }
  });

  it("ends with a Node stream that says no more than that it has ended, or failed", async () => {
    const run = await runProgram(`${HEAD}
      import { Readable } from "node:stream";
      const read = function () { this.push(null); };
      agent("silent", () => new Readable({ emitClose: false, read }))().resume();
      agent("open", () => new Readable({ autoDestroy: false, read }))().resume();
      const broken = agent("broken", () => new Readable({ emitClose: false, read() { this.destroy(new Error("no more")); } }))();
      broken.on("error", ({ message }) => console.log(message)).resume();
      process.on("uncaughtException", ({ message }) => console.log("uncaught", message));
      agent("unhandled", () => new Readable({ read() { this.destroy(new Error("nobody listens")); } }))().resume();
    `);
    assert.deepEqual(run.stdout.trim().split("\n"), ["no more", "uncaught nobody listens"], run.stderr);
    const failed = { silent: false, open: false, broken: true, unhandled: true };
    for (const [name, hasFailed] of Object.entries(failed)) {
      const span = spanNamed(run, `invoke_agent ${name}`);
      assert.deepEqual([span.failed, span.attributes[ATTR.unfinished]], [hasFailed, undefined], name);
    }
  });
});
