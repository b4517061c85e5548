/** Bedrock through AWS's own client, over HTTP/2 as it is by default and over node:https' sibling, against exact bytes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { awsEvent, awsException } from "../genai/framing/aws-messages.ts";
import { callsOf, isInference, type ProgramRun, pushedValue } from "../process/run-program.ts";
import { type Answer, json, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const EVENT_STREAM = "application/vnd.amazon.eventstream";
const stream = (...body: Buffer[]): Answer => ({ type: EVENT_STREAM, body });
const chunk = (data: unknown): Buffer =>
  awsEvent("chunk", { bytes: Buffer.from(JSON.stringify(data)).toString("base64"), p: "abcdef" });
const metrics = { inputTokenCount: 30, outputTokenCount: 6, invocationLatency: 400, firstByteLatency: 100 };

const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA = "amazon.nova-lite-v1:0";
const LLAMA = "meta.llama3-1-70b-instruct-v1:0";
const PROFILE = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0`;

const converse = {
  output: { message: { role: "assistant", content: [{ text: "Hello" }] } },
  stopReason: "end_turn",
  usage: {
    inputTokens: 10,
    outputTokens: 5,
    totalTokens: 1115,
    cacheReadInputTokens: 100,
    cacheWriteInputTokens: 1000,
    cacheDetails: [{ ttl: "1h", inputTokens: 400 }],
  },
  metrics: { latencyMs: 321 },
};
const claudeMessage = {
  id: "msg_bdrk_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5-20250929",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 20, cache_read_input_tokens: 200, cache_creation_input_tokens: 0, output_tokens: 7 },
};
const LARGE = "x".repeat(5 * 1024 * 1024);

const at = (model: string, action: string): RegExp =>
  new RegExp(`^POST /model/${encodeURIComponent(model).replaceAll(".", "\\.")}/${action}$`);

const ROUTES: Routes = [
  [at(CLAUDE, "converse"), json(converse)],
  [
    at(CLAUDE, "converse-stream"),
    stream(
      awsEvent("messageStart", { role: "assistant" }),
      awsEvent("contentBlockStart", { contentBlockIndex: 0, start: { toolUse: { toolUseId: "t1", name: "look" } } }),
      awsEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":1}' } } }),
      awsEvent("contentBlockStop", { contentBlockIndex: 0 }),
      awsEvent("messageStop", { stopReason: "tool_use" }),
      awsEvent("metadata", { usage: converse.usage, metrics: { latencyMs: 5 } }),
    ),
  ],
  [at(CLAUDE, "invoke"), json(claudeMessage)],
  [
    at(CLAUDE, "invoke-with-response-stream"),
    stream(
      chunk({
        type: "message_start",
        message: {
          ...claudeMessage,
          content: [],
          stop_reason: null,
          usage: { input_tokens: 20, cache_read_input_tokens: 200, output_tokens: 1 },
        },
      }),
      chunk({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
      chunk({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } }),
      chunk({ type: "content_block_stop", index: 0 }),
      chunk({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } }),
      chunk({ type: "message_stop", "amazon-bedrock-invocationMetrics": { ...metrics, inputTokenCount: 20 } }),
    ),
  ],
  [
    at(NOVA, "invoke"),
    json({
      output: { message: { role: "assistant", content: [{ text: "Hi" }] } },
      stopReason: "max_tokens",
      usage: {
        inputTokens: 11,
        outputTokens: 3,
        totalTokens: 14,
        cacheReadInputTokenCount: 4,
        cacheWriteInputTokenCount: 0,
      },
    }),
  ],
  [
    at(NOVA, "invoke-with-response-stream"),
    stream(
      chunk({ messageStart: { role: "assistant" } }),
      chunk({ contentBlockDelta: { delta: { text: "Hi" }, contentBlockIndex: 0 } }),
      chunk({ messageStop: { stopReason: "end_turn" } }),
      chunk({
        metadata: { usage: { inputTokens: 11, outputTokens: 3 }, metrics: {} },
        "amazon-bedrock-invocationMetrics": metrics,
      }),
    ),
  ],
  [
    at(LLAMA, "invoke"),
    json({ generation: "Hi", prompt_token_count: 12, generation_token_count: 4, stop_reason: "stop" }),
  ],
  [
    at(LLAMA, "invoke-with-response-stream"),
    stream(
      chunk({ generation: "H", prompt_token_count: 12, generation_token_count: 1, stop_reason: null }),
      chunk({
        generation: "i",
        generation_token_count: 2,
        stop_reason: "length",
        "amazon-bedrock-invocationMetrics": metrics,
      }),
    ),
  ],
  [
    at(PROFILE, "invoke"),
    json({ generation: LARGE, prompt_token_count: 2, generation_token_count: 9, stop_reason: "length" }),
  ],
  [
    at("amazon.titan-text-express-v1", "invoke"),
    json({ inputTextTokenCount: 5, results: [{ tokenCount: 8, outputText: "Hi", completionReason: "FINISH" }] }),
  ],
  [at("amazon.titan-embed-text-v2:0", "invoke"), json({ embedding: [0.1, 0.2], inputTextTokenCount: 9 })],
  [
    at("cohere.embed-english-v3", "invoke"),
    json(
      { embeddings: [[0.1]], id: "e1", response_type: "embeddings_floats" },
      { "X-Amzn-Bedrock-Input-Token-Count": "6" },
    ),
  ],
  [
    at("mistral.mistral-large-2407-v1:0", "invoke"),
    json(
      { outputs: [{ text: "Hi", stop_reason: "length" }] },
      { "X-Amzn-Bedrock-Input-Token-Count": "7", "X-Amzn-Bedrock-Output-Token-Count": "8" },
    ),
  ],
  [
    at("us.deepseek.r1-v1:0", "invoke"),
    json(
      { choices: [{ text: "Hi", stop_reason: "stop" }] },
      { "X-Amzn-Bedrock-Input-Token-Count": "3", "X-Amzn-Bedrock-Output-Token-Count": "4" },
    ),
  ],
  [
    at("ai21.jamba-1-5-mini-v1:0", "invoke"),
    json({
      id: "j1",
      choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 13, completion_tokens: 2, total_tokens: 15 },
    }),
  ],
  [
    at("cohere.command-r-v1:0", "invoke"),
    json(
      { response_id: "r1", generation_id: "g1", text: "Hi", finish_reason: "COMPLETE" },
      { "X-Amzn-Bedrock-Input-Token-Count": "21", "X-Amzn-Bedrock-Output-Token-Count": "2" },
    ),
  ],
  [
    at("throttled.model", "converse"),
    {
      status: 429,
      type: "application/json",
      headers: { "x-amzn-ErrorType": "ThrottlingException:http://internal.amazon.com/" },
      body: '{"message":"Too many requests"}',
    },
  ],
  [
    at("broken.model", "converse-stream"),
    stream(
      awsEvent("messageStart", { role: "assistant" }),
      awsException("modelStreamErrorException", { message: "The model failed", originalStatusCode: 500 }),
    ),
  ],
];

const PROGRAM = `
import {
  BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
const client = new BedrockRuntimeClient({
  region: "us-east-1",
  endpoint: process.env.MODEL_URL,
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  maxAttempts: 1,
  ...(process.env.HANDLER === "http1" && { requestHandler: new NodeHttpHandler() }),
});
const say = (name, value) => console.log(name, JSON.stringify(value, (key, part) =>
  key === "$metadata" || key === "$response" ? undefined : typeof part === "string" && part.length > 500 ? part.length : part));
const attempt = async (name, run) => {
  try { say(name, await run()); } catch (error) { say(name, [error.name, error.message, Object.keys(error).sort()]); }
};
const messages = [{ role: "user", content: [{ text: "secret words" }] }];
const converse = { messages, inferenceConfig: { maxTokens: 50, temperature: 0.5 }, guardrailConfig: { guardrailIdentifier: "gr-1", guardrailVersion: "1" } };
const all = async (events) => { const list = []; for await (const event of events) list.push(event); return list; };
const invoke = (modelId, body) => attempt("invoke " + modelId, async () => {
  const answer = await client.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body), contentType: "application/json" }));
  return JSON.parse(new TextDecoder().decode(answer.body));
});
const invokeStream = (modelId, body) => attempt("stream " + modelId, async () => {
  const answer = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body), contentType: "application/json" }));
  return (await all(answer.body)).map((event) => JSON.parse(new TextDecoder().decode(event.chunk.bytes)));
});
await attempt("converse", () => client.send(new ConverseCommand({ modelId: "${CLAUDE}", ...converse })));
await attempt("converse-stream", async () => all((await client.send(new ConverseStreamCommand({ modelId: "${CLAUDE}", ...converse }))).stream));
await invoke("${CLAUDE}", { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages: [{ role: "user", content: "secret words" }] });
await invokeStream("${CLAUDE}", { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages: [{ role: "user", content: "secret words" }] });
await invoke("${NOVA}", { schemaVersion: "messages-v1", messages, inferenceConfig: { maxTokens: 3 } });
await invokeStream("${NOVA}", { schemaVersion: "messages-v1", messages, inferenceConfig: { maxTokens: 3 } });
await invoke("${LLAMA}", { prompt: "secret words", max_gen_len: 4 });
await invokeStream("${LLAMA}", { prompt: "secret words", max_gen_len: 4 });
await invoke("${PROFILE}", { prompt: "secret words".repeat(400000) });
await invoke("amazon.titan-text-express-v1", { inputText: "secret words", textGenerationConfig: { maxTokenCount: 8 } });
await invoke("amazon.titan-embed-text-v2:0", { inputText: "secret words", dimensions: 256 });
await invoke("cohere.embed-english-v3", { texts: ["secret words"], input_type: "search_query" });
await invoke("mistral.mistral-large-2407-v1:0", { prompt: "secret words", max_tokens: 8 });
await invoke("us.deepseek.r1-v1:0", { prompt: "secret words", max_tokens: 4 });
await invoke("ai21.jamba-1-5-mini-v1:0", { messages: [{ role: "user", content: "secret words" }], max_tokens: 2 });
await invoke("cohere.command-r-v1:0", { message: "secret words", chat_history: [], p: 0.5 });
await attempt("throttled", () => client.send(new ConverseCommand({ modelId: "throttled.model", messages })));
await attempt("broken", async () => all((await client.send(new ConverseStreamCommand({ modelId: "broken.model", messages }))).stream));
client.destroy();
`;

const NUMBERS = [
  ATTR.operation,
  ATTR.requestModel,
  ATTR.inputTokens,
  ATTR.outputTokens,
  ATTR.cacheReadTokens,
  ATTR.cacheCreationTokens,
  ATTR.finishReasons,
];
const CALLS = 18;

function check(run: ProgramRun): void {
  const spans = run.spans.filter(isInference);
  assert.equal(spans.length, CALLS, spans.map((span) => span.name).join("\n"));
  for (const span of spans) {
    assert.equal(span.attributes[ATTR.provider], "aws.bedrock");
    assert.ok(Number(span.attributes[ATTR.requestBytes]) > 10, span.name);
  }
  assert.equal(run.spans.length, CALLS, "no span besides");
  assert.ok(!JSON.stringify([run.spans, run.logs]).includes("secret words"));

  const facts = spans.map((span) => seen(span, NUMBERS));
  const fact = (
    operation: string,
    model: string,
    input: number,
    output: number | undefined,
    more: object = {},
  ): object => ({
    [ATTR.operation]: operation,
    [ATTR.requestModel]: model,
    [ATTR.inputTokens]: input,
    ...(output !== undefined && { [ATTR.outputTokens]: output }),
    ...more,
  });
  const ended = (reason: string): object => ({ [ATTR.finishReasons]: [reason] });
  const cached = { [ATTR.cacheReadTokens]: 100, [ATTR.cacheCreationTokens]: 1000 };
  assert.deepEqual(facts, [
    fact("chat", CLAUDE, 1110, 5, { ...cached, ...ended("stop") }),
    fact("chat", CLAUDE, 1110, 5, { ...cached, ...ended("tool_call") }),
    fact("chat", CLAUDE, 220, 7, { [ATTR.cacheReadTokens]: 200, [ATTR.cacheCreationTokens]: 0, ...ended("stop") }),
    fact("chat", CLAUDE, 220, 7, { [ATTR.cacheReadTokens]: 200, ...ended("stop") }),
    fact("chat", NOVA, 15, 3, { [ATTR.cacheReadTokens]: 4, [ATTR.cacheCreationTokens]: 0, ...ended("length") }),
    fact("chat", NOVA, 11, 3, ended("stop")),
    fact("text_completion", LLAMA, 12, 4, ended("stop")),
    fact("text_completion", LLAMA, 30, 6, ended("length")),
    fact("text_completion", "us.meta.llama3-3-70b-instruct-v1:0", 2, 9, ended("length")),
    fact("text_completion", "amazon.titan-text-express-v1", 5, 8, ended("stop")),
    fact("embeddings", "amazon.titan-embed-text-v2:0", 9, undefined),
    fact("embeddings", "cohere.embed-english-v3", 6, undefined),
    fact("text_completion", "mistral.mistral-large-2407-v1:0", 7, 8, ended("length")),
    fact("text_completion", "us.deepseek.r1-v1:0", 3, 4, ended("stop")),
    fact("chat", "ai21.jamba-1-5-mini-v1:0", 13, 2, ended("stop")),
    fact("chat", "cohere.command-r-v1:0", 21, 2, ended("stop")),
    { [ATTR.operation]: "chat", [ATTR.requestModel]: "throttled.model" },
    { [ATTR.operation]: "chat", [ATTR.requestModel]: "broken.model" },
  ]);

  const [first, second] = callsOf(run.spans, CLAUDE);
  assert.deepEqual(
    seen(first, [ATTR.requestMaxTokens, ATTR.requestTemperature, ATTR.bedrockGuardrailId, ATTR.cacheCreation1hTokens]),
    {
      [ATTR.requestMaxTokens]: 50,
      [ATTR.requestTemperature]: 0.5,
      [ATTR.bedrockGuardrailId]: "gr-1",
      [ATTR.cacheCreation1hTokens]: 400,
    },
  );
  assert.equal(first?.attributes[ATTR.requestStream], undefined);
  assert.equal(second?.attributes[ATTR.requestStream], true);
  assert.ok(Number(second?.attributes[ATTR.timeToFirstChunk]) >= 0);
  const throttled = seen(callsOf(run.spans, "throttled.model")[0], [
    ATTR.errorType,
    ATTR.errorCategory,
    ATTR.httpStatus,
  ]);
  assert.deepEqual(throttled, {
    [ATTR.errorType]: "ThrottlingException",
    [ATTR.errorCategory]: "rate_limit",
    [ATTR.httpStatus]: 429,
  });
  const broken = callsOf(run.spans, "broken.model")[0];
  assert.equal(broken?.attributes[ATTR.errorType], "ModelStreamErrorException");
  assert.equal(broken?.statusMessage, "The model failed");
  assert.equal(pushedValue(run.points, "llm_requests_total"), CALLS);
  assert.equal(pushedValue(run.points, "llm_tokens_total", { model: CLAUDE, type: "input" }), 2 * 1110 + 2 * 220);
}

describe("Bedrock", { concurrency: 2 }, () => {
  for (const [name, version] of [
    ["HTTP/2, as AWS's client speaks by itself", 2],
    ["HTTP/1.1", 1],
  ] as const) {
    it(`is seen whole over ${name}`, async () => {
      await using server = await startRoutes(ROUTES, version);
      check(await runObserved(PROGRAM, { env: { MODEL_URL: server.url, HANDLER: `http${version}` } }));
    });
  }

  it("has its content only where that is captured", async () => {
    await using server = await startRoutes(ROUTES);
    const env = { MODEL_URL: server.url, HANDLER: "http1", AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" };
    const run = await runObserved(PROGRAM, { env });
    const calls = run.spans.filter(isInference);
    assert.equal(calls.length, CALLS);
    const texts = calls.slice(0, 16).map((span) => String(span.attributes[ATTR.inputMessages] ?? "none"));
    // What is embedded is not kept, and a text of 5 MB is too large.
    const without = texts.flatMap((text, index) => (text.includes("secret words") ? [] : [index]));
    assert.deepEqual(without, [8, 11]);
    assert.match(
      String(calls[1]?.attributes[ATTR.outputMessages]),
      /"type":"tool_call","id":"t1","name":"look"|"name":"look"/,
    );
    for (const index of [0, 2, 3]) assert.match(String(calls[index]?.attributes[ATTR.outputMessages]), /Hello/);
    for (const index of [4, 5, 6, 7, 9, 12, 13, 14, 15]) {
      assert.match(String(calls[index]?.attributes[ATTR.outputMessages]), /Hi/, String(index));
    }
  });
});
