/** Mistral's and Ollama's own clients, against exact bytes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { isInference } from "../process/run-program.ts";
import { events, json, jsonLines, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const NUMBERS = [
  ATTR.operation,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.inputTokens,
  ATTR.outputTokens,
  ATTR.finishReasons,
];
const fact = (operation: string, model: string | undefined, more: object = {}): object => ({
  [ATTR.operation]: operation,
  ...(model !== undefined && { [ATTR.requestModel]: model, [ATTR.responseModel]: model }),
  ...more,
});
const counts = (input: number, output?: number, reason?: string): object => ({
  [ATTR.inputTokens]: input,
  ...(output !== undefined && { [ATTR.outputTokens]: output }),
  ...(reason !== undefined && { [ATTR.finishReasons]: [reason] }),
});

const usage = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };
const completion = (model: string): object => ({
  id: "m-1",
  object: "chat.completion",
  created: 1,
  model,
  choices: [{ index: 0, message: { role: "assistant", content: "Hello", tool_calls: null }, finish_reason: "stop" }],
  usage,
});
const chunk = (model: string, content: string, end: object = {}): readonly [string, unknown] => [
  "",
  {
    id: "m-2",
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null, ...end }],
    ...("finish_reason" in end && { usage }),
  },
];

const MISTRAL: Routes = [
  [
    /^POST \/v1\/chat\/completions$/,
    ({ body }) => {
      const { model, stream } = JSON.parse(body.toString()) as { model: string; stream?: boolean };
      if (stream !== true) return json(completion(model));
      return events([chunk(model, "Hel"), chunk(model, "lo", { finish_reason: "length" }), ["", "[DONE]"]]);
    },
  ],
  [/^POST \/v1\/fim\/completions$/, json(completion("codestral-latest"))],
  [/^POST \/v1\/agents\/completions$/, json(completion("mistral-medium-latest"))],
  [
    /^POST \/v1\/embeddings$/,
    json({
      id: "e",
      object: "list",
      model: "mistral-embed",
      data: [{ object: "embedding", embedding: [0.1], index: 0 }],
      usage: { prompt_tokens: 5, total_tokens: 5, completion_tokens: 0 },
    }),
  ],
  [
    /^POST \/v1\/ocr$/,
    json({
      pages: [{ index: 0, markdown: "Hello", images: [], dimensions: null }],
      model: "mistral-ocr-latest",
      document_annotation: null,
      usage_info: { pages_processed: 3, doc_size_bytes: 99 },
    }),
  ],
  [
    /^POST \/v1\/moderations$/,
    json({ id: "mod", model: "mistral-moderation-latest", results: [{ categories: {}, category_scores: {} }] }),
  ],
  [
    /^POST \/v1\/conversations$/,
    ({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
        ? events([
            ["conversation.response.started", { type: "conversation.response.started", conversation_id: "conv-2" }],
            [
              "message.output.delta",
              {
                type: "message.output.delta",
                id: "o",
                model: "mistral-medium-latest",
                role: "assistant",
                content: "Hello",
              },
            ],
            [
              "conversation.response.done",
              { type: "conversation.response.done", usage: { ...usage, connector_tokens: null } },
            ],
          ])
        : json({
            object: "conversation.response",
            conversation_id: "conv-1",
            outputs: [
              {
                object: "entry",
                type: "message.output",
                id: "o",
                model: "mistral-medium-latest",
                role: "assistant",
                content: "Hello",
              },
            ],
            usage,
          }),
  ],
];

const MISTRAL_PROGRAM = `
import { Mistral } from "@mistralai/mistralai";
const client = new Mistral({ apiKey: "k", serverURL: process.env.MODEL_URL, retryConfig: { strategy: "none" } });
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run())); } catch (error) { console.log(name, error.constructor.name, error.message); }
};
const all = async (events) => { const list = []; for await (const event of events) list.push(event); return list; };
const messages = [{ role: "user", content: "secret words" }];
await attempt("chat", () => client.chat.complete({ model: "mistral-large-latest", messages, randomSeed: 5 }));
await attempt("stream", async () => all(await client.chat.stream({ model: "mistral-small-latest", messages })));
await attempt("fim", () => client.fim.complete({ model: "codestral-latest", prompt: "secret words", suffix: "secret words" }));
await attempt("agent", () => client.agents.complete({ agentId: "ag-1", messages }));
await attempt("embed", () => client.embeddings.create({ model: "mistral-embed", inputs: ["secret words"] }));
await attempt("ocr", () => client.ocr.process({ model: "mistral-ocr-latest", document: { type: "document_url", documentUrl: "https://x/secret words" } }));
await attempt("moderate", () => client.classifiers.moderate({ model: "mistral-moderation-latest", inputs: ["secret words"] }));
await attempt("converse", () => client.beta.conversations.start({ model: "mistral-medium-latest", inputs: "secret words" }));
await attempt("converse stream", async () => all(await client.beta.conversations.startStream({ model: "mistral-medium-latest", inputs: "secret words" })));
`;

describe("Mistral", () => {
  for (const capture of [false, true]) {
    it(`is seen whole, ${capture ? "with" : "without"} content`, async () => {
      await using server = await startRoutes(MISTRAL);
      const env = { MODEL_URL: server.url, AGENT_OBSERVATORY_CAPTURE_CONTENT: String(capture) };
      const run = await runObserved(MISTRAL_PROGRAM, { env });
      const calls = run.spans.filter(isInference);
      assert.deepEqual(
        calls.map((span) => seen(span, NUMBERS)),
        [
          fact("chat", "mistral-large-latest", counts(11, 4, "stop")),
          fact("chat", "mistral-small-latest", counts(11, 4, "length")),
          fact("text_completion", "codestral-latest", counts(11, 4, "stop")),
          fact("chat", undefined, { [ATTR.responseModel]: "mistral-medium-latest", ...counts(11, 4, "stop") }),
          fact("embeddings", "mistral-embed", counts(5)),
          fact("generate_content", "mistral-ocr-latest"),
          fact("moderation", "mistral-moderation-latest"),
          fact("chat", "mistral-medium-latest", counts(11, 4, "stop")),
          fact("chat", "mistral-medium-latest", counts(11, 4, "stop")),
        ],
      );
      assert.equal(calls[3]?.attributes[ATTR.agentId], "ag-1");
      assert.equal(calls[5]?.attributes[ATTR.pages], 3);
      assert.deepEqual(
        [7, 8].map((index) => calls[index]?.attributes[ATTR.conversationId]),
        ["conv-1", "conv-2"],
      );
      assert.equal(run.spans.length, calls.length);
      assert.equal(JSON.stringify(run.spans).includes("secret words"), capture);
      for (const index of capture ? [0, 1, 2, 3, 7, 8] : []) {
        assert.match(String(calls[index]?.attributes[ATTR.inputMessages]), /secret words/, String(index));
        assert.match(String(calls[index]?.attributes[ATTR.outputMessages]), /Hello/, String(index));
      }
    });
  }
});

const tail = {
  done: true,
  done_reason: "stop",
  total_duration: 5_000_000_000,
  load_duration: 1_000_000_000,
  prompt_eval_count: 26,
  prompt_eval_duration: 130_000_000,
  eval_count: 8,
  eval_duration: 2_500_000_000,
};
const head = { model: "llama3.2", created_at: "2026-01-01T00:00:00Z" };
const piece = (content: string, more: object = {}): object => ({
  ...head,
  message: { role: "assistant", content, ...more },
  done: false,
});

const OLLAMA: Routes = [
  [
    /^POST \/api\/chat$/,
    ({ body }) => {
      const { stream, model, messages } = JSON.parse(body.toString()) as {
        stream?: boolean;
        model: string;
        messages?: unknown[];
      };
      if (model === "missing") return { ...json({ error: "model 'missing' not found" }), status: 404 };
      if (messages?.length === 0)
        return json({ ...head, message: { role: "assistant", content: "" }, done: true, done_reason: "load" });
      if (model === "breaks")
        return jsonLines([piece("Hel"), { error: "an error was encountered while running the model" }]);
      if (stream === false) return json({ ...head, message: { role: "assistant", content: "Hello" }, ...tail });
      return jsonLines([
        piece("", { thinking: "Hm" }),
        piece("Hel"),
        piece("lo"),
        piece("", { tool_calls: [{ function: { name: "look", arguments: { a: 1 } } }] }),
        { ...head, message: { role: "assistant", content: "" }, ...tail, done_reason: "length" },
      ]);
    },
  ],
  [
    /^POST \/api\/generate$/,
    ({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
        ? jsonLines([
            { ...head, response: "Hello", done: false },
            { ...head, response: "", context: [1, 2], ...tail },
          ])
        : json({ ...head, response: "Hello", context: [1, 2], ...tail }),
  ],
  [
    /^POST \/api\/embed$/,
    json({
      model: "all-minilm",
      embeddings: [[0.1, 0.2]],
      total_duration: 14143917,
      load_duration: 1019500,
      prompt_eval_count: 8,
    }),
  ],
  [/^POST \/api\/embeddings$/, json({ embedding: [0.1] })],
  [
    /^POST \/v1\/embeddings$/,
    json({ object: "list", model: "all-minilm", data: [], usage: { prompt_tokens: 3, total_tokens: 3 } }),
  ],
  [/^POST \/api\/show$/, json({ details: {} })],
];

const OLLAMA_PROGRAM = `
import { Ollama } from "ollama";
const client = new Ollama({ host: process.env.MODEL_URL });
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run())); } catch (error) { console.log(name, error.constructor.name, error.message, error.status_code); }
};
const all = async (events) => { const list = []; for await (const event of events) list.push(event); return list; };
const messages = [{ role: "user", content: "secret words" }];
await attempt("chat", () => client.chat({ model: "llama3.2", messages, options: { temperature: 0.1, num_predict: 7 }, format: "json" }));
await attempt("stream", async () => all(await client.chat({ model: "llama3.2", messages, stream: true })));
await attempt("generate", () => client.generate({ model: "llama3.2", prompt: "secret words" }));
await attempt("generate stream", async () => all(await client.generate({ model: "llama3.2", prompt: "secret words", stream: true })));
await attempt("embed", () => client.embed({ model: "all-minilm", input: "secret words" }));
await attempt("embeddings", () => client.embeddings({ model: "all-minilm", prompt: "secret words" }));
await attempt("missing", () => client.chat({ model: "missing", messages }));
await attempt("breaks", async () => all(await client.chat({ model: "breaks", messages, stream: true })));
await attempt("large", () => client.chat({ model: "llama3.2", messages: [{ role: "user", content: "secret words".repeat(400000) }] }));
await attempt("load", () => client.chat({ model: "llama3.2", messages: [] }));
await attempt("show", () => client.show({ model: "llama3.2" }));
const post = (path, body) => fetch(process.env.MODEL_URL + path, { method: "POST", body: JSON.stringify(body) }).then((answer) => answer.text());
await attempt("raw", () => post("/api/chat", { model: "llama3.2", messages }));
await attempt("chat app", () => post("/api/chat", { id: "x", model: "m", trigger: "submit", messages: [{ id: "1", role: "user", parts: [] }] }));
await attempt("openai", () => post("/v1/embeddings", { model: "all-minilm", input: "secret words" }));
`;

describe("Ollama", () => {
  for (const capture of [false, true]) {
    it(`is seen whole, ${capture ? "with" : "without"} content`, async () => {
      await using server = await startRoutes(OLLAMA);
      const env = { MODEL_URL: server.url, AGENT_OBSERVATORY_CAPTURE_CONTENT: String(capture) };
      const run = await runObserved(OLLAMA_PROGRAM, { env });
      const calls = run.spans.filter(isInference);
      assert.deepEqual(
        calls.map((span) => seen(span, NUMBERS)),
        [
          fact("chat", "llama3.2", counts(26, 8, "stop")),
          fact("chat", "llama3.2", counts(26, 8, "length")),
          fact("text_completion", "llama3.2", counts(26, 8, "stop")),
          fact("text_completion", "llama3.2", counts(26, 8, "stop")),
          fact("embeddings", "all-minilm", counts(8)),
          { [ATTR.operation]: "embeddings", [ATTR.requestModel]: "all-minilm" },
          { [ATTR.operation]: "chat", [ATTR.requestModel]: "missing" },
          { [ATTR.operation]: "chat", [ATTR.requestModel]: "breaks", [ATTR.responseModel]: "llama3.2" },
          fact("chat", "llama3.2", counts(26, 8, "stop")),
          fact("chat", "llama3.2", counts(26, 8, "length")),
          fact("embeddings", "all-minilm", counts(3)),
        ],
      );
      assert.deepEqual(
        seen(calls[0], [ATTR.requestTemperature, ATTR.requestMaxTokens, ATTR.outputType, ATTR.serverSeconds]),
        {
          [ATTR.requestTemperature]: 0.1,
          [ATTR.requestMaxTokens]: 7,
          [ATTR.outputType]: "json",
          [ATTR.serverSeconds]: 5,
        },
      );
      assert.deepEqual(
        calls.map((span) => span.attributes[ATTR.requestStream] === true),
        [false, true, false, true, false, false, false, true, false, true, false],
      );
      assert.equal(calls[6]?.statusMessage, "model 'missing' not found");
      assert.equal(calls[7]?.failed, true);
      assert.equal(
        calls.slice(0, 10).every((span) => span.attributes[ATTR.provider] === "ollama"),
        true,
      );
      const others = run.spans.filter((span) => !isInference(span)).map((span) => span.attributes["url.full"]);
      assert.deepEqual(
        others,
        ["/api/chat", "/api/show", "/api/chat"].map((path) => `${server.url}${path}`),
      );
      assert.equal(JSON.stringify(run.spans).includes("secret words"), capture);
      for (const index of capture ? [0, 1, 2, 3] : []) {
        assert.match(String(calls[index]?.attributes[ATTR.inputMessages]), /secret words/, String(index));
        assert.match(String(calls[index]?.attributes[ATTR.outputMessages]), /"content":"Hello"/, String(index));
      }
    });
  }
});
