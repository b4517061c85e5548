import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLlmDouble, failures, type LlmRequest, type Reply } from "../../examples/support/llm-double.ts";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, isInference, type PreloadMode, type ProgramType, runProgram } from "./run-program.ts";

const usage = { inputTokens: 120, outputTokens: 30, cachedTokens: 64, reasoningTokens: 8 };

/** Programs name their calls by the model, which is what the spans are told apart by. */
function respond(request: LlmRequest): Reply {
  if (request.model === "limited" && request.occurrence === 1) return failures.rateLimited(0.01);
  if (request.model === "filtered") return failures.contentFiltered();
  if (request.model === "broken") return failures.serverError();
  if (request.model === "tools") return { toolCalls: [{ name: "weather", arguments: { city: "Graz" } }], usage };
  return { usage, chunks: 4 };
}

const HEAD: Readonly<Record<ProgramType, string>> = {
  module: 'import OpenAI from "openai";',
  commonjs: 'const { OpenAI } = require("openai");',
};

async function runAgainstDouble(
  type: ProgramType,
  mode: PreloadMode,
  body: string,
  respondTo: (request: LlmRequest) => Reply | undefined = respond,
) {
  await using double = await createLlmDouble({ respond: respondTo, medianLatencyMs: 0 }).start();
  const source = `${HEAD[type]}
    const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "sk-not-a-real-key" });
    const ask = (model, more) => ({ model, messages: [{ role: "user", content: "What is new?" }], ...more });
    async function main() { ${body} }
    main();`;
  const run = await runProgram(source, { type, mode, env: { BASE: double.url } });
  return {
    ...run,
    wireCalls: double.stats().requests,
    served: [...double.requests],
    port: Number(new URL(double.url).port),
  };
}

const EVERY_API = `
  const chat = await openai.chat.completions.create(ask("gpt-4o", { temperature: 0.5, max_tokens: 100 }));
  console.log(chat.choices[0].message.content, chat.usage);
  const stream = await openai.chat.completions.create(ask("gpt-4o-mini", { stream: true, stream_options: { include_usage: true } }));
  for await (const chunk of stream) console.log(JSON.stringify(chunk.choices), chunk.usage);
  const response = await openai.responses.create({ model: "gpt-5", input: "What is new?", instructions: "Be brief." });
  console.log(response.output_text, response.usage);
  const events = await openai.responses.create({ model: "gpt-5-mini", input: "What is new?", stream: true });
  for await (const event of events) console.log(event.type);
  const embeddings = await openai.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"], dimensions: 8 });
  console.log(embeddings.data.length, embeddings.data[0].embedding);
  const limited = await openai.chat.completions.create(ask("limited"));
  console.log(limited.choices[0].finish_reason);
  const tools = await openai.chat.completions.create(ask("tools", { tools: [{ type: "function", function: { name: "weather", parameters: {} } }] }));
  console.log(tools.choices[0].message.tool_calls);
  for (const model of ["filtered", "broken"]) {
    try { await openai.chat.completions.create(ask(model), { maxRetries: 0 }); }
    catch (error) { console.log(error.constructor.name, error.status, error.code, error.message); }
  }`;

describe("a preloaded program", () => {
  const plain = new Map<ProgramType, Promise<string>>();
  const outputWithoutUs = (type: ProgramType): Promise<string> => {
    const known = plain.get(type) ?? runAgainstDouble(type, "none", EVERY_API).then((run) => run.stdout);
    plain.set(type, known);
    return known;
  };

  for (const type of ["commonjs", "module"] as const) {
    for (const mode of ["require", "import", "NODE_OPTIONS"] as const) {
      it(`has one span per call to a model: ${type} by ${mode}`, async () => {
        const run = await runAgainstDouble(type, mode, EVERY_API);
        assert.equal(run.code, 0, run.stderr);
        assert.equal(run.stderr, "");
        assert.equal(run.stdout, await outputWithoutUs(type), "the program prints what it prints without us");
        assert.equal(run.wireCalls, 10);
        assert.equal(run.spans.filter(isInference).length, run.wireCalls);
        assert.equal(run.spans.length, run.wireCalls, "and no other span");

        const only = (model: string) => {
          const spans = callsOf(run.spans, model);
          assert.equal(spans.length, 1, model);
          return spans[0]!.attributes;
        };
        for (const [model, expected] of Object.entries({
          "gpt-4o": { response: "gpt-4o-2024-08-06", stream: undefined, api: "chat_completions", finish: ["stop"] },
          "gpt-4o-mini": {
            response: "gpt-4o-mini-2024-07-18",
            stream: true,
            api: "chat_completions",
            finish: ["stop"],
          },
          "gpt-5": { response: "gpt-5-2025-08-07", stream: undefined, api: "responses", finish: ["stop"] },
          "gpt-5-mini": { response: "gpt-5-mini-2025-08-07", stream: true, api: "responses", finish: ["stop"] },
          tools: { response: "tools", stream: undefined, api: "chat_completions", finish: ["tool_call"] },
        })) {
          const attributes = only(model);
          assert.equal(attributes[ATTR.operation], "chat");
          assert.equal(attributes[ATTR.provider], "openai");
          assert.equal(attributes[ATTR.openaiApiType], expected.api);
          assert.equal(attributes[ATTR.responseModel], expected.response);
          assert.equal(attributes[ATTR.requestStream], expected.stream);
          assert.deepEqual(attributes[ATTR.finishReasons], expected.finish);
          assert.equal(attributes[ATTR.inputTokens], 120);
          assert.equal(attributes[ATTR.outputTokens], 30);
          assert.equal(attributes[ATTR.cacheReadTokens], 64);
          assert.equal(attributes[ATTR.reasoningTokens], 8);
          assert.equal(attributes[ATTR.serverAddress], "127.0.0.1");
          assert.equal(attributes[ATTR.serverPort], run.port);
          assert.equal(attributes[ATTR.httpStatus], 200);
          assert.match(String(attributes[ATTR.responseId]), expected.api === "responses" ? /^resp_/ : /^chatcmpl-/);
          assert.equal(attributes[ATTR.errorType], undefined);
          assert.equal(attributes[ATTR.retryCount], undefined);
          assert.equal(attributes[ATTR.streamOutcome], undefined);
          const first = attributes[ATTR.timeToFirstChunk];
          assert.equal(typeof first, expected.stream === true ? "number" : "undefined");
        }
        assert.equal(only("gpt-4o")[ATTR.requestTemperature], 0.5);
        assert.equal(only("gpt-4o")[ATTR.requestMaxTokens], 100);

        const embeddings = only("text-embedding-3-small");
        assert.equal(embeddings[ATTR.operation], "embeddings");
        assert.equal(embeddings[ATTR.inputTokens], 120);
        assert.equal(embeddings[ATTR.outputTokens], undefined);
        assert.equal(embeddings[ATTR.embeddingsDimensionCount], 8);

        const [refused, repeated, ...more] = callsOf(run.spans, "limited").toSorted((a, b) => a.startMs - b.startMs);
        assert.equal(more.length, 0);
        assert.equal(refused?.failed, true);
        assert.equal(refused?.attributes[ATTR.errorType], "rate_limit_exceeded");
        assert.equal(refused?.attributes[ATTR.errorCategory], "rate_limit");
        assert.equal(refused?.attributes[ATTR.httpStatus], 429);
        assert.equal(repeated?.failed, false);
        assert.equal(repeated?.attributes[ATTR.retryCount], 1);

        const [filtered] = callsOf(run.spans, "filtered");
        assert.equal(filtered?.failed, true);
        assert.equal(filtered?.attributes[ATTR.errorType], "content_filter");
        assert.equal(filtered?.attributes[ATTR.errorCategory], "content_filter");
        assert.equal(filtered?.attributes[ATTR.httpStatus], 400);
        const [broken] = callsOf(run.spans, "broken");
        assert.equal(broken?.attributes[ATTR.errorType], "server_error");
        assert.equal(broken?.attributes[ATTR.errorCategory], "api");
        assert.equal(broken?.attributes[ATTR.httpStatus], 500);
      });
    }
  }

  it("starts once where it is preloaded twice", async () => {
    await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
    const run = await runProgram(
      `import OpenAI from "openai";
       await new OpenAI({ baseURL: process.env.BASE, apiKey: "k" }).embeddings.create({ model: "m", input: "x" });`,
      {
        mode: "import",
        env: {
          BASE: double.url,
          NODE_OPTIONS: "--require agent-observatory/register",
        },
      },
    );
    assert.equal(run.stderr, "");
    assert.equal(run.spans.length, 1);
  });
});

describe("the promises of the OpenAI SDK", () => {
  it("keep their helpers, and each call is one span", async () => {
    const body = `
      const { data, response, request_id } = await openai.chat.completions.create(ask("with-response")).withResponse();
      console.log(data.choices[0].message.content, response.status, request_id, data._request_id === request_id);
      const raw = await openai.chat.completions.create(ask("as-response")).asResponse();
      console.log(raw.constructor === Response, raw.bodyUsed, JSON.parse(await raw.text()).object);
      const both = openai.chat.completions.create(ask("twice"));
      console.log((await both).id === (await both.withResponse()).data.id, both.constructor.name);
      const schema = { type: "object", properties: { title: { type: "string" } } };
      const parsed = await openai.chat.completions.parse(ask("parse", { response_format: { type: "json_schema", json_schema: { name: "x", schema } } }));
      console.log(parsed.choices[0].message.parsed);
      const helper = openai.chat.completions.stream(ask("stream-helper", { stream_options: { include_usage: true } }));
      const heard = [];
      helper.on("content", (delta) => heard.push(delta));
      console.log((await helper.finalChatCompletion()).choices[0].message.content, heard.length, await helper.totalUsage());
      const stream = await openai.chat.completions.create(ask("readable", { stream: true }));
      const reader = stream.toReadableStream().getReader();
      let lines = "";
      for (let step = await reader.read(); !step.done; step = await reader.read()) lines += Buffer.from(step.value).toString();
      console.log(lines.replace(/chatcmpl-\\w+/g, "id").replace(/"created":\\d+/g, ""));
      const teed = await openai.chat.completions.create(ask("tee", { stream: true }));
      const [left, right] = teed.tee();
      const collect = async (part) => { let text = ""; for await (const chunk of part) text += chunk.choices[0]?.delta.content ?? ""; return text; };
      console.log(await Promise.all([collect(left), collect(right)]));
      const responses = openai.responses.stream({ model: "responses-helper", input: "x" });
      console.log((await responses.finalResponse()).output_text);
      console.log((await openai.responses.create({ model: "responses-raw", input: "x" }).asResponse()).headers.get("content-type"));`;
    const bare = await runAgainstDouble("module", "none", body);
    const run = await runAgainstDouble("module", "require", body);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout.replaceAll(/req_\w+/g, "req"), bare.stdout.replaceAll(/req_\w+/g, "req"));
    assert.equal(run.stderr, "");
    for (const model of [
      "with-response",
      "as-response",
      "twice",
      "parse",
      "stream-helper",
      "readable",
      "tee",
      "responses-helper",
    ]) {
      const spans = callsOf(run.spans, model);
      assert.equal(spans.length, 1, model);
      assert.equal(spans[0]?.failed, false, model);
      assert.deepEqual(spans[0]?.attributes[ATTR.finishReasons], ["stop"], model);
    }
    // Its body is left unread: the call is described by what came, and is no error.
    const [unread] = callsOf(run.spans, "responses-raw");
    assert.equal(unread?.failed, false);
    assert.equal(run.spans.length, run.wireCalls);
  });
});
