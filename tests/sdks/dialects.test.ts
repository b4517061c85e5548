import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLlmDouble, type Reply } from "../../examples/support/llm-double.ts";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { isInference, type ProgramRun, pushedValue, type RunOptions, runProgram } from "../process/run-program.ts";

/** Instrumentations of OpenAI's SDK by others, and how a program puts them to work on the SDK that they know. */
const INSTRUMENTATIONS = {
  OpenLLMetry: {
    scope: "@traceloop/instrumentation-openai",
    setUp: `const { OpenAIInstrumentation } = require("@traceloop/instrumentation-openai");
      const { OpenAI } = require("openai-6");
      new OpenAIInstrumentation().manuallyInstrument(OpenAI);`,
  },
  OpenInference: {
    scope: "@arizeai/openinference-instrumentation-openai",
    setUp: `const { OpenAIInstrumentation } = require("@arizeai/openinference-instrumentation-openai");
      const OpenAI = require("openai-6");
      new OpenAIInstrumentation().manuallyInstrument(OpenAI);`,
  },
  "OpenTelemetry's own": {
    scope: "@opentelemetry/instrumentation-openai",
    setUp: `const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
      const OpenAI = require("openai-6");
      const instrumentation = new OpenAIInstrumentation();
      instrumentation.setMeterProvider(require("@opentelemetry/api").metrics.getMeterProvider());
      for (const definition of instrumentation.init()) definition.patch(OpenAI);`,
  },
} as const;

const CALLS = `
  const { createRequire } = await import("node:module");
  const require = createRequire(import.meta.url);
  SET_UP
  const openai = new (OpenAI.OpenAI ?? OpenAI)({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 2 });
  const messages = (content) => [{ role: "system", content: "Be brief." }, { role: "user", content }];
  const plain = await openai.chat.completions.create({ model: "gpt-4o", messages: messages("plain") });
  let streamed = "";
  for await (const chunk of await openai.chat.completions.create({
    model: "gpt-4o-mini", messages: messages("streamed"), stream: true, stream_options: { include_usage: true },
  })) streamed += chunk.choices[0]?.delta?.content ?? "";
  const retried = await openai.chat.completions.create({ model: "gpt-4.1", messages: messages("retried") });
  const refused = await openai.chat.completions.create({ model: "gpt-4.1-mini", messages: messages("refused") }).catch((error) => error.status);
  console.log(JSON.stringify([plain.choices[0].message.content, streamed, retried.choices[0].message.content, refused]));
`;

async function run(setUp: string, options: RunOptions = {}): Promise<ProgramRun> {
  let retries = 0;
  const respond = ({ model }: { readonly model: string }): Reply | undefined => {
    if (model === "gpt-4.1-mini") return { status: 400 } as Reply;
    if (model === "gpt-4.1" && retries++ === 0) return { status: 429 } as Reply;
    return undefined;
  };
  await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
  return await runProgram(CALLS.replace("SET_UP", setUp), {
    directory: import.meta.dirname,
    conventions: false,
    ...options,
    env: { BASE: double.url, ...options.env },
  });
}

const byModel = (spans: readonly ReceivedSpan[], model: string): ReceivedSpan[] =>
  spans.filter((span) => isInference(span) && span.attributes[ATTR.requestModel] === model);

describe("the same call, seen by us and by an instrumentation of others", () => {
  for (const [name, { scope, setUp }] of Object.entries(INSTRUMENTATIONS)) {
    it(`is one span, theirs, with what the wire tells, and counted once: ${name}`, async () => {
      const [plain, observed] = await Promise.all([run(setUp, { mode: "none" }), run(setUp)]);
      assert.equal(observed.stderr, plain.stderr);
      assert.equal(observed.stdout, plain.stdout);
      const calls = observed.spans.filter(isInference);
      for (const model of ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini"]) {
        const [call, ...others] = byModel(calls, model);
        assert.ok(call !== undefined, model);
        assert.deepEqual(others, [], model);
        assert.equal(call.scope, scope);
        assert.equal(call.name, `chat ${model}`);
        assert.equal(call.attributes[ATTR.provider], "openai");
        const failed = model === "gpt-4.1-mini";
        assert.equal(call.failed, failed, model);
        assert.equal(call.attributes[ATTR.httpStatus], failed ? 400 : 200, model);
        assert.equal(call.attributes[ATTR.retryCount], model === "gpt-4.1" ? 1 : undefined, model);
        assert.equal(typeof call.attributes[ATTR.inputTokens], failed ? "undefined" : "number", model);
        assert.equal(typeof call.attributes[ATTR.costUsd], failed ? "undefined" : "number", model);
        const status = failed ? "error" : "ok";
        assert.equal(pushedValue(observed.points, "llm_requests_total", { model, status }), 1, model);
        assert.equal(
          pushedValue(observed.points, "llm_tokens_total", { model, type: "input" }),
          call.attributes[ATTR.inputTokens],
          model,
        );
      }
      assert.equal(pushedValue(observed.points, "llm_requests_active"), 0);
      assert.doesNotMatch(JSON.stringify(observed.spans), /Be brief|You said/);
    });

    it(`brings what was said in canonical form, where that is wanted: ${name}`, async () => {
      const { spans } = await run(setUp, { env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } });
      const [call] = byModel(spans, "gpt-4o");
      assert.deepEqual(JSON.parse(String(call?.attributes[ATTR.outputMessages]))[0].parts, [
        { type: "text", content: "You said: plain" },
      ]);
      assert.match(String(call?.attributes[ATTR.inputMessages]), /"type":"text","content":"plain"/);
      const left = Object.keys(call?.attributes ?? {}).filter((key) =>
        /^(gen_ai\.(prompt|completion)|llm\.(input|output)_messages|input\.|output\.)/.test(key),
      );
      assert.deepEqual(left, []);
    });
  }
});
