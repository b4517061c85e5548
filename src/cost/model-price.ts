import type { BillableUsage } from "./billable.ts";

/** A price that rises with the length of the prompt: of the last tier that its tokens exceed. */
export type TieredPrice = {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
};

/** What a model's units cost, in dollars for a million tokens or a thousand searches. */
export type ModelPrice = Readonly<Record<string, number | TieredPrice | undefined>>;

/** `totalUsd` also has what is paid by the piece. */
export type TokenCost = { readonly inputUsd: number; readonly outputUsd: number; readonly totalUsd: number };

/** What we count of a call. A unit with more traits is a part of each unit that has some of them: cached audio of audio, of what is cached, of all. */
type Unit = { readonly counted: string; readonly per: number; readonly traits: readonly string[] };

const tokens = (counted: string, ...traits: string[]): Unit => ({ counted, per: 1e6, traits: ["tokens", ...traits] });

/** By the names of their prices. */
const UNITS: Readonly<Record<string, Unit>> = {
  input_mtok: tokens("input_tokens", "input"),
  cache_read_mtok: tokens("cache_read_tokens", "input", "read"),
  cache_write_mtok: tokens("cache_write_tokens", "input", "write"),
  cache_write_1h_mtok: tokens("cache_write_1h_tokens", "input", "write", "1h"),
  input_audio_mtok: tokens("input_audio_tokens", "input", "audio"),
  cache_audio_read_mtok: tokens("cache_audio_read_tokens", "input", "audio", "read"),
  input_image_mtok: tokens("input_image_tokens", "input", "image"),
  cache_image_read_mtok: tokens("cache_image_read_tokens", "input", "image", "read"),
  output_mtok: tokens("output_tokens", "output"),
  output_audio_mtok: tokens("output_audio_tokens", "output", "audio"),
  output_image_mtok: tokens("output_image_tokens", "output", "image"),
  output_reasoning_mtok: tokens("output_reasoning_tokens", "output", "reasoning"),
  web_searches_kcount: { counted: "web_searches", per: 1e3, traits: ["web"] },
  storage_searches_kcount: { counted: "storage_searches", per: 1e3, traits: ["storage"] },
  requests_kcount: { counted: "requests", per: 1e3, traits: ["requests"] },
};

/** A unit that has a price of its own, and the others with a price that are parts of it. */
type Line = {
  readonly unit: Unit;
  readonly price: number | TieredPrice;
  readonly parts: readonly Line[];
  /** Which sum it goes to. */
  readonly sum: "input" | "output" | "other";
};

const isPart = (part: Unit, whole: Unit): boolean =>
  part !== whole && whole.traits.every((trait) => part.traits.includes(trait));

function linesOf(price: ModelPrice): readonly Line[] {
  const priced = Object.entries(price).flatMap(([key, one]) => {
    const unit = UNITS[key];
    return unit === undefined || one === undefined ? [] : [{ unit, price: one }];
  });
  const lines = new Map<Unit, Line>();
  // Those with the most traits first: they are the parts.
  for (const { unit, price: one } of priced.toSorted((a, b) => b.unit.traits.length - a.unit.traits.length)) {
    const parts = [...lines.values()].filter((line) => isPart(line.unit, unit));
    const sum = unit.traits.includes("input") ? "input" : unit.traits.includes("output") ? "output" : "other";
    lines.set(unit, { unit, price: one, parts, sum });
  }
  return priced.flatMap(({ unit }) => lines.get(unit) ?? []);
}

/** How many of `line` are not parts that have a price of their own. */
function alone(line: Line, counts: BillableUsage): number {
  const whole = line.unit.counted === "requests" ? 1 : (counts[line.unit.counted] ?? 0);
  if (line.parts.length === 0) return whole;
  let parts = 0;
  for (const part of line.parts) parts += alone(part, counts);
  return whole - parts;
}

/** What one costs. Longer prompts cost more in some places, their answers too. */
export function rateOf(price: number | TieredPrice | undefined, inputTokens: number): number {
  if (price === undefined) return 0;
  if (typeof price === "number") return price;
  let rate = price.base;
  for (const tier of price.tiers) if (inputTokens > tier.start) rate = tier.price;
  return rate;
}

/** Prices by one table, which is laid out once: the objects of the price table are few and stay. */
export function createTokenPricer(): (price: ModelPrice, counts: BillableUsage) => TokenCost | undefined {
  const known = new WeakMap<ModelPrice, readonly Line[]>();
  /** Undefined where parts are more than their whole. */
  return (price, counts) => {
    let lines = known.get(price);
    if (lines === undefined) {
      lines = linesOf(price);
      known.set(price, lines);
    }
    const usd = { input: 0, output: 0, other: 0 };
    for (const line of lines) {
      const count = alone(line, counts);
      if (count < 0) return undefined;
      usd[line.sum] += (rateOf(line.price, counts["input_tokens"] ?? 0) * count) / line.unit.per;
    }
    return { inputUsd: usd.input, outputUsd: usd.output, totalUsd: usd.input + usd.output + usd.other };
  };
}
