import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { costAttributes, createPricer, type PricedCall } from "../../src/cost/index.ts";
import { ATTR } from "../../src/model/index.ts";

const MILLION = 1_000_000;
const pricer = createPricer();
const timeMs = Date.UTC(2026, 10, 21, 12);

/** Dollars, or why there are none. */
const costOf = (call: Partial<PricedCall>): number | string => {
  const price = pricer.price({
    provider: "openai",
    models: ["gpt-5"],
    usage: { input: MILLION, output: MILLION },
    timeMs,
    ...call,
  });
  if (price.status === "unpriced") return price.reason;
  // To the thousandth of a cent: what is left is the rounding of binary fractions.
  return Math.round(price.costUsd * 1e5) / 1e5;
};

describe("a service tier", () => {
  it("costs what its provider documents", () => {
    for (const [provider, model, tier, expected] of [
      ["openai", "gpt-5", undefined, 11.25],
      ["openai", "gpt-5", "default", 11.25],
      ["openai", "gpt-5", "flex", 5.625],
      ["openai", "gpt-5", "batch", 5.625],
      ["openai", "gpt-5", "priority", 22.5],
      ["openai", "gpt-4o", "priority", 21.25],
      ["openai", "gpt-4o-mini", "priority", 1.25],
      ["openai", "gpt-4.1", "priority", 17.5],
      ["openai", "gpt-5.2", "priority", 31.5],
      ["anthropic", "claude-opus-4-6", "batch", 15],
      ["anthropic", "claude-opus-4-6", "fast", 180],
      ["anthropic", "claude-opus-5", "fast", 60],
      ["gcp.gemini", "gemini-2.5-flash", "flex", 1.4],
    ] as const) {
      assert.equal(costOf({ provider, models: [model], tier }), expected, `${provider} ${model} ${tier}`);
    }
  });

  it("is not priced where no provider says how", () => {
    for (const [provider, model, tier] of [
      ["openai", "gpt-5", "scale"],
      ["openai", "gpt-5", "novel"],
      ["openai", "gpt-4-turbo", "priority"],
      ["anthropic", "claude-opus-4-6", "priority"],
      ["anthropic", "claude-sonnet-4-6", "fast"],
      ["gcp.gemini", "gemini-2.5-pro", "priority"],
      ["gcp.vertex_ai", "gemini-2.5-pro", "provisioned"],
      ["mistral_ai", "mistral-large-latest", "batch"],
    ] as const) {
      assert.equal(costOf({ provider, models: [model], tier }), "unknown_rate", `${provider} ${model} ${tier}`);
    }
  });

  it("for long prompts holds only where it is sold for them", () => {
    const call = { models: ["gpt-5.4"], usage: { input: 300_000, output: 1000 } };
    assert.equal(costOf({ ...call, tier: "priority" }), "unknown_rate");
    assert.equal(costOf({ ...call, usage: { input: 100_000, output: 1000 }, tier: "priority" }), 0.53);
    assert.equal(costOf({ ...call, tier: "flex" }), (1.5 + 0.0225) / 2);
  });

  it("leaves what is billed by the piece as it is", () => {
    const usage = { input: MILLION, output: 0, webSearches: 10 };
    assert.equal(costOf({ usage, tier: "flex" }), 0.625 + 0.1);
  });
});

describe("what has no price of its own in the table", () => {
  const gapOf = (call: Partial<PricedCall>): unknown =>
    pricer.price({ provider: "openai", models: ["gpt-5"], usage: { input: 10, output: 10 }, timeMs, ...call });

  it("is a gap in the cost", () => {
    const usage = { input: MILLION, output: 0, webSearches: 1 };
    assert.deepEqual(gapOf({ provider: "gcp.gemini", models: ["gemini-2.5-flash"], usage }), {
      status: "priced",
      costUsd: 0.3,
      gap: "unknown_rate",
    });
    assert.deepEqual(gapOf({ models: ["gpt-4o-search-preview"], usage: { input: MILLION, output: 0 } }), {
      status: "priced",
      costUsd: 2.5,
      gap: "unknown_rate",
    });
  });
});

describe("a region", () => {
  it("costs a tenth more where the model is bound to it", () => {
    const claude = { provider: "anthropic", models: ["claude-sonnet-4-6"] };
    assert.equal(costOf({ ...claude, geo: "global" }), 18);
    assert.equal(costOf({ ...claude, geo: "us" }), 19.8);
    assert.equal(costOf({ ...claude, geo: "mars" }), "unknown_rate");
    const usage = { input: 100_000, output: 100_000 };
    const vertex = { provider: "gcp.vertex_ai", models: ["claude-sonnet-4-5@20250929"], usage };
    assert.equal(costOf({ ...vertex, geo: "global" }), 1.8);
    assert.equal(costOf({ ...vertex, geo: "us-east5" }), 1.98);
    assert.equal(costOf({ ...vertex, models: ["gemini-2.5-flash"], geo: "us-east5" }), 0.28);
  });
});

describe("cache writes for an hour", () => {
  it("have their own price, also where the table has it only from Anthropic itself", () => {
    const usage = { input: 100_000, output: 0, cacheCreation: 100_000, cacheCreation1h: 40_000 };
    const claude = { models: ["claude-opus-4-6"], usage };
    assert.equal(costOf({ ...claude, provider: "anthropic" }), 0.06 * 6.25 + 0.04 * 10);
    assert.equal(costOf({ ...claude, provider: "gcp.vertex_ai" }), 0.06 * 6.25 + 0.04 * 10);
  });
});

describe("counts that contradict each other", () => {
  it("are brought in order, and never throw", () => {
    for (const usage of [
      { input: 10, output: 1, inputAudio: 50 },
      { input: 10, output: 1, cacheRead: 8, inputAudio: 8 },
      { input: 10, output: 1, cacheRead: 8, inputAudio: 8, cacheReadAudio: 20, inputImage: 9, cacheReadImage: 9 },
      { input: 10, output: 1, outputAudio: 5, outputImage: 5, reasoning: 100 },
      { output: 1, cacheCreation: 5, cacheCreation1h: 50 },
      { input: 10, output: 1, cacheRead: 4, cacheCreation: 6, inputAudio: 10 },
    ]) {
      for (const [provider, model] of [
        ["gcp.gemini", "gemini-2.5-flash"],
        ["openai", "gpt-realtime"],
        ["anthropic", "claude-opus-5"],
      ] as const) {
        const cost = costOf({ provider, models: [model], usage });
        assert.ok(typeof cost === "number" || cost === "unknown_rate", `${model} ${JSON.stringify(usage)}: ${cost}`);
      }
    }
  });
});

describe("who sells a model", () => {
  const usage = { input: MILLION, output: 0 };

  it("is known by the host, where a server imitates an API", () => {
    const call = { provider: "openai", usage };
    assert.equal(costOf({ ...call, host: "openrouter.ai", models: ["openai/gpt-4o-mini"] }), 0.15);
    assert.equal(
      costOf({ ...call, host: "api.together.xyz", models: ["meta-llama/Llama-3.3-70B-Instruct-Turbo"] }),
      0.88,
    );
    assert.equal(costOf({ ...call, host: "api.together.xyz", models: ["gpt-4o"] }), "unknown_model");
  });

  it("is the maker for models that only their makers sell, and nobody for others", () => {
    const call = { provider: "openai", host: "gateway.internal", usage: { input: 100_000, output: 0 } };
    assert.equal(costOf({ ...call, models: ["gpt-4o"] }), 0.25);
    assert.equal(costOf({ ...call, models: ["openai/gpt-4o"] }), 0.25);
    assert.equal(costOf({ ...call, models: ["claude-opus-4-6"] }), 0.5);
    assert.equal(costOf({ ...call, models: ["anthropic/claude-opus-4-6"] }), 0.5);
    assert.equal(costOf({ ...call, models: ["gemini-2.5-flash"] }), 0.03);
    assert.equal(costOf({ ...call, models: ["mistral-large-latest"] }), "unknown_model");
    assert.equal(costOf({ ...call, models: ["meta-llama/Llama-3.3-70B-Instruct"] }), "unknown_model");
  });
});

describe("the cost of a span", () => {
  const call = {
    [ATTR.provider]: "openai",
    [ATTR.requestModel]: "gpt-5",
    [ATTR.inputTokens]: 1000,
    [ATTR.outputTokens]: 100,
  };
  const added = (attributes: Readonly<Record<string, unknown>>, failed = false): Record<string, unknown> =>
    // Half a micro-dollar is no difference.
    Object.fromEntries(
      Object.entries(costAttributes(pricer, attributes, { failed, timeMs })).map(([name, value]) => [
        name,
        typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value,
      ]),
    );

  it("is that of its attributes", () => {
    assert.deepEqual(added(call), { [ATTR.costUsd]: 0.00225, [ATTR.costStatus]: "priced" });
    assert.deepEqual(added({ ...call, [ATTR.openaiResponseServiceTier]: "flex" }), {
      [ATTR.costUsd]: 0.001125,
      [ATTR.costStatus]: "priced",
    });
  });

  it("takes what is written to the cache by either name", () => {
    const written = {
      ...call,
      [ATTR.provider]: "anthropic",
      [ATTR.requestModel]: "claude-opus-5",
      [ATTR.cacheWriteTokens]: 1000,
      [ATTR.anthropicCacheCreation1hTokens]: 1000,
    };
    // An hour in the cache at $10 a million, output at $25.
    assert.equal(added(written)[ATTR.costUsd], 0.0125);
  });

  it("is believed where it is there", () => {
    assert.deepEqual(added({ ...call, [ATTR.costUsd]: 5 }), { [ATTR.costStatus]: "reported" });
    assert.deepEqual(added({ ...call, [ATTR.costUsd]: 5, [ATTR.costStatus]: "priced" }), {});
  });

  it("says what it leaves out", () => {
    const { [ATTR.outputTokens]: _output, ...begun } = call;
    assert.equal(added({ ...begun, [ATTR.streamOutcome]: "abandoned" })[ATTR.costStatus], "partial_usage");
    assert.equal(added(begun, true)[ATTR.costStatus], "partial_usage");
    assert.equal(added({ ...call, [ATTR.costStatus]: "unknown_rate" })[ATTR.costStatus], "unknown_rate");
    assert.equal(added({ ...call, [ATTR.costStatus]: "unknown_rate" })[ATTR.costUsd], 0.00225);
  });

  it("of a call that failed without usage is none", () => {
    assert.deepEqual(added({ [ATTR.provider]: "openai", [ATTR.requestModel]: "gpt-5" }, true), {});
  });
});
