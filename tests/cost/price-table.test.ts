import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { calcPrice, findProvider, type Provider, waitForUpdate } from "@pydantic/genai-prices";
import { billableUsage } from "../../src/cost/billable.ts";
import { createTokenPricer } from "../../src/cost/model-price.ts";
import { loadPriceTable } from "../../src/cost/price-table.ts";
import type { Usage } from "../../src/genai/index.ts";

/** Each way of use that a price may tell apart, below and above every tier. */
const USAGES: readonly Usage[] = [
  { input: 1000, output: 1000 },
  { input: 1000, output: 500, cacheRead: 300, cacheCreation: 200, cacheCreation1h: 50 },
  { input: 300_001, output: 500, cacheRead: 30_000, cacheCreation: 2000 },
  { input: 2_000_000, output: 70_000, reasoning: 60_000 },
  { input: 900, output: 800, inputAudio: 500, cacheRead: 600, cacheReadAudio: 200, outputAudio: 300 },
  { input: 900, output: 800, inputImage: 500, cacheRead: 600, cacheReadImage: 150, outputImage: 300 },
  { input: 10, output: 10, webSearches: 3, fileSearches: 2 },
  {},
];
const TIMES = ["2024-01-01T00:00:00Z", "2025-09-01T03:30:00Z", "2026-02-03T16:29:59Z", "2026-12-31T17:00:00.5Z"];

const quiet = async <T>(run: () => T): Promise<Awaited<T>> => {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await run();
  } finally {
    console.warn = warn;
  }
};

describe("the table that prices are kept in", () => {
  const table = loadPriceTable();
  const costOf = createTokenPricer();
  let providers: readonly Provider[] = [];
  before(async () => {
    providers = (await waitForUpdate()) ?? [];
  });

  const expected = (providerId: string | undefined, model: string, usage: Usage, timeMs: number) => {
    try {
      return calcPrice(billableUsage(usage), model, {
        ...(providerId !== undefined && { providerId }),
        timestamp: new Date(timeMs),
      });
    } catch {
      return "refused";
    }
  };
  const check = (providerId: string | undefined, model: string, usage: Usage, timeMs: number): void => {
    const theirs = expected(providerId, model, usage, timeMs);
    const found = table.find(providerId, model);
    const ours = found && costOf(found.at(timeMs), billableUsage(usage));
    const what = `${providerId} ${model} ${JSON.stringify(usage)} at ${timeMs}`;
    if (theirs === null || theirs === "refused") {
      assert.equal(theirs === null ? found : ours, undefined, what);
      return;
    }
    assert.equal(found?.modelId, theirs.model.id, what);
    assert.equal(found?.providerId, theirs.provider.id, what);
    for (const [own, other] of [
      [ours?.inputUsd, theirs.input_price],
      [ours?.outputUsd, theirs.output_price],
      [ours?.totalUsd, theirs.total_price],
    ] as const) {
      assert.ok(own !== undefined && Math.abs(own - other) <= Math.abs(other) * 1e-12, `${what}: ${own}, ${other}`);
    }
  };

  it("prices every model as its library does, whatever was used and whenever", async () => {
    assert.ok(providers.length > 20);
    await quiet(() => {
      for (const { id, models } of providers) {
        for (const { id: model } of models) {
          for (const usage of USAGES) for (const time of TIMES) check(id, model, usage, Date.parse(time));
        }
      }
    });
  });

  it("finds models by every way to write their names", async () => {
    const names = providers.flatMap(({ models }) => models.map(({ id }) => id));
    const changes: readonly ((name: string) => string)[] = [
      (name) => name,
      (name) => ` ${name.toUpperCase()} `,
      (name) => `${name}-20250929`,
      (name) => `${name}-20250231`,
      (name) => `openai/${name}`,
      (name) => `${name}-latest`,
    ];
    await quiet(() => {
      for (const name of names.filter((_, at) => at % 3 === 0)) {
        for (const change of changes) {
          for (const provider of ["openai", "azure", "Vertex AI", "litellm", "amazon-bedrock", "nobody", undefined]) {
            check(provider, change(name), {}, 0);
          }
        }
      }
    });
  });

  it("knows providers by the addresses of their APIs", () => {
    const urls = ["api.openai.com", "api.groq.com", "x.openai.azure.com", "openrouter.ai", "example.com", "localhost"];
    for (const url of urls.map((host) => `https://${host}/`)) {
      assert.equal(table.providerAt(url), findProvider({ providerApiUrl: url })?.id, url);
    }
  });
});
