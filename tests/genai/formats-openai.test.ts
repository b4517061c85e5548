import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { captured, formatOf, isRecognized, reading, request, response, stream } from "./reading.ts";

const CHAT = "/v1/chat/completions";
const RESPONSES = "/v1/responses";
const COMPLETIONS = "/v1/completions";
const AZURE = "/openai/deployments/my%20trees/chat/completions";

const answer = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}, host = "models.example") =>
  formatOf(path).readResponse(body, reading({ path, host }, false, headers));

describe("text completions", () => {
  it("are told from chat", () => {
    for (const path of [COMPLETIONS, "/openai/v1/completions", "/openai/deployments/x/completions"]) {
      assert.equal(formatOf(path).name, "openai.completions", path);
    }
    for (const path of ["/completions/x", "/v1/completionsx"]) assert.equal(isRecognized(path), false, path);
  });

  it("give their parameters, and what was said", () => {
    assert.deepEqual(request(COMPLETIONS, { model: "m", prompt: "secret", max_tokens: 5, n: 2, stream: true }), {
      operation: "text_completion",
      model: "m",
      stream: true,
      parameters: { [ATTR.requestMaxTokens]: 5, [ATTR.requestChoiceCount]: 2 },
    });
    assert.deepEqual(captured(COMPLETIONS, { model: "m", prompt: ["a", "b"] })[ATTR.inputMessages], [
      { role: "user", parts: [{ type: "text", content: "a" }] },
      { role: "user", parts: [{ type: "text", content: "b" }] },
    ]);
    const pieces = ["For", "ty"].map((text) => ["", { choices: [{ index: 0, text, finish_reason: null }] }] as const);
    const facts = stream(
      COMPLETIONS,
      [...pieces, ["", { choices: [{ index: 0, text: "", finish_reason: "stop" }] }]],
      true,
    );
    assert.deepEqual(facts.content?.[ATTR.outputMessages], [
      { role: "assistant", parts: [{ type: "text", content: "Forty" }], finish_reason: "stop" },
    ]);
  });
});

describe("Azure", () => {
  it("names the deployment in the path", () => {
    assert.equal(request(AZURE, { messages: [] })?.model, "my trees");
    assert.equal(request(AZURE, { model: "gpt-4o", messages: [] })?.model, "gpt-4o");
    assert.equal(request("/openai/deployments/e/embeddings", { input: "x" })?.model, "e");
  });
});

describe("chat completions", () => {
  it("tell of a refusal, of thoughts, of speech and of older calls", () => {
    const said = (message: unknown): unknown => {
      const body = { choices: [{ index: 0, message, finish_reason: "stop" }] };
      const content = formatOf(CHAT).readResponse(body, reading(CHAT, true)).content?.[ATTR.outputMessages];
      return (content as readonly { readonly parts: unknown }[])[0]?.parts;
    };
    assert.deepEqual(said({ content: null, refusal: "No." }), [{ type: "text", content: "No." }]);
    assert.deepEqual(said({ content: "40", reasoning_content: "Rows." }), [
      { type: "reasoning", content: "Rows." },
      { type: "text", content: "40" },
    ]);
    assert.deepEqual(said({ content: null, audio: { data: "AAAA", transcript: "Forty." } }), [
      { type: "text", content: "Forty." },
    ]);
    assert.deepEqual(said({ content: null, function_call: { name: "f", arguments: "{}" } }), [
      { type: "tool_call", name: "f", arguments: "{}" },
    ]);
    assert.deepEqual(said({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Rows." }] }] }), [
      { type: "reasoning", content: "Rows." },
    ]);
  });

  it("join thoughts and refusals of a stream", () => {
    const chunk = (delta: object): readonly [string, unknown] => ["", { choices: [{ index: 0, delta }] }];
    const facts = stream(
      CHAT,
      [chunk({ reasoning: "Ro" }), chunk({ reasoning: "ws." }), chunk({ refusal: "N" }), chunk({ refusal: "o." })],
      true,
    );
    assert.deepEqual(facts.content?.[ATTR.outputMessages], [
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Rows." },
          { type: "text", content: "No." },
        ],
        finish_reason: "stop",
      },
    ]);
  });

  it("keep what an earlier chunk said and a later one does not", () => {
    const facts = stream(CHAT, [
      ["", { id: "c", service_tier: "flex", choices: [] }],
      ["", { id: "c", choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }],
      ["", { id: "c", choices: [] }],
    ]);
    assert.deepEqual(facts.parameters, { [ATTR.openaiResponseServiceTier]: "flex" });
    assert.deepEqual(facts.usage, { input: 1, output: 2 });
  });

  it("count reasoning as output where the total says that it stands beside", () => {
    const usage = (total: number, reasoning: number): unknown =>
      response(CHAT, {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: total,
          completion_tokens_details: { reasoning_tokens: reasoning },
        },
      }).usage;
    assert.deepEqual(usage(18, 3), { input: 10, output: 8, reasoning: 3 });
    assert.deepEqual(usage(15, 3), { input: 10, output: 5, reasoning: 3 });
    assert.deepEqual(usage(99, 3), { input: 10, output: 5, reasoning: 3 });
  });

  it("hold no more choices than anybody asks for", () => {
    const choices = Array.from({ length: 20_000 }, (_, index) => ({
      index,
      delta: { content: "x" },
      finish_reason: "stop",
    }));
    const facts = stream(CHAT, [["", { choices }]], true);
    assert.equal(facts.finishReasons?.length, 1000);
  });
});

describe("a cost that is reported", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1, cost: 0.5 };

  it("is believed where it is in dollars", () => {
    const cost = (body: unknown, headers?: Readonly<Record<string, string>>, host?: string): unknown =>
      answer(CHAT, body, headers, host).parameters?.[ATTR.costUsd];
    assert.equal(cost({ usage }, {}, "openrouter.ai"), 0.5);
    assert.equal(cost({ id: "gen-1", provider: "OpenAI", usage }), 0.5);
    assert.equal(cost({ usage: { cost_in_usd_ticks: 25_000_000 } }), 0.0025);
    assert.equal(cost({ usage: { cost: { total_cost: 0.02 } } }, {}, "api.perplexity.ai"), 0.02);
    assert.equal(cost({ usage: {} }, { "x-litellm-response-cost": "1.5e-05" }), 1.5e-5);
  });

  it("is not where nobody says what it is in", () => {
    for (const [body, headers] of [
      [{ usage }, {}],
      [{ id: "chatcmpl-1", provider: "x", usage }, {}],
      [{ usage: { cost: { total_cost: 1 } } }, {}],
      [{ usage: { estimated_cost: 1 } }, {}],
      [{ usage: { cost_in_usd_ticks: -1 } }, {}],
      [{ usage: {} }, { "x-litellm-response-cost": "" }],
      [{ usage: {} }, { "x-litellm-response-cost": "None" }],
    ] as const) {
      assert.equal(answer(CHAT, body, headers).parameters?.[ATTR.costUsd], undefined, JSON.stringify(body));
    }
  });
});

describe("responses", () => {
  it("may be compacted, which is a call as well", () => {
    assert.equal(formatOf("/v1/responses/compact").name, "openai.responses");
    assert.equal(request("/v1/responses/compact", { model: "gpt-5", input: "x" })?.model, "gpt-5");
  });

  it("tell what they go on from", () => {
    const facts = request(RESPONSES, {
      model: "gpt-5",
      input: "x",
      previous_response_id: "resp_1",
      conversation: "conv_1",
    });
    assert.equal(facts?.parameters[ATTR.previousResponseId], "resp_1");
    assert.equal(facts?.parameters[ATTR.conversationId], "conv_1");
    assert.equal(response(RESPONSES, { conversation: { id: "conv_2" } }).parameters?.[ATTR.conversationId], "conv_2");
  });

  it("wait for the program where a tool is its to run", () => {
    for (const [type, expected] of [
      ["function_call", "tool_call"],
      ["custom_tool_call", "tool_call"],
      ["computer_call", "tool_call"],
      ["mcp_approval_request", "tool_call"],
      ["web_search_call", "stop"],
      ["mcp_call", "stop"],
      ["novel_thing", "stop"],
    ]) {
      const facts = response(RESPONSES, { status: "completed", output: [{ type }] });
      assert.deepEqual(facts.finishReasons, [expected], type);
    }
  });

  it("count searches from what they bill, else from what they did", () => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const output = [{ type: "web_search_call", action: { type: "search" } }, { type: "web_search_call" }];
    assert.equal(response(RESPONSES, { usage, output }).usage?.webSearches, 2);
    const billed = { usage, output, tool_usage: { web_search: { num_requests: 5 } } };
    assert.equal(response(RESPONSES, billed).usage?.webSearches, 5);
    assert.equal(response(RESPONSES, { output }).usage, undefined);
  });

  it("tell of tools that ran at the provider, with the size of what they made", () => {
    const body = {
      status: "completed",
      output: [
        { type: "image_generation_call", id: "ig_1", status: "completed", result: "A".repeat(500) },
        { type: "mcp_call", id: "mcp_1", name: "water", server_label: "garden", arguments: "{}", output: "done" },
        { type: "custom_tool_call", call_id: "c1", name: "sh", input: "ls" },
        { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "Rows." }] },
      ],
    };
    const messages = formatOf(RESPONSES).readResponse(body, reading(RESPONSES, true)).content?.[ATTR.outputMessages];
    assert.deepEqual(
      (messages as readonly { readonly parts: readonly unknown[] }[]).flatMap(({ parts }) => parts),
      [
        {
          type: "server_tool_call",
          name: "image_generation",
          id: "ig_1",
          server_tool_call: { status: "completed", result_size: 500 },
        },
        {
          type: "server_tool_call",
          name: "water",
          id: "mcp_1",
          server_tool_call: { name: "water", server_label: "garden", arguments: "{}", output: "done" },
        },
        { type: "tool_call", name: "sh", id: "c1", arguments: "ls" },
        { type: "reasoning", content: "Rows." },
      ],
    );
  });
});
