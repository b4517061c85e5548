import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import {
  isInference,
  type PreloadMode,
  type ProgramRun,
  type ProgramType,
  pushedValue,
  runProgram,
  SDKS_DIRECTORY,
} from "../process/run-program.ts";
import { type ModelDouble, startModelDouble } from "./ai-sdk-model.ts";

const preamble = (type: ProgramType): string => `
${
  type === "module"
    ? `import * as agents from "@openai/agents"; import OpenAI from "openai"; import { z } from "zod";`
    : `const agents = require("@openai/agents"); const OpenAI = require("openai").default; const { z } = require("zod");`
}
const { Agent, Runner, run, tool, withTrace, OpenAIChatCompletionsModel, OpenAIResponsesModel } = agents;
const client = new OpenAI({ baseURL: process.env.MODEL_URL, apiKey: "key", maxRetries: 0 });
const chat = (name) => new OpenAIChatCompletionsModel(client, name);
const said = "how warm is it, between us";
const fetchPage = async (path) => (await fetch(process.env.MODEL_URL + path)).text();
const weather = tool({ name: "weather", description: "the weather", parameters: z.object({ city: z.string() }), execute: async ({ city }) => city + ": " + await fetchPage("/" + city) });
const broken = tool({ name: "broken", description: "breaks", parameters: z.object({}), execute: async () => { throw new RangeError("it broke"); } });
const guide = new Agent({ name: "guide", model: chat("two-tools"), tools: [weather] });
const show = (label, value) => console.log(label, JSON.stringify(value));
const outcome = async (label, promise) => {
  try {
    const result = await promise;
    if (result.completed !== undefined) { for await (const _ of result); await result.completed; }
    show(label, [result.constructor.name, result.finalOutput, result.lastAgent?.name, result.newItems.map(({ type }) => type), result.interruptions.length, result.history.map(({ type, role, name }) => [type, role, name])]);
  } catch (error) {
    show(label, [error.constructor.name, error.message]);
  }
};
`;

const EVERYTHING = `
(async () => {
  await outcome("run", run(guide, said));
  await outcome("stream", run(guide, said, { stream: true }));
  await outcome("named", new Runner({ workflowName: "travel", groupId: "trip-1" }).run(guide, said));
  await outcome("broken", run(new Agent({ name: "clumsy", model: chat("broken-tool"), tools: [broken] }), said));
  const strict = tool({ name: "broken", description: "breaks", parameters: z.object({}), errorFunction: null, execute: async () => { throw new RangeError("it broke"); } });
  await outcome("strict", run(new Agent({ name: "strict", model: chat("broken-tool"), tools: [strict] }), said));
  const ask = guide.asTool({ toolName: "ask", toolDescription: "asks", parameters: z.object({ question: z.string() }) });
  await outcome("nested", run(new Agent({ name: "outer", model: chat("asks-agent"), tools: [ask] }), said));
  await outcome("handoff", run(new Agent({ name: "triage", model: chat("hands-over"), handoffs: [guide] }), said));
  await outcome("turns", run(guide, said, { maxTurns: 1 }));
  const tripwire = { name: "no-math", execute: async () => ({ outputInfo: {}, tripwireTriggered: true }) };
  await outcome("guardrail", run(new Agent({ name: "guarded", model: chat("plain"), inputGuardrails: [tripwire] }), said));
  await outcome("refused", run(new Agent({ name: "refused", model: chat("refusing") }), said));
  await outcome("refused stream", run(new Agent({ name: "refused-stream", model: chat("refusing") }), said, { stream: true }));
  await withTrace("two runs", async () => { await outcome("first", run(guide, said)); await outcome("second", run(guide, said)); });
  await Promise.all(["a", "b"].map((name) => run(new Agent({ name, model: chat("two-tools"), tools: [weather] }), said)));
})();
`;

function paths(spans: readonly ReceivedSpan[]): Record<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    if (span.parentSpanId === undefined) return span.name.replace("invoke_workflow Agent workflow", "run");
    const parent = byId.get(span.parentSpanId);
    return `${parent === undefined ? "(lost)" : path(parent)} / ${span.name}`;
  };
  const counts: Record<string, number> = {};
  for (const one of spans.map(path).toSorted()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

const times = (count: number, tree: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(tree).map(([path, each]) => [path, count * each]));

/** An agent that asks for the weather twice. */
const weatherAgent = (path: string): Record<string, number> => ({
  [path]: 1,
  [`${path} / chat two-tools`]: 2,
  [`${path} / execute_tool weather`]: 2,
  [`${path} / execute_tool weather / GET`]: 2,
});

const EXPECTED: Record<string, number> = {
  run: 12,
  ...times(3, weatherAgent("run / invoke_agent guide")),
  // The run that was stopped after one turn, and the one after a handoff, which sees a tool's answer and asks for none.
  "run / invoke_agent guide": 4,
  "run / invoke_agent guide / chat two-tools": 6,
  "run / invoke_agent guide / execute_tool weather": 6,
  "run / invoke_agent guide / execute_tool weather / GET": 6,
  "invoke_workflow travel": 1,
  ...weatherAgent("invoke_workflow travel / invoke_agent guide"),
  "run / invoke_agent clumsy": 1,
  "run / invoke_agent clumsy / chat broken-tool": 2,
  "run / invoke_agent clumsy / execute_tool broken": 1,
  "run / invoke_agent strict": 1,
  "run / invoke_agent strict / chat broken-tool": 1,
  "run / invoke_agent strict / execute_tool broken": 1,
  "run / invoke_agent outer": 1,
  "run / invoke_agent outer / chat asks-agent": 2,
  "run / invoke_agent outer / execute_tool ask": 1,
  ...weatherAgent("run / invoke_agent outer / execute_tool ask / invoke_agent guide"),
  "run / invoke_agent triage": 1,
  "run / invoke_agent triage / chat hands-over": 1,
  "run / invoke_agent triage / handoff guide": 1,
  "run / invoke_agent guarded": 1,
  "run / invoke_agent guarded / guardrail no-math": 1,
  "run / invoke_agent refused": 1,
  "run / invoke_agent refused / chat refusing": 1,
  "run / invoke_agent refused-stream": 1,
  "run / invoke_agent refused-stream / chat refusing": 1,
  "invoke_workflow two runs": 1,
  ...times(2, weatherAgent("invoke_workflow two runs / invoke_agent guide")),
  ...weatherAgent("run / invoke_agent a"),
  ...weatherAgent("run / invoke_agent b"),
};

describe("the OpenAI Agents SDK", () => {
  let model: ModelDouble;
  before(async () => {
    model = await startModelDouble();
  });
  after(() => model[Symbol.asyncDispose]());
  type Options = {
    readonly type?: ProgramType;
    readonly mode?: PreloadMode;
    readonly env?: Readonly<Record<string, string>>;
  };
  /** Without a key for it, the framework sends its traces nowhere, which it says once. */
  const QUIET = /^(?:No API key provided for OpenAI tracing exporter\. Exports will be skipped\n)?$/;
  const observe = async (source: string, options: Options = {}): Promise<ProgramRun> => {
    const { type = "module", mode = "require", env = {} } = options;
    const ran = await runProgram(preamble(type) + source, {
      directory: SDKS_DIRECTORY,
      type,
      mode,
      env: { MODEL_URL: model.url, NODE_NO_WARNINGS: "1", ...env },
    });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, QUIET);
    return ran;
  };
  const named = (spans: readonly ReceivedSpan[], name: string, agent?: string): ReceivedSpan => {
    const span = spans.find(
      (one) => one.name === name && (agent === undefined || one.attributes[ATTR.agentName] === agent),
    );
    assert.ok(span !== undefined, `there is a span ${name}`);
    return span;
  };

  /** Tracing can be off in three ways; what is observed does not depend on it. */
  const SWITCHES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "is traced": {},
    "has tracing disabled": { OPENAI_AGENTS_DISABLE_TRACING: "1" },
    "runs as a test": { NODE_ENV: "test" },
  };
  for (const [how, env] of Object.entries(SWITCHES)) {
    it(`has workflows, agents, tools, handoffs and guardrails where it ${how}, and the program sees no difference`, async () => {
      const bare = await observe(EVERYTHING, { mode: "none", env });
      const observed = await observe(EVERYTHING, { env });
      assert.equal(observed.stdout, bare.stdout);
      const { spans, points } = observed;
      assert.deepEqual(paths(spans), Object.fromEntries(Object.entries(EXPECTED).toSorted()));
      assert.equal(pushedValue(points, "llm_requests_total", { agent: "triage" }), 1);
      assert.equal(pushedValue(points, "agent_tool_calls_total", { agent: "outer", tool: "ask", status: "ok" }), 1);
      assert.equal(pushedValue(points, "workflow_executions_total", { workflow: "travel", status: "ok" }), 1);
      assert.equal(pushedValue(points, "agent_requests_total", { agent: "guarded", status: "error" }), 1);

      const handoff = named(spans, "handoff guide");
      assert.equal(handoff.attributes[ATTR.handoffFrom], "triage");
      assert.equal(handoff.attributes[ATTR.handoffTo], "guide");
      const handed = spans.filter(({ attributes }) => attributes[ATTR.handoffFrom] === "triage");
      assert.deepEqual(handed.map(({ name }) => name).toSorted(), ["handoff guide", "invoke_agent guide"]);
      assert.equal(named(spans, "invoke_workflow travel").attributes[ATTR.conversationId], "trip-1");
      assert.equal(named(spans, "guardrail no-math").attributes[ATTR.guardrailTriggered], true);
      assert.equal(named(spans, "invoke_agent guarded").attributes[ATTR.errorType], "InputGuardrailTripwireTriggered");
      const tool = named(spans, "execute_tool weather");
      assert.match(String(tool.attributes[ATTR.toolCallId]), /^call_/);
      assert.equal(tool.attributes[ATTR.toolArguments], undefined);
      for (const agent of ["clumsy", "strict"]) {
        const failed = named(spans, "execute_tool broken", agent);
        assert.equal(failed.failed, true);
        assert.equal(failed.attributes[ATTR.errorCategory], "tool");
      }
      const stopped = spans.filter(({ attributes }) => attributes[ATTR.errorType] === "MaxTurnsExceededError");
      assert.deepEqual(stopped.map(({ name }) => name).toSorted(), [
        "invoke_agent guide",
        "invoke_workflow Agent workflow",
      ]);
      assert.equal(spans.filter(({ name, failed }) => name === "invoke_workflow Agent workflow" && failed).length, 5);
      assert.equal(
        spans.some(({ attributes }) => attributes[ATTR.unfinished] !== undefined),
        false,
      );
      assert.equal(JSON.stringify(spans).includes("between us"), false, "nothing that was said leaves");
    });
  }

  for (const type of ["commonjs", "module"] as const) {
    for (const mode of ["require", "import", "NODE_OPTIONS"] as const) {
      it(`is seen in a program of type ${type} preloaded by ${mode}`, async () => {
        const { spans } = await observe(`outcome("run", run(guide, said));`, { type, mode });
        assert.deepEqual(paths(spans), { run: 1, ...weatherAgent("run / invoke_agent guide") });
      });
    }
  }

  it("has one span for each call of the Responses API, streamed or not", async () => {
    const source = `
      const agent = new Agent({ name: "responder", model: new OpenAIResponsesModel(client, "two-tools"), tools: [weather] });
      await outcome("run", run(agent, said));
      await outcome("stream", run(agent, said, { stream: true }));`;
    const bare = await observe(source, { mode: "none" });
    const observed = await observe(source);
    assert.equal(observed.stdout, bare.stdout);
    assert.deepEqual(paths(observed.spans), times(2, { run: 1, ...weatherAgent("run / invoke_agent responder") }));
    assert.equal(pushedValue(observed.points, "llm_tokens_total", { agent: "responder", type: "input" }), 44);
  });

  it("leaves nothing open of streams that nobody reads to their end, and of runs that are aborted", async () => {
    const { spans } = await observe(`
      const left = await run(guide, said, { stream: true });
      for await (const _ of left) break;
      await left.completed.catch(() => {});
      const aborting = new AbortController();
      const endless = await run(new Agent({ name: "endless", model: chat("endless") }), said, { stream: true, signal: aborting.signal });
      for await (const { type, data } of endless) if (type === "raw_model_stream_event" && data.type === "output_text_delta") aborting.abort();
      await endless.completed.catch(() => {});
      const hanging = { getResponse: () => new Promise((_, reject) => { setImmediate(() => reject(new DOMException("enough", "AbortError"))); }) };
      await outcome("hanging", run(new Agent({ name: "hanging", model: hanging }), said));
      await agents.withTrace("custom", () => agents.withCustomSpan(() => fetchPage("/x"), { data: { name: "step" } }));`);
    assert.equal(
      spans.some(({ attributes }) => attributes[ATTR.unfinished] !== undefined),
      false,
    );
    const found = paths(spans);
    assert.equal(found["run"], 3);
    assert.equal(found["invoke_workflow custom / step / GET"], 1);
    assert.equal(named(spans, "invoke_agent endless").failed, false);
    assert.equal(named(spans, "invoke_agent hanging").attributes[ATTR.errorCategory], "cancelled");
  });

  it("is seen where a runner is not to trace", async () => {
    const { spans } = await observe(`
      const runner = new Runner({ tracingDisabled: true });
      await outcome("run", runner.run(guide, said));
      const ask = guide.asTool({ toolName: "ask", toolDescription: "asks", parameters: z.object({ question: z.string() }) });
      await outcome("nested", runner.run(new Agent({ name: "outer", model: chat("asks-agent"), tools: [ask] }), said));
      await outcome("broken", runner.run(new Agent({ name: "clumsy", model: chat("broken-tool"), tools: [broken] }), said));`);
    assert.deepEqual(
      paths(spans),
      Object.fromEntries(
        Object.entries({
          run: 3,
          ...weatherAgent("run / invoke_agent guide"),
          "run / invoke_agent outer": 1,
          "run / invoke_agent outer / chat asks-agent": 2,
          "run / invoke_agent outer / execute_tool ask": 1,
          ...weatherAgent("run / invoke_agent outer / execute_tool ask / invoke_agent guide"),
          "run / invoke_agent clumsy": 1,
          "run / invoke_agent clumsy / chat broken-tool": 2,
          "run / invoke_agent clumsy / execute_tool broken": 1,
        }).toSorted(),
      ),
    );
    assert.match(String(named(spans, "execute_tool weather").attributes[ATTR.toolCallId]), /^call_/);
  });

  it("keeps the program's own trace processors, and tells them what it would tell them anyway", async () => {
    const source = `
      const told = [];
      const processor = { onTraceStart: async (trace) => void told.push(["trace", trace.name]), onTraceEnd: async () => void told.push(["end"]), onSpanStart: async () => {}, onSpanEnd: async (span) => void told.push([span.spanData.type, span.error !== null]), forceFlush: async () => {}, shutdown: async () => {} };
      agents.setTraceProcessors([processor]);
      await outcome("run", run(guide, said));
      await outcome("handoff", run(new Agent({ name: "triage", model: chat("hands-over"), handoffs: [guide] }), said));
      show("told", told);`;
    const bare = await observe(source, { mode: "none" });
    const observed = await observe(source);
    assert.equal(observed.stdout, bare.stdout);
    assert.equal(observed.spans.filter(({ name }) => name === "invoke_agent guide").length, 2);
  });

  it("has what tools were asked and answered only where content is captured and the program does not keep it out", async () => {
    const { spans } = await observe(
      `await outcome("open", run(guide, said));
       await outcome("shy", new Runner({ traceIncludeSensitiveData: false }).run(new Agent({ name: "shy", model: chat("two-tools"), tools: [weather] }), said));`,
      { env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } },
    );
    const toolsOf = (agent: string): ReceivedSpan[] =>
      spans.filter(({ name, attributes }) => name === "execute_tool weather" && attributes[ATTR.agentName] === agent);
    assert.deepEqual(
      toolsOf("guide")
        .map(({ attributes }) => [attributes[ATTR.toolArguments], attributes[ATTR.toolResult]])
        .toSorted(),
      [
        [`{"city":"Paris"}`, "Paris: a page"],
        [`{"city":"Rome"}`, "Rome: a page"],
      ],
    );
    assert.equal(toolsOf("shy").length, 2);
    for (const { attributes } of toolsOf("shy")) {
      assert.equal(attributes[ATTR.toolArguments], undefined);
      assert.equal(attributes[ATTR.toolResult], undefined);
    }
  });

  it("ends what waits for a person's approval, and goes on in a span of its own after it", async () => {
    const { stdout, spans } = await observe(`
      const careful = tool({ name: "weather", description: "the weather", parameters: z.object({ city: z.string() }), needsApproval: true, execute: async ({ city }) => city });
      const agent = new Agent({ name: "careful", model: chat("two-tools"), tools: [careful] });
      const waiting = await run(agent, said);
      show("waits", waiting.interruptions.length);
      for (const one of waiting.interruptions) waiting.state.approve(one);
      show("done", (await run(agent, waiting.state)).finalOutput);
      const again = await run(agent, said);
      const restored = await agents.RunState.fromString(agent, again.state.toString());
      for (const one of restored.getInterruptions()) restored.approve(one);
      show("restored", (await run(agent, restored)).finalOutput);`);
    assert.equal(stdout, `waits 2\ndone "answer of two-tools"\nrestored "answer of two-tools"\n`);
    assert.equal(
      spans.some(({ attributes }) => attributes[ATTR.unfinished] !== undefined),
      false,
    );
    assert.equal(spans.filter(({ name }) => name === "execute_tool weather").length, 4);
    assert.equal(spans.filter(isInference).length, 4);
    assert.equal(JSON.stringify(paths(spans)).includes("(lost)"), false);
  });

  it("describes a call to a model that does not show on the wire", async () => {
    const { spans } = await observe(`
      const local = {
        getResponse: () => agents.withGenerationSpan(async (span) => {
          span.spanData.model = "local";
          span.spanData.usage = { input_tokens: 3, output_tokens: 4 };
          return { usage: new agents.Usage({ inputTokens: 3, outputTokens: 4, totalTokens: 7, requests: 1 }), output: [{ type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "hello" }] }] };
        }),
        getStreamedResponse: async function* () {},
      };
      await outcome("run", run(new Agent({ name: "local", model: local }), said));`);
    const call = named(spans, "chat local");
    assert.equal(call.attributes[ATTR.inputTokens], 3);
    assert.equal(call.attributes[ATTR.outputTokens], 4);
    assert.deepEqual(paths(spans), {
      run: 1,
      "run / invoke_agent local": 1,
      "run / invoke_agent local / chat local": 1,
    });
  });

  it("has spans of the program's own below the tool that makes them, and is the current span there", async () => {
    const { spans, stdout } = await observe(`
      import { tool as traced } from "agent-observatory";
      import { trace } from "@opentelemetry/api";
      const inner = traced("inner", () => 1);
      const outer = tool({ name: "weather", description: "x", parameters: z.object({ city: z.string() }), execute: async () => { inner(); return trace.getActiveSpan().spanContext().spanId; } });
      const result = await run(new Agent({ name: "traced", model: chat("two-tools"), tools: [outer] }), said);
      show("ids", result.newItems.filter(({ type }) => type === "tool_call_output_item").map(({ output }) => output).toSorted());`);
    assert.equal(paths(spans)["run / invoke_agent traced / execute_tool weather / execute_tool inner"], 2);
    const ids = spans.filter(({ name }) => name === "execute_tool weather").map(({ spanId }) => spanId);
    assert.equal(stdout, `ids ${JSON.stringify(ids.toSorted())}\n`);
  });

  it("keeps nothing of runs that are over", async () => {
    const { stdout } = await observe(
      `
      const { setImmediate: turn } = await import("node:timers/promises");
      const answer = (content) => ({ usage: new agents.Usage({ requests: 1 }), output: [content] });
      const once = async (at) => {
        const script = [
          answer({ type: "function_call", callId: "call_" + at, name: "weather", arguments: "{}", status: "completed" }),
          answer({ type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "done" }] }),
        ];
        const fresh = tool({ name: "weather", description: "number " + at, parameters: z.object({}), execute: async () => "x".repeat(2000) + at });
        await run(new Agent({ name: "many", model: { getResponse: async () => script.shift() }, tools: [fresh] }), said);
      };
      const heap = async () => { for (let at = 0; at < 5; at += 1) { globalThis.gc(); await turn(); } return process.memoryUsage().heapUsed; };
      for (let at = 0; at < 1000; at += 1) await once(at);
      const before = await heap();
      for (let at = 0; at < 2000; at += 1) await once(at);
      console.log(Math.round(((await heap()) - before) / 1024));`,
      { env: { NODE_OPTIONS: "--expose-gc", TRACING_SAMPLE_RATE: "0", OPENAI_AGENTS_DISABLE_TRACING: "1" } },
    );
    assert.ok(Number(stdout) < 2000, `the heap grew by ${stdout.trim()} kB over 2000 runs with 2 kB of ballast each`);
  });
});
