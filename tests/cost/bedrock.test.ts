import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { costAttributes, createPricer } from "../../src/cost/index.ts";
import { ATTR } from "../../src/model/index.ts";

const MILLION = 1_000_000;
const pricer = createPricer();
const costOf = (requestModel: string, responseModel: string | undefined, more: object = {}): unknown =>
  costAttributes(
    pricer,
    {
      [ATTR.provider]: "aws.bedrock",
      [ATTR.requestModel]: requestModel,
      ...(responseModel !== undefined && { [ATTR.responseModel]: responseModel }),
      [ATTR.serverAddress]: "bedrock-runtime.us-east-1.amazonaws.com",
      [ATTR.inputTokens]: MILLION,
      [ATTR.outputTokens]: MILLION,
      ...more,
    },
    { failed: false, timeMs: Date.UTC(2026, 8, 1) },
  )[ATTR.costUsd];

/** Dollars for a million tokens in and a million out (aws.amazon.com/bedrock/pricing). */
const CASES: readonly (readonly [requested: string, answered: string | undefined, dollars: number])[] = [
  // $3 and $15 wherever there is room; ten percent more where the call stays in a region.
  ["global.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929", 18],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929", 19.8],
  ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", undefined, 19.8],
  // $3 and $15 before that rule.
  ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", undefined, 18],
  // A profile of one's own says nothing: the answer does.
  ["a1b2c3d4e5f6", "claude-3-5-sonnet-20241022", 18],
  // $0.06 and $0.24; $0.72 and $0.72; $1.35 and $5.40.
  ["amazon.nova-lite-v1:0", undefined, 0.3],
  ["us.amazon.nova-lite-v1:0", undefined, 0.3],
  ["meta.llama3-1-70b-instruct-v1:0", undefined, 1.44],
  ["us.meta.llama3-3-70b-instruct-v1:0", undefined, 1.44],
  ["us.deepseek.r1-v1:0", undefined, 6.75],
];

describe("the price of a call on Bedrock", () => {
  for (const [requested, answered, dollars] of CASES) {
    it(`of ${requested} is $${dollars}`, () => {
      const cost = costOf(requested, answered);
      assert.ok(typeof cost === "number" && Math.abs(cost - dollars) < 1e-9, String(cost));
    });
  }

  it("is unknown where the table has only another model's", () => {
    assert.equal(costOf("amazon.titan-embed-text-v2:0", undefined), undefined);
    assert.equal(costOf("mistral.mistral-large-2407-v1:0", undefined), undefined);
  });
});
