import { type BudgetDefinition, parseBudget } from "../budgets/index.ts";
import type { JsonSchema, Kind } from "./kinds.ts";

const amount: JsonSchema = { type: "number", minimum: 0 };
const name: JsonSchema = { type: "string", minLength: 1 };
const members = (required: readonly string[], properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  required: [...required],
  properties: { ...properties },
});

function parseList(value: unknown): readonly BudgetDefinition[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const budgets = value.map(parseBudget);
  const names = new Set(budgets.map((budget) => budget?.name));
  return budgets.every((budget) => budget !== undefined) && names.size === budgets.length ? budgets : undefined;
}

/** What a budget has in the file is what `setBudget` takes. */
export const budgets: Kind<readonly BudgetDefinition[]> = {
  expected:
    "a list of budgets, each with a name of its own, per (run, session, user, agent, hour or day), limit (usd, tokens, calls or seconds), and where wanted mode (warn or block) and match (agent, workflow, session, user, provider or model)",
  fromText: () => undefined,
  fromYaml: parseList,
  json: {
    type: "array",
    items: members(["name", "per", "limit"], {
      name,
      per: { enum: ["run", "session", "user", "agent", "hour", "day"] },
      limit: { ...members([], { usd: amount, tokens: amount, calls: amount, seconds: amount }), minProperties: 1 },
      mode: { enum: ["warn", "block"] },
      match: members([], { agent: name, workflow: name, session: name, user: name, provider: name, model: name }),
    }),
  },
};

/** In US dollars for a million tokens. */
export type PricePerMillion = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
};

const PRICES = ["input", "output", "cacheRead", "cacheWrite"];

function parsePrice(value: unknown): PricePerMillion | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const areAmounts = entries.every(
    ([key, price]) => PRICES.includes(key) && typeof price === "number" && Number.isFinite(price) && price >= 0,
  );
  return areAmounts && "input" in value && "output" in value ? (value as PricePerMillion) : undefined;
}

function parsePrices(value: unknown): Readonly<Record<string, PricePerMillion>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const prices = Object.entries(value).map(([model, price]) => [model, parsePrice(price)] as const);
  if (!prices.every(([model, price]) => model.trim() !== "" && price !== undefined)) return undefined;
  return Object.fromEntries(prices) as Record<string, PricePerMillion>;
}

export const modelPrices: Kind<Readonly<Record<string, PricePerMillion>>> = {
  expected:
    "models by name, each with input and output, and where they differ cacheRead and cacheWrite, in US dollars for a million tokens",
  fromText: () => undefined,
  fromYaml: parsePrices,
  json: {
    type: "object",
    additionalProperties: members(["input", "output"], {
      input: amount,
      output: amount,
      cacheRead: amount,
      cacheWrite: amount,
    }),
  },
};
