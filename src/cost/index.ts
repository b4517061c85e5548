/**
 * What a call costs in US dollars, by the price table of @pydantic/genai-prices. Owns that library, which is loaded when the first
 * call is priced: its table is a megabyte that most programs' start should not wait for. No network: the table is the installed one.
 */
import { createRequire } from "node:module";
import type { Usage } from "../genai/index.ts";

type GenaiPrices = typeof import("@pydantic/genai-prices");
type PricedProvider = import("@pydantic/genai-prices").Provider;

/** `reason`: the table does not know the model, or the answer carried no token counts. */
export type Price =
  | { readonly status: "priced"; readonly costUsd: number }
  | { readonly status: "unpriced"; readonly reason: "unknown_model" | "no_usage" };

export type PricedCall = {
  /** `gen_ai.provider.name`. */
  readonly provider: string | undefined;
  /** The model that answered, else the one asked for. */
  readonly models: readonly (string | undefined)[];
  readonly usage: Usage;
};

export type Pricer = {
  readonly price: (call: PricedCall) => Price;
  /** Loads the table now, so that the first `price` need not. */
  readonly load: () => void;
};

/** `gen_ai.provider.name` in the words of the price table, where they differ. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  "azure.ai.openai": "azure",
  "azure.ai.inference": "azure",
  "aws.bedrock": "aws",
  "gcp.gemini": "google",
  "gcp.vertex_ai": "google",
  "gcp.gen_ai": "google",
  mistral_ai: "mistral",
  x_ai: "x-ai",
  moonshot_ai: "moonshotai",
};

/** A program that makes up model names must not grow the cache for ever. */
const MAX_CACHED_MODELS = 500;

export function createPricer(): Pricer {
  let library: GenaiPrices | undefined;
  const load = (): GenaiPrices => {
    // require: the CommonJS build is half the size, and pricing happens where nothing can be awaited.
    library ??= createRequire(import.meta.url)("@pydantic/genai-prices") as GenaiPrices;
    return library;
  };
  /** The one model of a provider that a name means; finding it tries hundreds of patterns, pricing by it none. */
  const known = new Map<string, PricedProvider | null>();

  const find = (providerId: string | undefined, model: string): PricedProvider | null => {
    const key = `${providerId ?? ""}/${model}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const { calcPrice } = load();
    const found = calcPrice({}, model, providerId === undefined ? {} : { providerId });
    const narrowed = found === null ? null : { ...found.provider, models: [found.model] };
    if (known.size < MAX_CACHED_MODELS) known.set(key, narrowed);
    return narrowed;
  };

  return {
    load: () => void load(),
    price: ({ provider, models, usage }) => {
      if (usage.input === undefined && usage.output === undefined) return { status: "unpriced", reason: "no_usage" };
      const providerId = provider === undefined ? undefined : (PROVIDER_IDS[provider] ?? provider);
      for (const model of models) {
        if (model === undefined || model === "") continue;
        const found = find(providerId, model);
        if (found === null) continue;
        const tokens = {
          // A server that counts cache tokens beside its input says less input than it read; the table throws at that.
          input_tokens: Math.max(usage.input ?? 0, (usage.cacheRead ?? 0) + (usage.cacheCreation ?? 0)),
          output_tokens: usage.output ?? 0,
          ...(usage.cacheRead !== undefined && { cache_read_tokens: usage.cacheRead }),
          ...(usage.cacheCreation !== undefined && { cache_write_tokens: usage.cacheCreation }),
        };
        const priced = load().calcPrice(tokens, model, { provider: found });
        if (priced !== null) return { status: "priced", costUsd: priced.total_price };
      }
      return { status: "unpriced", reason: "unknown_model" };
    },
  };
}
