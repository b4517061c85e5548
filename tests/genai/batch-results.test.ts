import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BatchAnswer, createBatchResultsReader, isBatchResults } from "../../src/genai/index.ts";
import { reading } from "./reading.ts";

function read(text: string, size = text.length): { answers: BatchAnswer[]; count: number } {
  const answers: BatchAnswer[] = [];
  const reader = createBatchResultsReader(reading("/v1/files/f/content", true), (answer) => answers.push(answer));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  reader.end();
  return { answers, count: reader.count() };
}
const lines = (...items: unknown[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join("");

describe("results of a batch", () => {
  it("are fetched from places that are known", () => {
    const at = (method: string, path: string): boolean => isBatchResults({ method, path, host: "x" });
    for (const path of [
      "/v1/files/file-1/content",
      "/openai/files/f/content",
      "/v1/messages/batches/msgbatch_1/results",
    ]) {
      assert.equal(at("GET", path), true, path);
      assert.equal(at("POST", path), false, path);
    }
    for (const path of ["/v1/files/file-1", "/v1/files", "/content", "/v1/messages/batches"]) {
      assert.equal(at("GET", path), false, path);
    }
  });

  it("of OpenAI are chats, responses and embeddings", () => {
    const wrap = (body: object): object => ({
      id: "b",
      custom_id: "c",
      response: { status_code: 200, body },
      error: null,
    });
    const { answers } = read(
      lines(
        wrap({ object: "chat.completion", model: "m1", usage: { prompt_tokens: 3, completion_tokens: 2 } }),
        wrap({ object: "response", model: "m2", status: "completed", usage: { input_tokens: 5, output_tokens: 4 } }),
        wrap({ object: "list", model: "m3", data: [], usage: { prompt_tokens: 7, total_tokens: 7 } }),
        { id: "b", custom_id: "c", response: null, error: { code: "batch_expired", message: "expired" } },
      ),
      5,
    );
    assert.deepEqual(
      answers.map(({ model, usage, failed }) => ({ model, usage, failed })),
      [
        { model: "m1", usage: { input: 3, output: 2 }, failed: false },
        { model: "m2", usage: { input: 5, output: 4 }, failed: false },
        { model: "m3", usage: { input: 7 }, failed: false },
        { model: undefined, usage: undefined, failed: true },
      ],
    );
  });

  it("of Anthropic count its cache as input", () => {
    const { answers } = read(
      lines(
        {
          custom_id: "a",
          result: {
            type: "succeeded",
            message: {
              id: "msg_1",
              type: "message",
              role: "assistant",
              model: "claude-sonnet-4-5-20250929",
              content: [{ type: "text", text: "secret words" }],
              stop_reason: "end_turn",
              usage: {
                input_tokens: 10,
                cache_read_input_tokens: 90,
                cache_creation_input_tokens: 0,
                output_tokens: 5,
                service_tier: "batch",
              },
            },
          },
        },
        {
          custom_id: "b",
          result: { type: "errored", error: { type: "error", error: { type: "invalid_request_error" } } },
        },
        { custom_id: "c", result: { type: "expired" } },
      ),
    );
    assert.equal(answers.length, 3);
    assert.deepEqual(
      [answers[0]?.model, answers[0]?.usage?.input, answers[0]?.usage?.output],
      ["claude-sonnet-4-5-20250929", 100, 5],
    );
    assert.deepEqual(
      answers.map(({ failed }) => failed),
      [false, true, true],
    );
    assert.ok(!JSON.stringify(answers).includes("secret words"));
  });

  it("are none in any other file", () => {
    for (const text of [
      "",
      "\n\n",
      "{}",
      "a,b\n1,2\n",
      lines({ custom_id: 5, response: {} }),
      lines({ custom_id: "x" }),
      "\u0000\u0001",
    ]) {
      assert.deepEqual(read(text, 3), { answers: [], count: 0 });
    }
    const first = lines({ prompt: "x" }, { custom_id: "x", response: { status_code: 200, body: {} } });
    assert.equal(read(first).count, 0);
  });
});
