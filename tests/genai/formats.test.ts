import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ResponseFacts, WIRE_FORMATS } from "../../src/genai/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { captured, formatOf, isRecognized, reading, request, response, stream } from "./reading.ts";

const CHAT = "/v1/chat/completions";
const RESPONSES = "/v1/responses";
const EMBEDDINGS = "/v1/embeddings";

describe("paths", () => {
  it("are recognized whatever stands before them", () => {
    for (const path of [
      CHAT,
      "/chat/completions",
      "/openai/deployments/x/chat/completions",
      "/api/v1/chat/completions",
    ]) {
      assert.equal(formatOf(path).name, "openai.chat_completions");
    }
    assert.equal(formatOf("/openai/v1/responses").name, "openai.responses");
    assert.equal(formatOf("/v1/embeddings").name, "openai.embeddings");
  });

  it("are left alone where they only look alike", () => {
    for (const path of [
      "/",
      "/v1/chats",
      "/v1/completionsx",
      "/v1/responses/resp_1",
      "/v1/responses/resp_1/cancel",
      "/v1/models",
    ]) {
      assert.equal(isRecognized(path), false, path);
    }
  });
});

describe("a request", () => {
  it("of chat completions gives its parameters", () => {
    assert.deepEqual(
      request(CHAT, {
        model: "gpt-4o",
        stream: true,
        temperature: 0.5,
        top_p: 1,
        max_completion_tokens: 10,
        seed: 7,
        stop: ["a", "b"],
        frequency_penalty: 0.1,
        presence_penalty: -0.1,
        service_tier: "flex",
        n: 3,
        response_format: { type: "json_schema", json_schema: { name: "x" } },
        messages: [{ role: "user", content: "secret" }],
        tools: [{}],
      }),
      {
        operation: "chat",
        model: "gpt-4o",
        stream: true,
        parameters: {
          [ATTR.openaiApiType]: "chat_completions",
          [ATTR.requestTemperature]: 0.5,
          [ATTR.requestTopP]: 1,
          [ATTR.requestMaxTokens]: 10,
          [ATTR.requestSeed]: 7,
          [ATTR.requestStopSequences]: ["a", "b"],
          [ATTR.requestFrequencyPenalty]: 0.1,
          [ATTR.requestPresencePenalty]: -0.1,
          [ATTR.openaiRequestServiceTier]: "flex",
          [ATTR.requestChoiceCount]: 3,
          [ATTR.outputType]: "json",
        },
      },
    );
  });

  it("of responses and of embeddings gives theirs", () => {
    assert.deepEqual(
      request(RESPONSES, {
        model: "gpt-5",
        input: "secret",
        max_output_tokens: 5,
        text: { format: { type: "text" } },
        conversation: { id: "conv_1" },
      }),
      {
        operation: "chat",
        model: "gpt-5",
        stream: false,
        parameters: {
          [ATTR.openaiApiType]: "responses",
          [ATTR.requestMaxTokens]: 5,
          [ATTR.outputType]: "text",
          [ATTR.conversationId]: "conv_1",
        },
      },
    );
    assert.deepEqual(request(EMBEDDINGS, { model: "e", input: "secret", dimensions: 8, encoding_format: "base64" }), {
      operation: "embeddings",
      model: "e",
      stream: false,
      parameters: { [ATTR.embeddingsDimensionCount]: 8, [ATTR.requestEncodingFormats]: ["base64"] },
    });
  });

  it("that is something else is none", () => {
    for (const body of [undefined, null, [], "x", 5, {}, { model: 5 }, { model: "" }, { messages: [] }]) {
      for (const format of WIRE_FORMATS)
        assert.equal(format.readRequest(body, reading("/", true)), undefined, JSON.stringify(body));
    }
  });

  it("leaves out parameters of the wrong type", () => {
    const facts = request(CHAT, {
      model: "m",
      temperature: null,
      top_p: {},
      seed: [1],
      stop: [],
      n: 1,
      logit_bias: null,
    });
    assert.deepEqual(facts?.parameters, { [ATTR.openaiApiType]: "chat_completions" });
  });

  it("gives what was said only where that is captured", () => {
    const image = `data:image/png;base64,${"A".repeat(100)}`;
    const content = captured(CHAT, {
      model: "m",
      messages: [
        { role: "system", content: "Be kind." },
        { role: "developer", content: [{ type: "text", text: "Be brief." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "Look" },
            { type: "image_url", image_url: { url: image } },
            { type: "image_url", image_url: { url: "https://x/y.png" } },
          ],
        },
        { role: "assistant", content: null, tool_calls: [{ id: "c1", function: { name: "f", arguments: '{"a":1}' } }] },
        { role: "tool", tool_call_id: "c1", content: "42" },
        "odd",
        null,
      ],
      tools: [{ type: "function" }],
    });
    assert.deepEqual(content[ATTR.systemInstructions], [
      { type: "text", content: "Be kind." },
      { type: "text", content: "Be brief." },
    ]);
    assert.deepEqual(content[ATTR.inputMessages], [
      {
        role: "user",
        parts: [
          { type: "text", content: "Look" },
          { type: "blob", modality: "image", size: image.length },
          { type: "uri", modality: "image", uri: "https://x/y.png" },
        ],
      },
      { role: "assistant", parts: [{ type: "tool_call", name: "f", id: "c1", arguments: '{"a":1}' }] },
      { role: "tool", parts: [{ type: "tool_call_response", result: "42", id: "c1" }] },
    ]);
    assert.deepEqual(content[ATTR.toolDefinitions], [{ type: "function" }]);
    assert.deepEqual(
      captured(RESPONSES, {
        model: "m",
        instructions: "Be kind.",
        input: [
          { role: "user", content: [{ type: "input_text", text: "Hi" }] },
          { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
          { type: "function_call_output", call_id: "c", output: "42" },
          { type: "item_reference", id: "x" },
        ],
      }),
      {
        [ATTR.systemInstructions]: [{ type: "text", content: "Be kind." }],
        [ATTR.inputMessages]: [
          { role: "user", parts: [{ type: "text", content: "Hi" }] },
          { role: "assistant", parts: [{ type: "tool_call", name: "f", id: "c", arguments: "{}" }] },
          { role: "tool", parts: [{ type: "tool_call_response", result: "42", id: "c" }] },
        ],
      },
    );
    assert.equal(request(CHAT, { model: "m", messages: [{ role: "user", content: "secret" }] })?.content, undefined);
  });
});

const CHAT_USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const RESPONSES_USAGE = {
  input_tokens: 10,
  output_tokens: 5,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens_details: { reasoning_tokens: 3 },
};
const USAGE = { input: 10, output: 5, cacheRead: 4, reasoning: 3 };

describe("an answer", () => {
  const cases: readonly (readonly [name: string, path: string, body: unknown, expected: ResponseFacts])[] = [
    [
      "of chat completions",
      CHAT,
      {
        id: "c1",
        model: "gpt-4o-2024-08-06",
        choices: [{ finish_reason: "stop", message: { content: "secret" } }],
        usage: CHAT_USAGE,
        system_fingerprint: "fp",
        service_tier: "default",
      },
      {
        id: "c1",
        model: "gpt-4o-2024-08-06",
        usage: USAGE,
        finishReasons: ["stop"],
        parameters: { [ATTR.openaiSystemFingerprint]: "fp", [ATTR.openaiResponseServiceTier]: "default" },
      },
    ],
    [
      "with several choices and other reasons",
      CHAT,
      {
        choices: [
          { finish_reason: "tool_calls" },
          { finish_reason: "function_call" },
          { finish_reason: "length" },
          { finish_reason: null },
          { finish_reason: "novel" },
        ],
      },
      { finishReasons: ["tool_call", "tool_call", "length", "novel"], parameters: {} },
    ],
    [
      "with counts that are none",
      CHAT,
      {
        usage: {
          prompt_tokens: -1,
          completion_tokens: 1.5,
          prompt_tokens_details: null,
          completion_tokens_details: "x",
        },
      },
      { usage: {}, parameters: {} },
    ],
    ["with usage null", CHAT, { usage: null, choices: null }, { parameters: {} }],
    [
      "that is an error",
      CHAT,
      { error: { message: "no", type: "invalid_request_error", code: "context_length_exceeded", param: null } },
      { error: { message: "no", type: "invalid_request_error", code: "context_length_exceeded" }, parameters: {} },
    ],
    [
      "that is an error with a number",
      CHAT,
      { error: { message: "no", code: 429 } },
      { error: { message: "no", code: "429" }, parameters: {} },
    ],
    ["that is an error in a word", CHAT, { error: "overloaded" }, { error: { message: "overloaded" }, parameters: {} }],
    [
      "of responses",
      RESPONSES,
      {
        id: "r1",
        model: "gpt-5",
        status: "completed",
        output: [{ type: "message", content: [] }],
        usage: RESPONSES_USAGE,
        error: null,
      },
      { id: "r1", model: "gpt-5", usage: USAGE, finishReasons: ["stop"], parameters: {} },
    ],
    [
      "of responses with calls",
      RESPONSES,
      { status: "completed", output: [{ type: "reasoning" }, { type: "function_call" }] },
      { finishReasons: ["tool_call"], parameters: {} },
    ],
    [
      "of responses cut short",
      RESPONSES,
      { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
      { finishReasons: ["length"], parameters: {} },
    ],
    [
      "of responses filtered",
      RESPONSES,
      { status: "incomplete", incomplete_details: { reason: "content_filter" } },
      { finishReasons: ["content_filter"], parameters: {} },
    ],
    [
      "of responses failed",
      RESPONSES,
      { status: "failed", error: { code: "server_error", message: "no" } },
      { finishReasons: ["error"], error: { code: "server_error", message: "no" }, parameters: {} },
    ],
    ["of responses not yet there", RESPONSES, { status: "queued" }, { parameters: {} }],
    ["of responses cancelled", RESPONSES, { status: "cancelled" }, { finishReasons: ["cancelled"], parameters: {} }],
    [
      "of embeddings",
      EMBEDDINGS,
      { model: "e", data: [{ embedding: [1, 2] }], usage: { prompt_tokens: 4, total_tokens: 4 } },
      { model: "e", usage: { input: 4 } },
    ],
  ];
  for (const [name, path, body, expected] of cases) {
    it(name, () => {
      assert.deepEqual(response(path, body), expected);
    });
  }

  it("of no shape at all gives nothing and throws nothing", () => {
    for (const format of WIRE_FORMATS) {
      for (const body of [undefined, null, [], "x", 5, [[]], { choices: 5, usage: [], output: {}, error: 5 }]) {
        const facts = format.readResponse(body, reading("/", true));
        assert.equal(facts.usage === undefined || Object.keys(facts.usage).length === 0, true);
        const reader = format.createStreamReader(reading("/", true));
        reader.event("", body);
        reader.event("error", body);
        reader.result();
      }
    }
  });
});

describe("a streamed answer", () => {
  const chunk = (choices: unknown, more: object = {}) => ["", { id: "c1", model: "m-1", choices, ...more }] as const;

  it("of chat completions is joined from its pieces", () => {
    const events = [
      chunk([{ index: 0, delta: { role: "assistant", content: "" } }], { usage: null }),
      chunk([{ index: 0, delta: { content: "Hel" } }]),
      chunk([{ index: 0, delta: { content: "lo" } }]),
      chunk([{ index: 1, delta: { tool_calls: [{ index: 0, id: "t1", function: { name: "f", arguments: "" } }] } }]),
      chunk([{ index: 1, delta: { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] } }]),
      chunk([{ index: 1, delta: { tool_calls: [{ index: 0, function: { arguments: ":1}" } }] } }]),
      chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
      chunk([{ index: 1, delta: {}, finish_reason: "tool_calls" }]),
      chunk([], { usage: CHAT_USAGE }),
    ];
    const expected = { id: "c1", model: "m-1", parameters: {}, usage: USAGE, finishReasons: ["stop", "tool_call"] };
    assert.deepEqual(stream(CHAT, events), expected);
    assert.deepEqual(stream(CHAT, events, true).content?.[ATTR.outputMessages], [
      { role: "assistant", parts: [{ type: "text", content: "Hello" }], finish_reason: "stop" },
      {
        role: "assistant",
        parts: [{ type: "tool_call", name: "f", arguments: '{"a":1}', id: "t1" }],
        finish_reason: "tool_call",
      },
    ]);
  });

  it("of chat completions may carry an error", () => {
    const facts = stream(CHAT, [
      chunk([{ index: 0, delta: { content: "a" } }]),
      ["", { error: { message: "overloaded", type: "server_error" } }],
    ]);
    assert.deepEqual(facts.error, { message: "overloaded", type: "server_error" });
    assert.equal(facts.finishReasons, undefined);
  });

  it("of responses is what its last event says", () => {
    const facts = stream(RESPONSES, [
      [
        "response.created",
        { type: "response.created", response: { id: "r1", model: "m", status: "in_progress", usage: null } },
      ],
      ["response.output_text.delta", { type: "response.output_text.delta", delta: "secret" }],
      [
        "response.completed",
        {
          type: "response.completed",
          response: { id: "r1", model: "m", status: "completed", output: [], usage: RESPONSES_USAGE },
        },
      ],
    ]);
    assert.deepEqual(facts, { id: "r1", model: "m", parameters: {}, usage: USAGE, finishReasons: ["stop"] });
  });

  it("of responses may fail", () => {
    assert.deepEqual(
      stream(RESPONSES, [["error", { type: "error", code: "rate_limit_exceeded", message: "slow down" }]]).error,
      {
        code: "rate_limit_exceeded",
        message: "slow down",
        type: "error",
      },
    );
    const failed = stream(RESPONSES, [
      [
        "response.failed",
        {
          type: "response.failed",
          response: { id: "r1", status: "failed", error: { code: "server_error", message: "no" } },
        },
      ],
    ]);
    assert.deepEqual(failed.finishReasons, ["error"]);
    assert.deepEqual(failed.error, { code: "server_error", message: "no" });
  });
});
