import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { formatOf, isRecognized, reading, request, response, stream } from "./reading.ts";

const CONVERSE = "/model/amazon.nova-lite-v1%3A0/converse";
const INVOKE = "/model/meta.llama3-8b-instruct-v1%3A0/invoke";
const ARN = "arn:aws:bedrock:us-east-1:123456789012";

describe("the path of a model on Bedrock", () => {
  it("tells the model, however it is written", () => {
    const cases: readonly (readonly [model: string, expected: string | undefined])[] = [
      ["anthropic.claude-3-haiku-20240307-v1%3A0", "anthropic.claude-3-haiku-20240307-v1:0"],
      ["anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"],
      [encodeURIComponent(`${ARN}:inference-profile/us.amazon.nova-pro-v1:0`), "us.amazon.nova-pro-v1:0"],
      [`${ARN}:application-inference-profile/a1b2c3`, "a1b2c3"],
      [encodeURIComponent("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"), "amazon.nova-pro-v1:0"],
      ["%E0%A4%A", undefined],
      [encodeURIComponent(`${ARN}:inference-profile/`), undefined],
    ];
    for (const [model, expected] of cases) {
      assert.equal(request(`/model/${model}/converse`, { messages: [] })?.model, expected, model);
      assert.equal(request(`/model/${model}/invoke`, { prompt: "x" })?.model, expected, model);
    }
  });

  it("of what is no call of a model is left alone", () => {
    for (const path of [
      "/model/x/count-tokens",
      "/model/x/async-invoke",
      "/model/converse",
      "/guardrail/g/version/1/apply",
      "/model/x/invoke-with-bidirectional-stream",
      "/models/x/converses",
    ]) {
      assert.equal(isRecognized(path), false, path);
    }
    assert.equal(isRecognized({ method: "GET", path: CONVERSE }), false);
  });
});

describe("an answer of Bedrock", () => {
  it("names the model that a router chose, and the tier", () => {
    const facts = response(CONVERSE, {
      stopReason: "guardrail_intervened",
      usage: { inputTokens: 3, outputTokens: 0 },
      trace: { promptRouter: { invokedModelId: `${ARN}:inference-profile/us.meta.llama3-1-8b-instruct-v1:0` } },
      serviceTier: { type: "priority" },
    });
    assert.deepEqual(facts, {
      model: "us.meta.llama3-1-8b-instruct-v1:0",
      usage: { input: 3, output: 0 },
      finishReasons: ["content_filter"],
      parameters: { [ATTR.serviceTier]: "priority" },
    });
  });

  it("without counts of its own is counted by its headers, and by nothing that is no count", () => {
    const read = (headers: Record<string, string>): unknown =>
      formatOf(INVOKE).readResponse({ outputs: [] }, reading(INVOKE, false, headers)).usage;
    const prefix = "x-amzn-bedrock";
    assert.deepEqual(
      read({
        [`${prefix}-input-token-count`]: "5",
        [`${prefix}-output-token-count`]: "2",
        [`${prefix}-cache-read-input-token-count`]: "10",
        [`${prefix}-cache-write-input-token-count`]: "20",
      }),
      { input: 35, output: 2, cacheRead: 10, cacheCreation: 20 },
    );
    for (const value of ["", "-1", "1.5", "1e3", "NaN", "9".repeat(30)]) {
      assert.equal(read({ [`${prefix}-input-token-count`]: value }), undefined, value);
    }
  });

  it("that is an error tells its kind", () => {
    const options = reading(CONVERSE, false, { "x-amzn-errortype": "ValidationException:http://x" });
    assert.deepEqual(formatOf(CONVERSE).readResponse({ message: "no" }, options), {
      error: { type: "ValidationException", message: "no" },
    });
    assert.deepEqual(formatOf(INVOKE).readResponse(undefined, options), { error: { type: "ValidationException" } });
  });

  it("in a stream may fail in the middle, in several ways", () => {
    const failed = (name: string, data: unknown): unknown => stream(`${CONVERSE}-stream`, [[name, data]]).error;
    assert.deepEqual(failed("throttlingException", { message: "slow" }), {
      type: "ThrottlingException",
      message: "slow",
    });
    assert.deepEqual(failed("error", { code: "InternalFailure", message: "no" }), {
      type: "InternalFailure",
      message: "no",
    });
    assert.deepEqual(failed("internalServerException", undefined), { type: "InternalServerException" });
  });

  it("of a chunk that is no chunk is passed over", () => {
    const chunk = (data: unknown): readonly [string, unknown] => [
      "chunk",
      { bytes: Buffer.from(JSON.stringify(data)).toString("base64") },
    ];
    const facts = stream(`${INVOKE}-with-response-stream`, [
      ["chunk", { bytes: "@@@" }],
      ["chunk", { bytes: 5 }],
      ["chunk", null],
      chunk({ generation: "x", prompt_token_count: 4, generation_token_count: 1, stop_reason: null }),
      chunk([1]),
      chunk({ generation: "y", generation_token_count: 2, stop_reason: "stop" }),
    ]);
    assert.deepEqual(facts, { usage: { input: 4, output: 2 }, finishReasons: ["stop"] });
  });
});
