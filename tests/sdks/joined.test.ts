import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, pushedValue } from "../process/run-program.ts";
import { type JoinedRun, runJoined, SCOPE, SDKS, type SdkLine, type TheirSpan } from "./joined-programs.ts";

const LINES = Object.keys(SDKS) as SdkLine[];

/** Before the program's SDK is registered, or after it. */
const ORDERS = ["before", "after"] as const;

/** What a back end can tell apart but for ids: names, scopes, attributes, and the names above. */
function shape(spans: readonly TheirSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return spans
    .filter(({ scope }) => scope !== SCOPE)
    .map(({ name, scope, parentSpanId, attributes }) => {
      const parent = parentSpanId === undefined ? "root" : (byId.get(parentSpanId)?.name ?? "elsewhere");
      return `${scope}/${name} below ${parent} ${JSON.stringify(attributes)}`;
    })
    .sort();
}

const WORK = `
  const early = trace.getTracer("early");
  const sdk = startSdk();
  await START;
  const late = trace.getTracer("late", "1.0");
  const said = await late.startActiveSpan("work", { attributes: { "app.step": 1 } }, async (span) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const inner = early.startSpan("inner");
    const said = await context.with(trace.setSpan(context.active(), inner), () => chat("hello"));
    inner.setStatus({ code: SpanStatusCode.ERROR, message: "mine" });
    inner.end();
    span.end();
    return said;
  });
  const alone = late.startSpan("alone");
  alone.end();
  const carrier = {};
  propagation.inject(trace.setSpan(context.active(), alone), carrier);
  await sdk.shutdown();
  tell({ said, current: trace.getSpan(context.active()) === undefined, carrier: Object.keys(carrier),
    provider: typeof trace.getTracerProvider().getDelegate().getTracer });
`;

async function work(line: SdkLine, order: (typeof ORDERS)[number], config?: string): Promise<[JoinedRun, JoinedRun]> {
  const given = { line, ...(config !== undefined && { config }) };
  const source = (start: string): string => WORK.replace("START", start);
  return Promise.all([
    runJoined(source("undefined"), { ...given, mode: "none" }),
    order === "before"
      ? runJoined(source("undefined"), given)
      : runJoined(source('import("agent-observatory/register")'), { ...given, mode: "none" }),
  ]);
}

describe("an OpenTelemetry SDK of the program", () => {
  for (const line of LINES) {
    for (const order of ORDERS) {
      it(`exports what it did without us, and ours beside it; we export all of it: ${line}, we start ${order} it`, async () => {
        const [plain, run] = await work(line, order);
        assert.equal(run.stderr, plain.stderr);
        assert.deepEqual(run.result, plain.result);
        assert.equal(shape(plain.theirs).length, 3);
        assert.deepEqual(shape(run.theirs), shape(plain.theirs));

        const theirCalls = run.theirs.filter(({ scope }) => scope === SCOPE);
        assert.deepEqual(
          theirCalls.map(({ name }) => name),
          ["chat gpt-4o"],
        );
        // What only later SDKs ask for as a span ends.
        if (line !== "1.x") assert.equal(typeof theirCalls[0]?.attributes[ATTR.costUsd], "number");

        const ids = ({ traceId, spanId, parentSpanId }: TheirSpan): string => [traceId, spanId, parentSpanId].join();
        assert.deepEqual(run.spans.map((span) => ids(span as TheirSpan)).sort(), run.theirs.map(ids).sort());
        const [call] = callsOf(run.spans, "gpt-4o");
        assert.equal(call?.parentSpanId, run.spans.find(({ name }) => name === "inner")?.spanId);
        assert.equal(typeof call?.attributes[ATTR.costUsd], "number");
        for (const span of run.spans) assert.equal(span.resource["service.name"], "program");
        assert.equal(pushedValue(run.points, "llm_requests_total"), 1);
      });
    }

    it(`keeps its sampler; what that leaves out is still observed and counted by us: ${line}`, async () => {
      const never = `{ sampler: { shouldSample: () => ({ decision: 0 }), toString: () => "never" } }`;
      const [plain, run] = await work(line, "before", never);
      assert.equal(run.stderr, plain.stderr);
      assert.deepEqual(run.theirs, []);
      // The tracer of one of them was there before the SDK, and is ours.
      assert.deepEqual(run.spans.map(({ name }) => name).sort(), ["chat gpt-4o", "inner"]);
      assert.equal(pushedValue(run.points, "llm_requests_total"), 1);
    });
  }

  it("leaves wrapped agents and tools to us as well, in one tree, sampled or not", async () => {
    const source = `
      const { agent, tool } = await import("agent-observatory");
      const sdk = startSdk();
      const look = tool("look", async () => await chat("hello"));
      await agent("scout", async () => await look())();
      await sdk.shutdown();
      tell("done");`;
    for (const decision of [0, 2]) {
      const config = `{ sampler: { shouldSample: () => ({ decision: ${decision} }), toString: () => "test" } }`;
      const run = await runJoined(source, { line: "2.x", config });
      const names = ["chat gpt-4o", "execute_tool look", "invoke_agent scout"];
      assert.deepEqual(run.theirs.map(({ name }) => name).sort(), decision === 0 ? [] : names);
      const [call, tool, agent] = names.map((name) => run.spans.find((span) => span.name === name));
      assert.equal(call?.parentSpanId, tool?.spanId);
      assert.equal(tool?.parentSpanId, agent?.spanId);
      assert.ok(agent !== undefined && agent.parentSpanId === undefined);
      assert.equal(pushedValue(run.points, "agent_requests_total", { agent: "scout" }), 1);
      assert.equal(pushedValue(run.points, "llm_requests_total", { agent: "scout" }), 1);
    }
  });

  it("may come, go and come again", async () => {
    const source = `
      const rounds = [];
      for (let round = 0; round < 3; round += 1) {
        const sdk = startSdk();
        await trace.getTracer("mine").startActiveSpan("round " + round, async (span) => { await chat("hello"); span.end(); });
        rounds.push(trace.setGlobalTracerProvider({ getTracer: () => { throw new Error("never asked"); } }));
        await sdk.shutdown();
        for (const api of [trace, context, propagation]) api.disable();
        trace.getTracer("mine").startActiveSpan("between " + round, (span) => span.end());
        await chat("nobody's");
      }
      tell(rounds);`;
    const [plain, run] = await Promise.all([
      runJoined(source, { line: "3.x", mode: "none" }),
      runJoined(source, { line: "3.x" }),
    ]);
    assert.equal(run.stderr, plain.stderr);
    assert.deepEqual(run.result, [false, false, false]);
    assert.deepEqual(run.result, plain.result);
    assert.deepEqual(shape(run.theirs), shape(plain.theirs));
    const names = run.spans.map(({ name }) => name);
    for (const round of [0, 1, 2]) {
      assert.equal(names.filter((name) => name === `round ${round}`).length, 1);
      assert.equal(names.filter((name) => name === `between ${round}`).length, 1);
    }
    assert.equal(callsOf(run.spans, "gpt-4o").length, 6);
    assert.equal(pushedValue(run.points, "llm_requests_total"), 6);
  });

  it("carries the context into handlers of servers, and the contexts of frameworks are still found", async () => {
    const run = await runJoined(
      `const http = require("node:http");
       const { StateGraph, START, END, Annotation } = await import("@langchain/langgraph");
       const sdk = startSdk();
       const State = Annotation.Root({ said: Annotation() });
       const graph = new StateGraph(State)
         .addNode("ask", async () => ({ said: await chat("hello") }))
         .addEdge(START, "ask").addEdge("ask", END).compile({ name: "asking" });
       const server = http.createServer(async (request, response) => {
         await new Promise((resolve) => setTimeout(resolve, 1));
         await trace.getTracer("mine").startActiveSpan("handler" + request.url.slice(1), async (span) => {
           const { said } = await graph.invoke({ said: "" });
           span.end();
           response.end(said);
         });
       });
       await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
       const url = "http://127.0.0.1:" + server.address().port + "/";
       const said = await Promise.all(["1", "2"].map(async (path) => await (await fetch(url + path)).text()));
       server.close();
       server.closeAllConnections();
       await sdk.shutdown();
       tell(said);`,
      { line: "3.x" },
    );
    assert.equal(run.stderr, "");
    assert.deepEqual(run.result, ["You said: hello", "You said: hello"]);
    const byId = new Map(run.spans.map((span) => [span.spanId, span]));
    const pathOf = (id: string | undefined): string[] => {
      const span = byId.get(String(id));
      return span === undefined ? [] : [...pathOf(span.parentSpanId), span.name];
    };
    assert.deepEqual(
      callsOf(run.spans, "gpt-4o")
        .map(({ spanId }) => pathOf(spanId).join(" / "))
        .sort(),
      [1, 2].map((n) => `GET / GET / handler${n} / invoke_workflow asking / execute_node ask / chat gpt-4o`),
    );
    assert.deepEqual(run.spans.map(({ spanId }) => spanId).sort(), run.theirs.map(({ spanId }) => spanId).sort());
  });

  it("may be what it found there, or a wrapper of that", async () => {
    const run = await runJoined(
      `trace.setGlobalTracerProvider(trace.getTracerProvider());
       trace.getTracer("mine").startActiveSpan("found", (span) => span.end());
       trace.disable();
       const found = trace.getTracerProvider();
       trace.setGlobalTracerProvider({ getTracer: (...given) => found.getTracer(...given), getDelegate: () => found });
       const manager = context._getContextManager();
       context.disable();
       const seen = [];
       context.setGlobalContextManager({
         active: () => manager.active(),
         with: (...given) => (seen.push("with"), manager.with(...given)),
         bind: (...given) => manager.bind(...given),
         enable: () => {},
         disable: () => {},
       });
       await trace.getTracer("mine").startActiveSpan("wrapped", async (span) => { await chat("hello"); span.end(); });
       tell(seen.length > 0);`,
      { line: "3.x" },
    );
    assert.equal(run.stderr, "");
    assert.equal(run.result, true);
    assert.deepEqual(run.spans.map(({ name }) => name).sort(), ["chat gpt-4o", "found", "wrapped"]);
    const [call] = callsOf(run.spans, "gpt-4o");
    assert.equal(call?.parentSpanId, run.spans.find(({ name }) => name === "wrapped")?.spanId);
  });

  it("that is shut down leaves us at work", async () => {
    const run = await runJoined(
      `const sdk = startSdk();
       await sdk.shutdown();
       trace.getTracer("mine").startActiveSpan("after", (span) => span.end());
       await chat("hello");
       tell("done");`,
      { line: "2.x" },
    );
    assert.deepEqual(run.spans.map(({ name }) => name).sort(), ["after", "chat gpt-4o"]);
  });

  it("with no provider behind the API leaves the program's spans to us, also those of copies of the API in other versions", async () => {
    const run = await runJoined(
      `const old = createRequire(new URL("../node_modules/ai-5/package.json", import.meta.url))("@opentelemetry/api");
       old.trace.getTracer("old").startActiveSpan("old", (span) => {
         trace.getTracer("new").startActiveSpan("new", (inner) => inner.end());
         span.end();
       });
       const seen = [];
       const registered = old.trace.setGlobalTracerProvider({ getTracer: (name) => (seen.push(name), old.trace.wrapSpanContext) && { startSpan: () => old.trace.wrapSpanContext(old.INVALID_SPAN_CONTEXT) } });
       trace.getTracer("asked").startSpan("theirs");
       tell({ registered, seen: seen.includes("asked"), version: old !== trace });`,
      { line: "3.x" },
    );
    assert.deepEqual(run.result, { registered: true, seen: true, version: true });
    const [inner, outer] = ["new", "old"].map((name) => run.spans.find((span) => span.name === name));
    assert.ok(outer !== undefined && inner?.parentSpanId === outer.spanId);
  });
});
