import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPricer, type PricedCall } from "../../src/cost/index.ts";

const MILLION = 1_000_000;
const pricer = createPricer();
const costOf = (call: Partial<PricedCall>): number | string => {
  const price = pricer.price({ provider: "openai", models: ["gpt-4o"], usage: {}, ...call });
  return price.status === "priced" ? price.costUsd : price.reason;
};
const near = (actual: number | string, expected: number): void =>
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);

describe("the price of a call", () => {
  it("is that of its tokens, cached ones at their own price and not twice", () => {
    near(costOf({ usage: { input: MILLION, output: 0 } }), 2.5);
    near(costOf({ usage: { input: 0, output: MILLION } }), 10);
    near(costOf({ usage: { input: MILLION, output: 0, cacheRead: MILLION } }), 1.25);
    near(costOf({ usage: { input: MILLION, output: MILLION, cacheRead: MILLION / 2 } }), 1.25 + 0.625 + 10);
  });

  it("counts reasoning as part of the output", () => {
    near(costOf({ usage: { input: 0, output: MILLION, reasoning: MILLION / 2 } }), 10);
  });

  it("goes by the model that answered, else by the one asked for", () => {
    near(costOf({ models: ["gpt-4o-mini-2024-07-18", "gpt-4o"], usage: { input: MILLION, output: 0 } }), 0.15);
    near(costOf({ models: ["made-up-by-a-gateway", "gpt-4o"], usage: { input: MILLION, output: 0 } }), 2.5);
    near(costOf({ models: [undefined, "", "gpt-4o-2024-08-06"], usage: { input: MILLION, output: 0 } }), 2.5);
  });

  it("of embeddings needs no output", () => {
    near(costOf({ models: ["text-embedding-3-small"], usage: { input: MILLION } }), 0.02);
  });

  it("is the same the second time", () => {
    const call = { usage: { input: 1234, output: 567, cacheRead: 89 } };
    assert.equal(costOf(call), costOf(call));
  });

  it("is found for each provider by the name that the conventions give it", () => {
    for (const [provider, model] of [
      ["azure.ai.openai", "gpt-4o"],
      ["gcp.gemini", "gemini-2.5-flash"],
      ["mistral_ai", "mistral-large-latest"],
      ["x_ai", "grok-3"],
      ["anthropic", "claude-sonnet-4-5"],
      ["groq", "llama-3.3-70b-versatile"],
      ["deepseek", "deepseek-chat"],
    ] as const) {
      const cost = costOf({ provider, models: [model], usage: { input: 1000, output: 1000 } });
      assert.ok(typeof cost === "number" && cost > 0, `${provider} ${model}: ${cost}`);
    }
  });

  it("is unknown for a model that is not in the table, and for a call that tells no tokens", () => {
    assert.equal(costOf({ models: ["no-such-model"], usage: { input: 1, output: 1 } }), "unknown_model");
    assert.equal(costOf({ models: [], usage: { input: 1 } }), "unknown_model");
    assert.equal(costOf({ provider: "no-such-provider", models: ["x"], usage: { input: 1 } }), "unknown_model");
    assert.equal(costOf({ usage: {} }), "no_usage");
    assert.equal(costOf({ usage: { cacheRead: 5 } }), "no_usage");
  });

  it("counts cached tokens as input where a server says less input than that", () => {
    near(costOf({ usage: { input: 1, output: 0, cacheRead: MILLION } }), 1.25);
  });

  it("never throws, whatever a model is called", () => {
    for (const model of ["__proto__", "constructor", "gpt-4o\u0000", " ", "(", "a".repeat(10_000), "🦊"]) {
      assert.doesNotThrow(() => costOf({ models: [model], usage: { input: 1, output: 1 } }), model.slice(0, 20));
    }
  });
});
