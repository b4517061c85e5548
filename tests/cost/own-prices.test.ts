import assert from "node:assert/strict";
import { test } from "node:test";
import { createPricer, type PricedCall } from "../../src/cost/index.ts";

const pricer = createPricer({
  "GPT-4o": { input: 1, output: 2 },
  "claude-opus-4-6": { input: 4, output: 20, cacheRead: 0.4, cacheWrite: 5 },
  internal: { input: 10, output: 20 },
});
const price = (call: Partial<PricedCall>) =>
  pricer.price({ provider: "openai", models: ["gpt-4o"], usage: { input: 1e6, output: 1e6 }, ...call });

test("prices of one's own take the place of the table's, whatever the case of the name", () => {
  assert.deepEqual(price({}), { status: "priced", costUsd: 3 });
  assert.deepEqual(
    price({ models: ["gpt-4o-mini"] }),
    createPricer().price({
      provider: "openai",
      models: ["gpt-4o-mini"],
      usage: { input: 1e6, output: 1e6 },
    }),
  );
});

test("a model that no table knows gets a price", () => {
  assert.deepEqual(price({ provider: "own", models: ["internal"], host: "10.0.0.1" }), {
    status: "priced",
    costUsd: 30,
  });
  assert.deepEqual(price({ models: [undefined, "internal"] }), { status: "priced", costUsd: 30 });
});

test("what the cache read or wrote has its own price, or that of input", () => {
  const usage = { input: 1e6, output: 0, cacheRead: 5e5, cacheCreation: 1e5 };
  const anthropic = price({ provider: "anthropic", models: ["claude-opus-4-6"], usage });
  assert.ok(anthropic.status === "priced" && Math.abs(anthropic.costUsd - (0.4 * 4 + 0.5 * 0.4 + 0.1 * 5)) < 1e-9);
  assert.deepEqual(price({ usage }), { status: "priced", costUsd: 1 });
});

test("tiers keep their factors where they are known", () => {
  assert.deepEqual(price({ tier: "flex" }), { status: "priced", costUsd: 1.5 });
  assert.deepEqual(price({ models: ["internal"], tier: "flex" }), { status: "unpriced", reason: "unknown_rate" });
});
