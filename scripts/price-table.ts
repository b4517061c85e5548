/** Writes what src/cost needs of the price table of @pydantic/genai-prices: half a megabyte that also says how usage is read, and much else. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type ModelPrice, type Provider, waitForUpdate } from "@pydantic/genai-prices";
import type { TableProvider } from "../src/cost/price-table.ts";

/** The tiers in their order. */
function sorted(prices: ModelPrice): ModelPrice {
  const entries = Object.entries(prices).map(([key, price]) => [
    key,
    typeof price === "object" ? { ...price, tiers: price.tiers.toSorted((a, b) => a.start - b.start) } : price,
  ]);
  return Object.fromEntries(entries) as ModelPrice;
}

function lean(provider: Provider): TableProvider {
  const models = provider.models.map(({ id, match, prices }) => ({
    id,
    match,
    prices: Array.isArray(prices)
      ? prices.map(({ constraint, prices: dated }) => ({ constraint, prices: sorted(dated) }))
      : sorted(prices),
  }));
  return {
    id: provider.id,
    api: provider.api_pattern,
    ...(provider.model_match !== undefined && { modelMatch: provider.model_match }),
    ...(provider.provider_match !== undefined && { providerMatch: provider.provider_match }),
    ...(provider.fallback_model_providers !== undefined && { fallbacks: provider.fallback_model_providers }),
    models: JSON.stringify(models),
  };
}

/** Writes the table to `file`. The library gives it away as the answer to having updated itself; without one, that is what it was made with. */
export async function writePriceTable(file: string): Promise<void> {
  const providers = await waitForUpdate();
  if (providers === null) throw new Error("@pydantic/genai-prices has no prices");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(providers.map(lean)));
}
