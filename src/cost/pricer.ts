import { systemClock } from "../base/index.ts";
import { publicProvider, type Usage } from "../genai/index.ts";
import { type BillableUsage, billableUsage } from "./billable.ts";
import { createTokenPricer, type ModelPrice, rateOf } from "./model-price.ts";
import { loadPriceTable, type PriceTable, type TablePrice } from "./price-table.ts";
import { tierFactor } from "./tiers.ts";

/**
 * `unknown_model`: the table does not know the model. `no_usage`: the answer carried no token counts. `unknown_rate`: the model is known, but
 * not what something costs that the call used, such as its service tier. `partial_usage`: the stream was left before it told its output.
 */
export type UnpricedReason = "unknown_model" | "no_usage" | "unknown_rate" | "partial_usage";

/** `gap`: why the cost is more than `costUsd`. */
export type Price =
  | { readonly status: "priced"; readonly costUsd: number; readonly gap?: UnpricedReason }
  | { readonly status: "unpriced"; readonly reason: UnpricedReason };

export type PricedCall = {
  /** `gen_ai.provider.name`. */
  readonly provider: string | undefined;
  /** The model that answered, else the one asked for. */
  readonly models: readonly (string | undefined)[];
  readonly usage: Usage;
  /** The server that was asked: where it only imitates a provider's API, it may be one with prices of its own. */
  readonly host?: string | undefined;
  /** How the call was served, where that has a price of its own (`flex`, `batch`, …), and where. */
  readonly tier?: string | undefined;
  readonly geo?: string | undefined;
  /** When, for prices that have changed. The present where absent. */
  readonly timeMs?: number;
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

/** Whose format it is says little of who serves it: half the world imitates these. */
const IMITATED: ReadonlySet<string | undefined> = new Set(["openai", "anthropic", undefined]);

/** Models that only their makers sell, so that a gateway that calls one by its name or `maker/name` is billed as they do. */
const MAKERS: readonly (readonly [name: RegExp, provider: string])[] = [
  [/^(?:anthropic\/|vertex_ai\/)?(claude-.+)$/i, "anthropic"],
  [/^(?:google\/|gemini\/|vertex_ai\/)?(gemini-.+)$/i, "google"],
  [/^(?:openai\/)?((?:gpt-[3-9]|o\d|chatgpt-|text-embedding-).*)$/i, "openai"],
];

/** Names that the price table takes for another model's, whose price is not theirs. */
const MISTAKEN: readonly (readonly [provider: string, model: RegExp])[] = [["aws", /titan-embed-text-v2/]];

/** A program that makes up names must not grow the caches for ever. */
const MAX_CACHED = 500;

/** Anthropic's price for what is kept an hour, in prices of input, for sellers of its models whose price the table lacks. */
const HOUR_WRITE_FACTOR = 2;

/** Whether the table lacks a price for something that was used, and has no other that holds for it. */
function lacksAudio(providerId: string, price: ModelPrice, counts: BillableUsage): boolean {
  // Where Google has no price for audio, its one price is for all.
  if (providerId === "google") return false;
  return (["input_audio", "output_audio"] as const).some(
    (unit) => (counts[`${unit}_tokens`] ?? 0) > 0 && price[`${unit}_mtok`] === undefined,
  );
}

/** OpenAI's models that search with every call bill the search besides, and do not count it. */
const SEARCHING = /-search-(preview|api)/;

const lacksFees = (price: ModelPrice, counts: BillableUsage): boolean =>
  (["web_searches", "storage_searches"] as const).some(
    (unit) => (counts[unit] ?? 0) > 0 && price[`${unit}_kcount`] === undefined,
  );

/** In US dollars for a million tokens; a cache price that is not said is that of input. */
export type OwnPrice = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
};

function ownPrices(prices: Readonly<Record<string, OwnPrice>>): ReadonlyMap<string, ModelPrice> {
  return new Map(
    Object.entries(prices).map(([model, { input, output, cacheRead, cacheWrite }]) => [
      model.toLowerCase(),
      {
        input_mtok: input,
        output_mtok: output,
        ...(cacheRead !== undefined && { cache_read_mtok: cacheRead }),
        ...(cacheWrite !== undefined && { cache_write_mtok: cacheWrite }),
      },
    ]),
  );
}

/** `prices`: prices of the program's own, by the name of the model. */
export function createPricer(prices: Readonly<Record<string, OwnPrice>> = {}): Pricer {
  const own = ownPrices(prices);
  let table: PriceTable | undefined;
  const load = (): PriceTable => {
    table ??= loadPriceTable();
    return table;
  };
  const costOf = createTokenPricer();
  /** The one model of a provider that a name means: finding it tries hundreds of patterns. */
  const models = new Map<string, TablePrice | null>();
  const hosts = new Map<string, string | null>();

  const remember = <T>(cache: Map<string, T>, key: string, find: () => T): T => {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const found = find();
    if (cache.size < MAX_CACHED) cache.set(key, found);
    return found;
  };

  const find = (providerId: string | undefined, model: string): TablePrice | null =>
    remember(models, `${providerId ?? ""}/${model}`, () => {
      if (MISTAKEN.some(([provider, name]) => provider === providerId && name.test(model))) return null;
      return load().find(providerId, model) ?? null;
    });

  /** The provider of the price table whose host this is; undefined where nobody's is. */
  const sellerAt = (host: string | undefined): string | undefined => {
    if (host === undefined) return undefined;
    const known = publicProvider(host);
    if (known !== undefined) return PROVIDER_IDS[known] ?? known;
    const find = (): string | null => load().providerAt(`https://${host}/`) ?? null;
    return remember(hosts, host, find) ?? undefined;
  };

  const findModel = ({ provider, host }: PricedCall, model: string): TablePrice | null => {
    const seller = IMITATED.has(provider) ? sellerAt(host) : undefined;
    if (seller !== undefined) return find(seller, model);
    const found = find(provider === undefined ? undefined : (PROVIDER_IDS[provider] ?? provider), model);
    if (found !== null || !IMITATED.has(provider)) return found;
    for (const [name, maker] of MAKERS) {
      const plain = name.exec(model)?.[1];
      if (plain !== undefined) return find(maker, plain);
    }
    return null;
  };

  const priceBy = (found: TablePrice, { usage, tier, geo, timeMs = systemClock.nowMs() }: PricedCall): Price => {
    const counts = billableUsage(usage);
    const price = found.at(timeMs);
    const cost = costOf(price, counts);
    // Counts that contradict each other.
    if (cost === undefined) return { status: "unpriced", reason: "unknown_rate" };
    const { inputUsd, outputUsd, totalUsd } = cost;
    const input = counts.input_tokens ?? 0;
    const longContext = Object.values(price).some((one) => typeof one === "object" && rateOf(one, input) !== one.base);
    const { providerId, modelId } = found;
    const factor = tierFactor({ provider: providerId, model: modelId, tier, geo, longContext });
    if (factor === undefined || lacksAudio(providerId, price, counts)) {
      return { status: "unpriced", reason: "unknown_rate" };
    }
    const hourWrites = price.cache_write_1h_mtok === undefined ? (counts.cache_write_1h_tokens ?? 0) : 0;
    const isClaude = /claude/.test(modelId);
    const hourRate = HOUR_WRITE_FACTOR * rateOf(price.input_mtok, input) - rateOf(price.cache_write_mtok, input);
    const hourUsd = isClaude && price.cache_write_mtok !== undefined ? (hourWrites * hourRate) / 1e6 : 0;
    // Searches and requests cost the same in every tier.
    const feesUsd = totalUsd - (inputUsd + outputUsd);
    const isPlain = factor === 1 && hourUsd === 0;
    const costUsd = isPlain ? totalUsd : (inputUsd + outputUsd + hourUsd) * factor + feesUsd;
    return {
      status: "priced",
      costUsd,
      ...((SEARCHING.test(modelId) || lacksFees(price, counts)) && { gap: "unknown_rate" as const }),
    };
  };

  return {
    load: () => void load(),
    price: (call) => {
      const { usage } = call;
      if (usage.input === undefined && usage.output === undefined) return { status: "unpriced", reason: "no_usage" };
      for (const model of call.models) {
        if (model === undefined || model === "") continue;
        const found = findModel(call, model);
        const price = own.size === 0 ? undefined : own.get(model.toLowerCase());
        if (price !== undefined) {
          // Whoever sells it, its tiers are what they are; one that nobody knows has none.
          const { providerId, modelId } = found ?? { providerId: "own", modelId: model };
          return priceBy({ providerId, modelId, at: () => price }, call);
        }
        if (found === null) continue;
        return priceBy(found, call);
      }
      return { status: "unpriced", reason: "unknown_model" };
    },
  };
}
