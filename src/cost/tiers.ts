/**
 * What the price table does not know: what a call costs that was not served in the standard way, as a factor on the price of its tokens.
 * Only what the provider itself documents stands here; any other tier has no known price.
 */
type Rate = {
  /** In the words of the price table. */
  readonly provider: string;
  readonly tier: string;
  /** The models that it holds for, by their id in the price table; all of the provider's where absent. */
  readonly models?: RegExp;
  readonly factor: number;
  /** False where the provider sells long prompts in this tier not at all, or at a price that it does not tell. */
  readonly longContext?: false;
};

/** Served and billed as usual, in several providers' words. `auto` leaves it to the provider, whose default is this. */
const STANDARD: ReadonlySet<string> = new Set(["standard", "default", "auto", "on_demand", "standard_only"]);

// OpenAI: developers.openai.com/api/docs/guides/flex-processing, …/batch, openai.com/api-priority-processing (its prices by model, each
// the same multiple of the standard price for input, cached input and output). Azure: learn.microsoft.com, "Global batch".
// Anthropic: platform.claude.com/docs/en/about-claude/pricing, …/build-with-claude/fast-mode. Google: ai.google.dev/gemini-api/docs/
// optimization, …/pricing. Fireworks: docs.fireworks.ai/serverless/pricing. Voyage: docs.voyageai.com/docs/batch-inference.
const RATES: readonly Rate[] = [
  { provider: "openai", tier: "flex", factor: 0.5 },
  { provider: "openai", tier: "batch", factor: 0.5 },
  { provider: "azure", tier: "batch", factor: 0.5 },
  { provider: "openai", tier: "priority", models: /^gpt-5(\.[124])?(-codex)?$/, factor: 2, longContext: false },
  { provider: "openai", tier: "priority", models: /^gpt-5\.4-mini$/, factor: 2, longContext: false },
  { provider: "openai", tier: "priority", models: /^gpt-5-mini$/, factor: 1.8, longContext: false },
  { provider: "openai", tier: "priority", models: /^gpt-4\.1(-mini)?$/, factor: 1.75, longContext: false },
  { provider: "openai", tier: "priority", models: /^gpt-4\.1-nano$/, factor: 2, longContext: false },
  { provider: "openai", tier: "priority", models: /^gpt-4o$/, factor: 1.7 },
  { provider: "openai", tier: "priority", models: /^gpt-4o-mini$/, factor: 5 / 3 },
  { provider: "anthropic", tier: "batch", factor: 0.5 },
  { provider: "anthropic", tier: "fast", models: /^claude-opus-4-6\b/, factor: 6 },
  { provider: "anthropic", tier: "fast", models: /^claude-opus-(4-8|5)$/, factor: 2 },
  { provider: "google", tier: "batch", models: /^gemini-/, factor: 0.5 },
  { provider: "google", tier: "flex", models: /^gemini-/, factor: 0.5 },
  { provider: "google", tier: "priority", models: /^gemini-3\.[78]-flash$/, factor: 1.8 },
  { provider: "fireworks", tier: "batch", factor: 0.5 },
  { provider: "voyageai", tier: "batch", factor: 0.67 },
];

/** Models whose inference in one region costs a tenth more than anywhere (platform.claude.com/docs/en/about-claude/pricing). */
const REGIONAL = /^claude-((opus|sonnet|haiku)-(4-[5-9]|[5-9])|fable|mythos)/;

function geoFactor(provider: string, model: string, geo: string | undefined): number | undefined {
  if (geo === undefined || geo === "global") return 1;
  if (provider === "anthropic") return geo === "us" ? 1.1 : undefined;
  return provider === "google" && REGIONAL.test(model) ? 1.1 : 1;
}

export type Serving = {
  /** Provider and model by their ids in the price table. */
  readonly provider: string;
  readonly model: string;
  readonly tier: string | undefined;
  readonly geo: string | undefined;
  /** The prompt is so long that the model's price for long prompts holds. */
  readonly longContext: boolean;
};

/** The factor on the standard price of a call's tokens; undefined where nobody says what such a call costs. */
export function tierFactor({ provider, model, tier, geo, longContext }: Serving): number | undefined {
  const regional = geoFactor(provider, model, geo);
  if (regional === undefined || tier === undefined || STANDARD.has(tier)) return regional;
  const rate = RATES.find(
    (one) => one.provider === provider && one.tier === tier && (one.models === undefined || one.models.test(model)),
  );
  if (rate === undefined || (longContext && rate.longContext === false)) return undefined;
  return rate.factor * regional;
}
