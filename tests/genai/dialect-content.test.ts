import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normalizeContent } from "../../src/genai/index.ts";
import { ATTR } from "../../src/model/index.ts";

type Given = Readonly<Record<string, unknown>>;

const TOOL = { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Oslo" } };

/** The same conversation as each dialect says it: a question with an earlier tool call, and an answer that calls the tool again. */
const DIALECTS: Readonly<Record<string, Given>> = {
  OpenLLMetry: {
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "Weather?",
    "gen_ai.prompt.1.role": "assistant",
    "gen_ai.prompt.1.tool_calls.0.id": "call_1",
    "gen_ai.prompt.1.tool_calls.0.name": "weather",
    "gen_ai.prompt.1.tool_calls.0.arguments": '{"city":"Oslo"}',
    "gen_ai.prompt.2.role": "tool",
    "gen_ai.prompt.2.tool_call_id": "call_1",
    "gen_ai.prompt.2.content": '{"degrees":3}',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "Again.",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.id": "call_1",
    "gen_ai.completion.0.tool_calls.0.name": "weather",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"city":"Oslo"}',
  },
  OpenInference: {
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.contents.0.message_content.type": "text",
    "llm.input_messages.0.message.contents.0.message_content.text": "Weather?",
    "llm.input_messages.1.message.role": "assistant",
    "llm.input_messages.1.message.tool_calls.0.tool_call.id": "call_1",
    "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "weather",
    "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": '{"city":"Oslo"}',
    "llm.input_messages.2.message.role": "tool",
    "llm.input_messages.2.message.tool_call_id": "call_1",
    "llm.input_messages.2.message.content": '{"degrees":3}',
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "Again.",
    "llm.output_messages.0.message.finish_reason": "tool_calls",
    "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "weather",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"city":"Oslo"}',
    "input.value": '{"messages":[]}',
    "input.mime_type": "application/json",
    "output.value": "{}",
  },
  "the AI SDK": {
    "ai.prompt.messages": JSON.stringify([
      { role: "user", content: [{ type: "text", text: "Weather?" }] },
      {
        role: "assistant",
        content: [{ type: "tool-call", toolCallId: "call_1", toolName: "weather", input: { city: "Oslo" } }],
      },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", output: { degrees: 3 } }] },
    ]),
    "ai.response.text": "Again.",
    "ai.response.finishReason": "tool_calls",
    "ai.response.toolCalls": '[{"toolCallId":"call_1","toolName":"weather","args":"{\\"city\\":\\"Oslo\\"}"}]',
    "ai.prompt.tools": ['{"type":"function","name":"weather"}'],
  },
};

const messages = (given: Given): readonly [unknown, unknown] => {
  const { canonical } = normalizeContent(given);
  return [JSON.parse(canonical[ATTR.inputMessages] ?? "null"), JSON.parse(canonical[ATTR.outputMessages] ?? "null")];
};

describe("what was said, in the dialects of others", () => {
  for (const [dialect, given] of Object.entries(DIALECTS)) {
    it(`becomes canonical messages, and nothing of it stays: ${dialect}`, () => {
      assert.deepEqual(messages(given), [
        [
          { role: "user", parts: [{ type: "text", content: "Weather?" }] },
          { role: "assistant", parts: [TOOL] },
          { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", result: { degrees: 3 } }] },
        ],
        [{ role: "assistant", parts: [{ type: "text", content: "Again." }, TOOL], finish_reason: "tool_calls" }],
      ]);
      const left = Object.keys(given).filter((name) => !normalizeContent(given).spoken.includes(name));
      assert.deepEqual(left, dialect === "the AI SDK" ? ["ai.response.finishReason"] : []);
    });
  }

  it("keeps names, numbers and canonical content that is there", () => {
    const given = {
      "gen_ai.prompt.0.content": "theirs",
      [ATTR.inputMessages]: "ours",
      "llm.model_name": "gpt-4o",
      "gen_ai.prompt.0.x": 1,
    };
    const { canonical, spoken } = normalizeContent(given);
    assert.deepEqual(canonical, {});
    assert.deepEqual(spoken, ["gen_ai.prompt.0.content", "gen_ai.prompt.0.x"]);
    assert.deepEqual(normalizeContent({ [ATTR.inputMessages]: "ours" }), { canonical: {}, spoken: [] });
  });

  it("tells what a tool was given and gave", () => {
    for (const given of [
      { "traceloop.entity.input": '{"a":1}', "traceloop.entity.output": "3" },
      { "input.value": '{"a":1}', "output.value": "3" },
      { "ai.toolCall.args": '{"a":1}', "ai.toolCall.result": "3" },
    ]) {
      const { canonical } = normalizeContent({ [ATTR.toolName]: "add", ...given });
      assert.deepEqual(canonical, { [ATTR.toolArguments]: '{"a":1}', [ATTR.toolResult]: "3" });
    }
  });

  it("says images by their size or address, and definitions of tools as they are", () => {
    const parts = JSON.stringify([
      { type: "text", text: "what is it?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "image_url", image_url: { url: "https://images.example/cat.png" } },
    ]);
    const [input] = messages({ "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": parts });
    assert.deepEqual((input as { parts: unknown }[])[0]?.parts, [
      { type: "text", content: "what is it?" },
      { type: "blob", modality: "image", size: 26 },
      { type: "uri", uri: "https://images.example/cat.png", modality: "image" },
    ]);
    const { canonical } = normalizeContent({
      "llm.request.functions.0.name": "weather",
      "llm.request.functions.0.parameters": '{"type":"object"}',
      "llm.tools.0.tool.json_schema": '{"name":"other"}',
    });
    assert.deepEqual(JSON.parse(canonical[ATTR.toolDefinitions] ?? ""), [
      { type: "function", name: "weather", parameters: { type: "object" } },
      { name: "other" },
    ]);
  });

  it("takes any nonsense without a fault", () => {
    const values = [
      "",
      "[",
      "[{",
      '[{"type":',
      "null",
      "[1,[2]]",
      '{"a":1}',
      7,
      true,
      null,
      undefined,
      [null],
      [undefined],
      {},
      "\ud800",
    ];
    const names = Object.values(DIALECTS).flatMap(Object.keys);
    for (const value of values) {
      for (const name of [...names, "gen_ai.prompt.99999.role", "gen_ai.prompt.__proto__.role", "llm.tools.0.x"]) {
        const { canonical } = normalizeContent({ [name]: value, [ATTR.toolName]: value });
        for (const said of Object.values(canonical)) assert.equal(typeof said, "string");
      }
    }
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`gen_ai.prompt.${at}.content`, "x"]));
    assert.equal((messages(many)[0] as unknown[]).length, 2000);
  });
});
