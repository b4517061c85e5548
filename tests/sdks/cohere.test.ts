/** Cohere's own client, both versions of the API, against exact bytes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { isInference } from "../process/run-program.ts";
import { events, json, jsonLines, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const billed = { billed_units: { input_tokens: 7, output_tokens: 3 }, tokens: { input_tokens: 70, output_tokens: 4 } };

const v2Events = (end: object): ReturnType<typeof events> =>
  events([
    [
      "message-start",
      {
        id: "c-2",
        type: "message-start",
        delta: { message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] } },
      },
    ],
    ["content-start", { type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "" } } } }],
    ["content-delta", { type: "content-delta", index: 0, delta: { message: { content: { text: "Hel" } } } }],
    ["content-delta", { type: "content-delta", index: 0, delta: { message: { content: { text: "lo" } } } }],
    ["content-end", { type: "content-end", index: 0 }],
    [
      "tool-call-start",
      {
        type: "tool-call-start",
        index: 0,
        delta: { message: { tool_calls: { id: "t1", type: "function", function: { name: "look", arguments: "" } } } },
      },
    ],
    [
      "tool-call-delta",
      { type: "tool-call-delta", index: 0, delta: { message: { tool_calls: { function: { arguments: '{"a":1}' } } } } },
    ],
    ["tool-call-end", { type: "tool-call-end", index: 0 }],
    ["message-end", { type: "message-end", delta: end }],
  ]);

const v1Answer = {
  response_id: "r-1",
  generation_id: "g-1",
  text: "Hello",
  chat_history: [],
  finish_reason: "COMPLETE",
  meta: { api_version: { version: "1" }, ...billed },
};

const ROUTES: Routes = [
  [
    /^POST \/v2\/chat$/,
    ({ body }) => {
      const { stream, model } = JSON.parse(body.toString()) as { stream?: boolean; model: string };
      if (model === "refused") return { ...json({ id: "x", message: "invalid api token" }), status: 401 };
      if (stream === true) return v2Events({ finish_reason: "TOOL_CALL", usage: { ...billed, cached_tokens: 2 } });
      return json({
        id: "c-1",
        message: { role: "assistant", content: [{ type: "text", text: "Hello" }] },
        finish_reason: "MAX_TOKENS",
        usage: billed,
      });
    },
  ],
  [
    /^POST \/v1\/chat$/,
    ({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
        ? jsonLines(
            [
              { is_finished: false, event_type: "stream-start", generation_id: "g-1" },
              { is_finished: false, event_type: "text-generation", text: "Hello" },
              { is_finished: true, event_type: "stream-end", finish_reason: "COMPLETE", response: v1Answer },
            ],
            "application/stream+json",
          )
        : json(v1Answer),
  ],
  [
    /^POST \/v[12]\/embed$/,
    json({
      id: "e-1",
      texts: ["x"],
      embeddings: { float: [Array.from({ length: 100_000 }, () => 0.123456789)] },
      response_type: "embeddings_by_type",
      meta: { billed_units: { input_tokens: 9 } },
    }),
  ],
  [
    /^POST \/v[12]\/rerank$/,
    json({ id: "k-1", results: [{ index: 1, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } }),
  ],
  [/^GET \/v1\/models$/, json({ models: [] })],
];

const PROGRAM = `
import { CohereClient, CohereClientV2, CohereError } from "cohere-ai";
const options = { token: "t", baseUrl: process.env.MODEL_URL, environment: process.env.MODEL_URL, maxRetries: 0 };
const v1 = new CohereClient(options);
const v2 = new CohereClientV2(options);
const short = (key, part) => Array.isArray(part) && part.length > 50 ? part.length : part;
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run(), short)); }
  catch (error) { console.log(name, error instanceof CohereError, error.constructor.name, error.statusCode, JSON.stringify(error.body)); }
};
const all = async (events) => { const list = []; for await (const event of events) list.push(event); return list; };
const messages = [{ role: "user", content: "secret words" }];
await attempt("chat", () => v2.chat({ model: "command-a-03-2025", messages, maxTokens: 9, p: 0.5, k: 3 }));
await attempt("stream", async () => all(await v2.chatStream({ model: "command-a-03-2025", messages })));
await attempt("left", async () => { for await (const event of await v2.chatStream({ model: "command-r7b-12-2024", messages })) return event.type; });
await attempt("chat 1", () => v1.chat({ model: "command-r-08-2024", message: "secret words" }));
await attempt("stream 1", async () => all(await v1.chatStream({ model: "command-r-08-2024", message: "secret words" })));
await attempt("embed", () => v2.embed({ model: "embed-v4.0", inputType: "search_query", embeddingTypes: ["float"], texts: ["secret words"] }));
await attempt("embed 1", () => v1.embed({ model: "embed-english-v3.0", inputType: "search_query", embeddingTypes: ["float"], texts: ["secret words"] }));
await attempt("rerank", () => v2.rerank({ model: "rerank-v3.5", query: "secret words", documents: ["secret words", "b"], topN: 1 }));
await attempt("refused", () => v2.chat({ model: "refused", messages }));
await attempt("large", () => v2.chat({ model: "command-a-03-2025", messages: [{ role: "user", content: "secret words".repeat(400000) }] }));
await attempt("models", () => v1.models.list());
`;

const NUMBERS = [
  ATTR.operation,
  ATTR.requestModel,
  ATTR.inputTokens,
  ATTR.outputTokens,
  ATTR.cacheReadTokens,
  ATTR.finishReasons,
];

describe("Cohere", () => {
  it("is seen whole", async () => {
    await using server = await startRoutes(ROUTES);
    const run = await runObserved(PROGRAM, { env: { MODEL_URL: server.url } });
    const calls = run.spans.filter(isInference);
    const counts = { [ATTR.inputTokens]: 7, [ATTR.outputTokens]: 3 };
    const call = (operation: string, model: string, more: object = {}): object => ({
      [ATTR.operation]: operation,
      [ATTR.requestModel]: model,
      ...more,
    });
    assert.deepEqual(
      calls.map((span) => seen(span, NUMBERS)),
      [
        call("chat", "command-a-03-2025", { ...counts, [ATTR.finishReasons]: ["length"] }),
        call("chat", "command-a-03-2025", {
          ...counts,
          [ATTR.cacheReadTokens]: 2,
          [ATTR.finishReasons]: ["tool_call"],
        }),
        seen(calls[2], NUMBERS),
        call("chat", "command-r-08-2024", { ...counts, [ATTR.finishReasons]: ["stop"] }),
        call("chat", "command-r-08-2024", { ...counts, [ATTR.finishReasons]: ["stop"] }),
        call("embeddings", "embed-v4.0", { [ATTR.inputTokens]: 9 }),
        call("embeddings", "embed-english-v3.0", { [ATTR.inputTokens]: 9 }),
        call("rerank", "rerank-v3.5"),
        call("chat", "refused"),
        call("chat", "command-a-03-2025", { ...counts, [ATTR.finishReasons]: ["length"] }),
      ],
    );
    assert.equal(calls[2]?.attributes[ATTR.requestModel], "command-r7b-12-2024");
    assert.equal(calls[2]?.failed, false);
    assert.deepEqual(seen(calls[7], [ATTR.rerankDocuments, ATTR.searchUnits, ATTR.requestTopK]), {
      [ATTR.rerankDocuments]: 2,
      [ATTR.searchUnits]: 1,
      [ATTR.requestTopK]: 1,
    });
    assert.deepEqual(seen(calls[8], [ATTR.errorType, ATTR.httpStatus]), {
      [ATTR.errorType]: "401",
      [ATTR.httpStatus]: 401,
    });
    assert.equal(calls[8]?.statusMessage, "invalid api token");
    for (const span of calls) assert.equal(span.attributes[ATTR.provider], "cohere");
    for (const index of [1, 4]) assert.equal(calls[index]?.attributes[ATTR.requestStream], true);
    const others = run.spans.filter((span) => !isInference(span));
    assert.deepEqual(
      others.map((span) => span.name),
      ["GET"],
    );
    assert.ok(!JSON.stringify(run.spans).includes("secret words"));
  });

  it("has its content only where that is captured", async () => {
    await using server = await startRoutes(ROUTES);
    const run = await runObserved(PROGRAM, {
      env: { MODEL_URL: server.url, AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" },
      type: "module",
    });
    const calls = run.spans.filter(isInference);
    for (const index of [0, 1, 3, 4]) {
      assert.match(String(calls[index]?.attributes[ATTR.inputMessages]), /secret words/);
      assert.match(String(calls[index]?.attributes[ATTR.outputMessages]), /"content":"Hello"/);
    }
    assert.match(String(calls[1]?.attributes[ATTR.outputMessages]), /"name":"look"/);
  });
});
