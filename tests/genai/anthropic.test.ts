import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { captured, formatOf, isRecognized, type Place, reading, request, response, stream } from "./reading.ts";

const MESSAGES = "/v1/messages";
const COMPLETE = "/v1/complete";
const VERTEX = "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict";

describe("Anthropic's paths", () => {
  it("are recognized, at a proxy and on Vertex AI as well", () => {
    assert.equal(formatOf(MESSAGES).name, "anthropic.messages");
    assert.equal(formatOf("/anthropic/v1/messages").name, "anthropic.messages");
    assert.equal(formatOf(COMPLETE).name, "anthropic.complete");
    assert.equal(formatOf(VERTEX).name, "anthropic.vertex");
    assert.equal(formatOf(VERTEX.replace("rawPredict", "streamRawPredict")).name, "anthropic.vertex");
  });

  it("are left alone where nothing is inferred", () => {
    for (const path of [
      "/v1/messages/count_tokens",
      "/v1/messages/batches/msgbatch_1/cancel",
      "/v1/threads/thread_1/messages",
      "/v1/models",
      "/v1/projects/p/locations/us-east5/publishers/anthropic/models/count-tokens:rawPredict",
      "/v1/projects/p/locations/us-east5/publishers/mistralai/models/mistral-large:rawPredict",
    ]) {
      assert.equal(isRecognized(path), false, path);
    }
    assert.equal(isRecognized({ path: MESSAGES, method: "GET" }), false);
  });
});

describe("a request for a message", () => {
  it("gives its parameters", () => {
    assert.deepEqual(
      request(MESSAGES, {
        model: "claude-opus-5",
        max_tokens: 1024,
        stream: true,
        temperature: 0.5,
        top_p: 0.9,
        top_k: 5,
        stop_sequences: ["END"],
        output_config: { format: { type: "json_schema", schema: {} } },
        system: "secret",
        messages: [{ role: "user", content: "secret" }],
        metadata: { user_id: "secret" },
        tools: [{ name: "f" }],
      }),
      {
        operation: "chat",
        model: "claude-opus-5",
        stream: true,
        parameters: {
          [ATTR.requestMaxTokens]: 1024,
          [ATTR.requestTemperature]: 0.5,
          [ATTR.requestTopP]: 0.9,
          [ATTR.requestTopK]: 5,
          [ATTR.requestStopSequences]: ["END"],
          [ATTR.outputType]: "json",
        },
      },
    );
  });

  it("takes the model from the path on Vertex AI, and tells the region", () => {
    const body = { anthropic_version: "vertex-2023-10-16", max_tokens: 10, messages: [{ role: "user", content: "x" }] };
    assert.deepEqual(request(VERTEX, body), {
      operation: "chat",
      model: "claude-sonnet-4-5@20250929",
      stream: false,
      parameters: { [ATTR.requestMaxTokens]: 10, [ATTR.inferenceGeo]: "us-east5" },
    });
    assert.equal(request(VERTEX.replace("rawPredict", "streamRawPredict"), body)?.stream, true);
  });

  it("of text gives its parameters", () => {
    assert.deepEqual(request(COMPLETE, { model: "claude-2.1", max_tokens_to_sample: 300, prompt: "secret" }), {
      operation: "text_completion",
      model: "claude-2.1",
      stream: false,
      parameters: { [ATTR.requestMaxTokens]: 300 },
    });
  });

  it("that is something else is none", () => {
    for (const body of [null, [], {}, { model: "m" }, { messages: [] }, { model: 5, max_tokens: 5 }]) {
      assert.equal(request(MESSAGES, body), undefined, JSON.stringify(body));
      assert.equal(request(COMPLETE, body), undefined, JSON.stringify(body));
    }
  });

  it("gives what was said where that is captured", () => {
    const image = { type: "base64", media_type: "image/png", data: "A".repeat(100) };
    const content = captured(MESSAGES, {
      model: "m",
      max_tokens: 1,
      system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } }],
      messages: [
        { role: "user", content: "Count." },
        {
          role: "user",
          content: [
            { type: "image", source: image },
            { type: "document", source: { type: "url", url: "https://x/y.pdf" } },
            { type: "document", source: { type: "text", media_type: "text/plain", data: "Forty." } },
            { type: "image", source: { type: "file", file_id: "file_1" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Rows.", signature: "x" },
            { type: "redacted_thinking", data: "opaque" },
            { type: "tool_use", id: "t1", name: "count", input: { a: 1 } },
            { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "q" } },
            { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "40" }] },
        "odd",
        null,
        { role: "user", content: [null, 5, { type: 7 }, { type: "novel" }] },
      ],
      tools: [{ name: "count" }],
    });
    assert.deepEqual(content[ATTR.systemInstructions], [{ type: "text", content: "Be kind." }]);
    assert.deepEqual(content[ATTR.toolDefinitions], [{ name: "count" }]);
    assert.deepEqual(content[ATTR.inputMessages], [
      { role: "user", parts: [{ type: "text", content: "Count." }] },
      {
        role: "user",
        parts: [
          { type: "blob", modality: "image", size: 100, mime_type: "image/png" },
          { type: "uri", modality: "document", uri: "https://x/y.pdf" },
          { type: "text", content: "Forty." },
          { type: "uri", modality: "image", uri: "file_1" },
        ],
      },
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Rows." },
          { type: "tool_call", name: "count", id: "t1", arguments: { a: 1 } },
          {
            type: "server_tool_call",
            name: "web_search",
            id: "s1",
            server_tool_call: { type: "web_search", arguments: { query: "q" } },
          },
          {
            type: "server_tool_call_response",
            id: "s1",
            server_tool_call_response: { type: "web_search_tool_result", result: [] },
          },
        ],
      },
      { role: "user", parts: [{ type: "tool_call_response", id: "t1", result: "40" }] },
      { role: "user", parts: [] },
    ]);
  });
});

describe("a streamed message", () => {
  const events = (more: readonly unknown[] = []): (readonly [string, unknown])[] => [
    [
      "message_start",
      { type: "message_start", message: { id: "m1", model: "c", usage: { input_tokens: 5, output_tokens: 1 } } },
    ],
    ["ping", { type: "ping" }],
    ["content_block_start", { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }],
    ["content_block_delta", { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "For" } }],
    ["content_block_delta", { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "ty" } }],
    [
      "content_block_start",
      { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "t", name: "f", input: {} } },
    ],
    [
      "content_block_delta",
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"a"' } },
    ],
    [
      "content_block_delta",
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: ":1}" } },
    ],
    ...more.map((event) => ["", event] as const),
  ];
  const END = { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } };

  it("is joined from its pieces", () => {
    const facts = stream(MESSAGES, events([END, { type: "message_stop" }]), true);
    assert.deepEqual(facts.usage, { input: 5, output: 9 });
    assert.deepEqual(facts.content?.[ATTR.outputMessages], [
      {
        role: "assistant",
        parts: [
          { type: "text", content: "Forty" },
          { type: "tool_call", name: "f", id: "t", arguments: '{"a":1}' },
        ],
        finish_reason: "tool_call",
      },
    ]);
    assert.equal(stream(MESSAGES, events([END])).content, undefined);
  });

  it("that breaks off has no output, which it has not told", () => {
    assert.deepEqual(stream(MESSAGES, events()).usage, { input: 5 });
    assert.equal(stream(MESSAGES, events()).finishReasons, undefined);
  });

  it("does not lose counts that a later event has as null", () => {
    const end = { ...END, usage: { input_tokens: null, cache_read_input_tokens: null, output_tokens: 9 } };
    assert.deepEqual(stream(MESSAGES, events([end])).usage, { input: 5, output: 9 });
  });

  it("may fail in the middle", () => {
    const facts = stream(MESSAGES, events([{ type: "error", error: { type: "overloaded_error", message: "no" } }]));
    assert.deepEqual(facts.error, { type: "overloaded_error", message: "no" });
  });

  it("of text is joined, too", () => {
    const pieces = [" For", "ty"].map((completion) => ["completion", { type: "completion", completion }] as const);
    const facts = stream(COMPLETE, [...pieces, ["completion", { completion: "", stop_reason: "max_tokens" }]], true);
    assert.deepEqual(facts.finishReasons, ["length"]);
    assert.deepEqual(facts.content?.[ATTR.outputMessages], [
      { role: "assistant", parts: [{ type: "text", content: " Forty" }], finish_reason: "length" },
    ]);
  });

  it("takes any order and any shape", () => {
    for (const place of [MESSAGES, COMPLETE, VERTEX] satisfies Place[]) {
      const reader = formatOf(place).createStreamReader(reading(place, true));
      for (const data of [
        null,
        5,
        [],
        "x",
        {},
        { type: "message_delta" },
        { type: "content_block_delta", index: {} },
      ]) {
        for (const name of ["message_start", "message_delta", "content_block_start", "error", ""]) {
          assert.doesNotThrow(() => reader.event(name, data));
        }
      }
      assert.doesNotThrow(reader.result);
    }
  });
});

describe("an answer of messages", () => {
  it("keeps a reason that it does not know", () => {
    assert.deepEqual(response(MESSAGES, { stop_reason: "pause_turn", usage: {} }).finishReasons, ["pause_turn"]);
  });

  it("with counts that are none tells none", () => {
    const usage = { input_tokens: -1, output_tokens: 1.5, cache_creation: "x", output_tokens_details: null };
    assert.deepEqual(response(MESSAGES, { usage }).usage, {});
  });
});
