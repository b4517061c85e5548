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
} from "../process/run-program.ts";
import { type ModelDouble, startModelDouble } from "./ai-sdk-model.ts";
import { EVERYTHING, preamble } from "./ai-sdk-programs.ts";
import { AI_SDK_VERSIONS, createVersionFolder, type VersionFolder } from "./ai-sdk-versions.ts";

/** Each span's name with those above it, root first, and how often it is there. */
function paths(spans: readonly ReceivedSpan[]): Record<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    if (span.parentSpanId === undefined) return span.name;
    const parent = byId.get(span.parentSpanId);
    return `${parent === undefined ? "(lost)" : path(parent)} / ${span.name}`;
  };
  const counts: Record<string, number> = {};
  for (const one of spans.map(path).toSorted()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

const tree = (
  root: string,
  model: string,
  calls: number,
  tools: Record<string, number> = {},
): Record<string, number> => ({
  [root]: 1,
  [`${root} / chat ${model}`]: calls,
  ...Object.fromEntries(Object.entries(tools).map(([path, count]) => [`${root} / ${path}`, count])),
});
const WEATHER_TWICE = { "execute_tool weather": 2, "execute_tool weather / GET": 2 };

/** What comes of EVERYTHING, in every version. */
const EXPECTED: Record<string, number> = {
  "chat plain": 1,
  ...tree("ai.generateText", "two-tools", 2, WEATHER_TWICE),
  ...tree("invoke_agent travel", "two-tools", 2, WEATHER_TWICE),
  ...tree("invoke_agent clumsy", "broken-tool", 2, { "execute_tool broken": 1 }),
  ...tree("invoke_agent clumsy-stream", "broken-tool", 2, { "execute_tool broken": 1 }),
  ...tree("invoke_agent refused", "refusing", 1),
  ...tree("invoke_agent refused-stream", "refusing", 1),
  ...tree("invoke_agent patient", "flaky", 3),
  ...tree("invoke_agent repaired", "misspelled-tool", 2, {
    "execute_tool weather": 1,
    "execute_tool weather / GET": 1,
  }),
  ...tree("invoke_agent unrepaired", "misspelled-tool", 2),
  "chat json": 2,
  "embeddings small": 2,
  ...tree("invoke_agent guide", "two-tools", 4, { "execute_tool weather": 4, "execute_tool weather / GET": 4 }),
  "invoke_agent guide": 2,
  ...tree("invoke_agent Researcher", "asks-agent", 2, {
    "execute_tool ask": 1,
    ...Object.fromEntries(Object.entries(tree("execute_tool ask / invoke_agent guide", "two-tools", 2, WEATHER_TWICE))),
  }),
  ...tree("invoke_agent interrupted", "endless", 1),
  ...tree("invoke_agent chatting", "two-tools", 2, WEATHER_TWICE),
};

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const span = spans.find((one) => one.name === name);
  assert.ok(span !== undefined, `there is a span ${name}`);
  return span;
};

for (const version of AI_SDK_VERSIONS) {
  describe(`AI SDK ${version}`, () => {
    let folder: VersionFolder;
    let model: ModelDouble;
    before(async () => {
      folder = await createVersionFolder(version);
      model = await startModelDouble();
    });
    after(async () => {
      await folder[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    });
    type Options = {
      readonly type?: ProgramType;
      readonly mode?: PreloadMode;
      readonly env?: Readonly<Record<string, string>>;
    };
    const run = async (
      source: string,
      { type = "module", mode = "require", env = {} }: Options = {},
    ): Promise<ProgramRun> => {
      const ran = await runProgram(preamble(type) + source, {
        directory: folder.directory,
        type,
        mode,
        env: { MODEL_URL: model.url, NODE_NO_WARNINGS: "1", ...env },
      });
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(ran.stderr, "");
      return ran;
    };

    it("has a span for each agent and tool and one for each call to a model, and the program sees no difference", async () => {
      const bare = await run(EVERYTHING, { mode: "none" });
      const observed = await run(EVERYTHING);
      assert.equal(observed.stdout, bare.stdout);
      assert.deepEqual(paths(observed.spans), Object.fromEntries(Object.entries(EXPECTED).toSorted()));
      assert.equal(pushedValue(observed.points, "llm_requests_total", { agent: "travel" }), 2);
      assert.equal(
        pushedValue(observed.points, "agent_tool_calls_total", { agent: "travel", tool: "weather", status: "ok" }),
        2,
      );
      assert.equal(pushedValue(observed.points, "agent_requests_total", { agent: "guide", status: "ok" }), 3);

      const tool = named(observed.spans, "execute_tool weather");
      assert.match(String(tool.attributes[ATTR.toolCallId]), /^call_/);
      assert.equal(tool.attributes[ATTR.toolArguments], undefined);
      const broken = named(observed.spans, "execute_tool broken");
      assert.equal(broken.failed, true);
      assert.equal(broken.attributes[ATTR.errorType], "RangeError");
      assert.equal(broken.attributes[ATTR.errorCategory], "tool");
      assert.equal(named(observed.spans, "invoke_agent clumsy").failed, false);
      assert.equal(named(observed.spans, "invoke_agent refused").attributes[ATTR.errorType], "AI_APICallError");
      assert.equal(named(observed.spans, "invoke_agent refused-stream").failed, true);
      const interrupted = named(observed.spans, "invoke_agent interrupted");
      assert.equal(interrupted.failed, false);
      assert.equal(interrupted.attributes[ATTR.streamOutcome], "abandoned");
      const attempts = observed.spans
        .filter(({ name }) => name === "chat flaky")
        .map(({ attributes }) => attributes[ATTR.retryCount]);
      assert.deepEqual(attempts, [undefined, 1, 2]);
      assert.equal(JSON.stringify(observed.spans).includes("between us"), false, "nothing that was said leaves");
      for (const span of observed.spans) {
        if (isInference(span) && span.name !== "chat endless") continue;
        assert.equal(
          span.attributes[ATTR.inputTokens],
          undefined,
          `${span.name} has no tokens that would be counted again`,
        );
      }
    });

    for (const type of ["commonjs", "module"] as const) {
      for (const mode of ["require", "import", "NODE_OPTIONS"] as const) {
        it(`is seen in a program of type ${type} preloaded by ${mode}`, async () => {
          const { spans } = await run(
            `generateText({ model: chat("two-tools"), prompt, tools, stopWhen, ...named("travel") }).then(({ text }) => console.log(text));`,
            { type, mode },
          );
          assert.deepEqual(paths(spans), tree("invoke_agent travel", "two-tools", 2, WEATHER_TWICE));
        });
      }
    }

    it("has what tools were asked and answered only where content is captured and the program does not keep it out", async () => {
      const source = `
        await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, ...named("open") });
        await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, experimental_telemetry: { functionId: "shy", recordInputs: false, recordOutputs: false } });
        await read(streamText({ model: chat("two-tools"), prompt, tools, stopWhen, ...named("open-stream") }).textStream);`;
      const { spans } = await run(source, { env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } });
      const toolsOf = (agent: string): ReceivedSpan[] =>
        spans.filter(({ name, attributes }) => name === "execute_tool weather" && attributes[ATTR.agentName] === agent);
      for (const agent of ["open", "open-stream"]) {
        assert.deepEqual(
          toolsOf(agent)
            .map(({ attributes }) => attributes[ATTR.toolArguments])
            .toSorted(),
          [`{"city":"Paris"}`, `{"city":"Rome"}`],
        );
        assert.deepEqual(
          toolsOf(agent).map(({ attributes }) => JSON.parse(String(attributes[ATTR.toolResult])).celsius),
          [21, 21],
        );
      }
      assert.equal(toolsOf("shy").length, 2);
      for (const { attributes } of toolsOf("shy")) {
        assert.equal(attributes[ATTR.toolArguments], undefined);
        assert.equal(attributes[ATTR.toolResult], undefined);
      }
    });

    it("describes a call to a model that does not show on the wire", async () => {
      const { spans, points } = await run(`
        const mocks = await import("ai/test");
        const newest = Object.keys(mocks).filter((name) => /^MockLanguageModelV\\d$/.test(name)).toSorted().at(-1);
        const old = newest === "MockLanguageModelV2";
        const usage = old ? { inputTokens: 3, outputTokens: 4, totalTokens: 7 } : { inputTokens: { total: 3 }, outputTokens: { total: 4 } };
        const finishReason = old ? "stop" : { unified: "stop", raw: "stop" };
        const content = [{ type: "text", text: "hello" }];
        const model = (fails) => new mocks[newest]({ modelId: "local", provider: "mine.chat", doGenerate: async () => { if (fails) throw mine; return { content, finishReason, usage, warnings: [] }; } });
        show("said", (await generateText({ model: model(false), prompt })).text);
        show("threw", await generateText({ model: model(true), prompt }).catch((error) => error === mine));`);
      assert.deepEqual(paths(spans), { "chat local": 2 });
      assert.deepEqual(
        spans.map(({ failed }) => failed),
        [false, true],
      );
      assert.equal(spans[0]?.attributes[ATTR.inputTokens], 3);
      assert.equal(spans[0]?.attributes[ATTR.outputTokens], 4);
      assert.equal(pushedValue(points, "llm_requests_total", { model: "local", provider: "mine" }), 2);
    });

    const TRACED = `const on = { experimental_telemetry: { isEnabled: true, functionId: "travel", metadata: { sessionId: "session-1" } } };`;
    if (version < 7) {
      it("has nothing twice where the program has switched the AI SDK's own telemetry on", async () => {
        const { spans } = await run(`${TRACED}
          await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, ...on });
          await read(streamText({ model: chat("two-tools"), prompt, tools, stopWhen, ...on }).textStream);
          await embed({ model: openai.embedding("small"), value: "a", experimental_telemetry: { isEnabled: true } });`);
        const twice = Object.entries(tree("invoke_agent travel", "two-tools", 2, WEATHER_TWICE));
        assert.deepEqual(paths(spans), {
          "ai.embed": 1,
          "ai.embed / embeddings small": 1,
          ...Object.fromEntries(twice.map(([path, count]) => [path, 2 * count])),
        });
        assert.equal(named(spans, "invoke_agent travel").attributes[ATTR.sessionId], "session-1");
      });

      it("leaves an SDK of the program's own the spans that it had, and counts them once", async () => {
        const source = `${TRACED}
          const { NodeSDK, tracing } = await import("otel-sdk-node-2");
          const exporter = new tracing.InMemorySpanExporter();
          new NodeSDK({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)], instrumentations: [] }).start();
          await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, ...on });
          await read(streamText({ model: chat("two-tools"), prompt, tools, stopWhen, ...on }).textStream);
          show("theirs", exporter.getFinishedSpans().filter(({ name }) => name.startsWith("ai.")).map(({ name, attributes }) =>
            [name, Object.keys(attributes).filter((one) => one.startsWith("ai.")).sort()]).sort());`;
        const bare = await run(source, { mode: "none" });
        const { stdout, spans, points } = await run(source);
        assert.equal(stdout, bare.stdout);
        const count = (operation: string): number =>
          spans.filter(({ attributes }) => attributes[ATTR.operation] === operation).length;
        assert.deepEqual(
          { agents: count("invoke_agent"), tools: count("execute_tool"), calls: spans.filter(isInference).length },
          { agents: 2, tools: 4, calls: 4 },
        );
        assert.equal(pushedValue(points, "llm_requests_total", { agent: "travel", model: "two-tools" }), 4);
        assert.equal(pushedValue(points, "agent_tool_calls_total", { agent: "travel", tool: "weather" }), 4);
      });

      it("leaves a tracer of the program's own what it would be told, and says what its spans are", async () => {
        const source = `
          const told = [];
          const span = (name, attributes) => ({ name, attributes, spanContext: () => ({}), setAttribute() { return this; }, setAttributes() { return this; }, addEvent() { return this; }, setStatus() { return this; }, updateName() { return this; }, isRecording: () => true, recordException() {}, end() { told.push([name, attributes]); } });
          const tracer = { startSpan: (name, { attributes }) => span(name, attributes), startActiveSpan: (name, { attributes }, run) => run(span(name, attributes)) };
          await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, experimental_telemetry: { isEnabled: true, functionId: "travel", tracer } });
          show("names", told.map(([name]) => name));
          show("operations", told.map(([, attributes]) => attributes["gen_ai.operation.name"]));`;
        const bare = (await run(source, { mode: "none" })).stdout.split("\n");
        const observed = await run(source);
        const [names, operations] = observed.stdout.split("\n");
        assert.equal(names, bare[0]);
        assert.deepEqual(JSON.parse(operations?.replace("operations ", "") ?? ""), [
          null,
          "execute_tool",
          "execute_tool",
          null,
          "invoke_agent",
        ]);
        assert.deepEqual(observed.spans.map(({ name }) => name).toSorted(), [
          "GET",
          "GET",
          "chat two-tools",
          "chat two-tools",
        ]);
      });
    } else {
      it("has nothing twice where the program has registered @ai-sdk/otel", async () => {
        const { spans, points } = await run(`
          const { OpenTelemetry } = await import("@ai-sdk/otel");
          ai.registerTelemetry(new OpenTelemetry({ agentSpanName: "functionId" }));
          await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, telemetry: { functionId: "travel" } });
          await read(streamText({ model: chat("two-tools"), prompt, tools, stopWhen, telemetry: { functionId: "travel" } }).textStream);`);
        const count = (operation: string): number =>
          spans.filter(({ attributes }) => attributes[ATTR.operation] === operation).length;
        assert.deepEqual(
          { agents: count("invoke_agent"), tools: count("execute_tool"), calls: spans.filter(isInference).length },
          { agents: 2, tools: 4, calls: 4 },
        );
        assert.equal(pushedValue(points, "llm_requests_total", { model: "two-tools" }), 4);
      });

      it("keeps the program's integrations, and tells them what it would tell them anyway", async () => {
        const source = `
          const told = [];
          const tell = (name) => ({ [name]: (event) => void told.push([name, event.functionId ?? null, Object.keys(event).sort()]) });
          const integration = Object.assign({ executeTool: async ({ execute }) => { told.push(["tool"]); return execute(); } }, ...["onStart", "onStepStart", "onStepEnd", "onToolExecutionStart", "onToolExecutionEnd", "onEnd", "onError"].map(tell));
          ai.registerTelemetry(integration);
          await generateText({ model: chat("two-tools"), prompt, tools, stopWhen, telemetry: { functionId: "travel" } });
          await read(streamText({ model: chat("two-tools"), prompt, tools, stopWhen, telemetry: { functionId: "travel" } }).textStream);
          show("told", told);
          show("registered", globalThis.AI_SDK_TELEMETRY_INTEGRATIONS.length);`;
        const bare = await run(source, { mode: "none" });
        const observed = await run(source);
        assert.equal(observed.stdout, bare.stdout);
        const twice = Object.entries(tree("invoke_agent travel", "two-tools", 2, WEATHER_TWICE));
        assert.deepEqual(paths(observed.spans), Object.fromEntries(twice.map(([path, count]) => [path, 2 * count])));
      });
    }

    it("keeps nothing of runs that are over", async () => {
      const source = `
        const { setImmediate: turn } = await import("node:timers/promises");
        const mocks = await import("ai/test");
        const newest = Object.keys(mocks).filter((name) => /^MockLanguageModelV\\d$/.test(name)).toSorted().at(-1);
        const old = newest === "MockLanguageModelV2";
        const usage = old ? { inputTokens: 3, outputTokens: 4, totalTokens: 7 } : { inputTokens: { total: 3 }, outputTokens: { total: 4 } };
        const reason = (name) => (old ? name : { unified: name, raw: name });
        const answers = (at) => [
          { content: [{ type: "tool-call", toolCallId: "call_" + at, toolName: "weather", input: "{}" }], finishReason: reason("tool-calls"), usage, warnings: [] },
          { content: [{ type: "text", text: "done" }], finishReason: reason("stop"), usage, warnings: [] },
        ];
        const once = async (at) => {
          const script = answers(at);
          const model = new mocks[newest]({ modelId: "local", provider: "mine", doGenerate: async () => script.shift() });
          const fresh = { weather: tool({ description: "number " + at, inputSchema: z.object({}), execute: async () => ({ at, ballast: "x".repeat(2000) }) }) };
          await generateText({ model, prompt, tools: fresh, stopWhen, ...named("many") });
        };
        const heap = async () => { for (let at = 0; at < 5; at += 1) { globalThis.gc(); await turn(); } return process.memoryUsage().heapUsed; };
        for (let at = 0; at < 1000; at += 1) await once(at);
        const before = await heap();
        for (let at = 0; at < 2000; at += 1) await once(at);
        console.log(Math.round(((await heap()) - before) / 1024));`;
      const { stdout } = await run(source, { env: { NODE_OPTIONS: "--expose-gc", TRACING_SAMPLE_RATE: "0" } });
      assert.ok(Number(stdout) < 2000, `the heap grew by ${stdout.trim()} kB over 2000 runs with 2 kB of ballast each`);
    });

    it("ends the agent of a stream that nobody reads to its end", async () => {
      const { stdout, spans } = await run(
        `
        const { setImmediate: turn } = await import("node:timers/promises");
        const once = async (at) => {
          const fresh = { weather: tool({ description: "number " + at, inputSchema: z.object({ city: z.string() }), execute: async () => at }) };
          const stream = streamText({ model: chat("two-tools"), prompt, tools: fresh, stopWhen, ...named("left") });
          for await (const _ of stream.fullStream) break;
        };
        for (let at = 0; at < 20; at += 1) await once(at);
        for (let at = 0; at < 50; at += 1) { globalThis.gc(); await turn(); }
        show("left", true);`,
        { env: { NODE_OPTIONS: "--expose-gc" } },
      );
      assert.equal(stdout, "left true\n");
      const left = spans.filter(({ name }) => name === "invoke_agent left");
      assert.equal(left.length, 20);
      const unfinished = left.filter(({ attributes }) => attributes[ATTR.unfinished] === true);
      assert.ok(unfinished.length <= 1, `${unfinished.length} of 20 were still open at the end`);
    });
  });
}
