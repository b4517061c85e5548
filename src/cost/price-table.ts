import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ModelPrice } from "./model-price.ts";

/** Tells names apart. One of them is there; `regex` looks at the name as it is, the others without case. */
type Match = {
  readonly or?: readonly Match[];
  readonly and?: readonly Match[];
  readonly equals?: string;
  readonly starts_with?: string;
  readonly ends_with?: string;
  readonly contains?: string;
  readonly regex?: string;
};

/** Prices that hold from a day on, or between two times of each day. Without a constraint they hold where no later one does. */
type DatedPrice = {
  readonly constraint?: {
    readonly type: string;
    readonly start_date?: string;
    readonly start_time?: string;
    readonly end_time?: string;
  };
  readonly prices: ModelPrice;
};

type TableModel = {
  readonly id: string;
  readonly match: Match;
  readonly prices: ModelPrice | readonly DatedPrice[];
};

/** As scripts/price-table.ts writes it. The models are a text of their own: a program calls one provider or two, of forty. */
export type TableProvider = {
  readonly id: string;
  readonly api: string;
  readonly modelMatch?: Match;
  readonly providerMatch?: Match;
  readonly fallbacks?: readonly string[];
  readonly models: string;
};

export type TablePrice = {
  readonly providerId: string;
  readonly modelId: string;
  readonly at: (timeMs: number) => ModelPrice;
};

export type PriceTable = {
  /** The model that a name means, of one provider (by its id or what it is called) or of whoever makes such models. */
  readonly find: (providerId: string | undefined, model: string) => TablePrice | undefined;
  /** The id of the provider whose API has this address. */
  readonly providerAt: (url: string) => string | undefined;
};

function matches(match: Match, name: string): boolean {
  if (match.or !== undefined) return match.or.some((one) => matches(one, name));
  if (match.and !== undefined) return match.and.every((one) => matches(one, name));
  if (match.regex !== undefined) return new RegExp(match.regex).test(name);
  const lower = name.toLowerCase();
  if (match.equals !== undefined) return lower === match.equals.toLowerCase();
  if (match.starts_with !== undefined) return lower.startsWith(match.starts_with.toLowerCase());
  if (match.ends_with !== undefined) return lower.endsWith(match.ends_with.toLowerCase());
  return match.contains !== undefined && lower.includes(match.contains.toLowerCase());
}

/** `-20250929` as `-2025-09-29`, where that is a day: makers write it either way. */
const withDashes = (name: string): string =>
  name.replace(/(-)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, (date, _, year, month, day) =>
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
      ? `-${year}-${month}-${day}`
      : date,
  );

/** Seconds since midnight UTC of `HH:MM:SS`, with an offset from UTC behind it. */
function secondsOfDay(text: string): number {
  const [, hours, minutes, seconds, sign, offsetHours = 0, offsetMinutes = 0] =
    /^(\d\d):(\d\d):([\d.]+)(?:Z|([+-])(\d\d):(\d\d))$/.exec(text) ?? [];
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -60 : 60);
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - offset + 86_400) % 86_400;
}

function holds(constraint: NonNullable<DatedPrice["constraint"]>, timeMs: number): boolean {
  const { start_date: startDate, start_time: startTime = "", end_time: endTime = "" } = constraint;
  if (startDate !== undefined) return timeMs >= Date.parse(startDate);
  const now = (timeMs / 1000) % 86_400;
  const [from, to] = [secondsOfDay(startTime), secondsOfDay(endTime)];
  return to < from ? now >= from || now < to : now >= from && now < to;
}

const isDated = (prices: TableModel["prices"]): prices is readonly DatedPrice[] => Array.isArray(prices);

function priceAt(prices: TableModel["prices"], timeMs: number): ModelPrice {
  if (!isDated(prices)) return prices;
  // The last that holds; the first where none does.
  const found = prices.findLast(({ constraint }) => constraint === undefined || holds(constraint, timeMs));
  return (found ?? prices[0])?.prices ?? {};
}

/** Reads what scripts/price-table.ts wrote of @pydantic/genai-prices. Its rules for names are kept: see tests/cost/price-table.test.ts. */
export function loadPriceTable(): PriceTable {
  const file = createRequire(import.meta.url).resolve("#prices");
  const providers = JSON.parse(readFileSync(file, "utf8")) as readonly TableProvider[];
  const parsed = new Map<TableProvider, readonly TableModel[]>();
  const modelsOf = (provider: TableProvider): readonly TableModel[] => {
    const models = parsed.get(provider) ?? (JSON.parse(provider.models) as readonly TableModel[]);
    parsed.set(provider, models);
    return models;
  };

  const providerCalled = (name: string): TableProvider | undefined => {
    const lower = name.toLowerCase().trim();
    return (
      providers.find(({ id }) => id === lower) ??
      providers.find(({ providerMatch }) => providerMatch !== undefined && matches(providerMatch, lower))
    );
  };
  const modelOf = (provider: TableProvider, model: string): TableModel | undefined => {
    const own = modelsOf(provider).find(({ match }) => matches(match, model));
    if (own !== undefined) return own;
    for (const id of provider.fallbacks ?? []) {
      const other = providers.find((one) => one.id === id);
      const found = other && modelsOf(other).find(({ match }) => matches(match, model));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const find: PriceTable["find"] = (providerId, name) => {
    const model = name.toLowerCase().trim();
    // LiteLLM writes the provider before the model; one that it does not, it leaves to the name of the model.
    const isLitellm = providerId?.toLowerCase() === "litellm";
    const slash = isLitellm ? model.indexOf("/") : -1;
    const before = slash > 0 && slash + 1 < model.length ? providerCalled(model.slice(0, slash)) : undefined;
    const provider =
      before ??
      (providerId === undefined ? undefined : providerCalled(providerId)) ??
      (providerId === undefined || isLitellm
        ? providers.find(({ modelMatch }) => modelMatch !== undefined && matches(modelMatch, model))
        : undefined);
    if (provider === undefined) return undefined;
    const wanted = before === undefined ? model : model.slice(slash + 1);
    const dashed = withDashes(wanted);
    const found = modelOf(provider, wanted) ?? (dashed === wanted ? undefined : modelOf(provider, dashed));
    if (found === undefined) return undefined;
    return { providerId: provider.id, modelId: found.id, at: (timeMs) => priceAt(found.prices, timeMs) };
  };
  return { find, providerAt: (url) => providers.find(({ api }) => new RegExp(`^(?:${api})`).test(url))?.id };
}
