/** What one account of a budget is for. `hour` and `day` are those of the calendar in UTC. */
export const SCOPES = ["run", "session", "user", "agent", "hour", "day"] as const;
export type BudgetScope = (typeof SCOPES)[number];

export const UNITS = ["usd", "tokens", "calls", "seconds"] as const;
export type Unit = (typeof UNITS)[number];

/** How much may be spent, at least one of them. `tokens` are input and output; `calls` are calls to models. */
export type BudgetLimit = { readonly [U in Unit]?: number };

/** Which calls count; a name may end in `*`. What is not said matches every call. */
export const MATCHED = ["agent", "workflow", "session", "user", "provider", "model"] as const;
export type BudgetMatch = { readonly [M in (typeof MATCHED)[number]]?: string };

/** What was spent. `seconds`: of a run since it began; else how long its calls to models took together. */
export type Spent = {
  readonly usd: number;
  readonly tokens: number;
  readonly calls: number;
  readonly seconds: number;
  /** Calls that are not, or not all, in `usd`, because nobody knows what they cost. */
  readonly unpricedCalls: number;
};

/** A threshold was passed, once for each account. */
export type BudgetReached = {
  readonly budget: string;
  /** 0.8 or 1. */
  readonly threshold: number;
  readonly unit: Unit;
  /** Spent as share of the limit. */
  readonly ratio: number;
  readonly spent: Spent;
  /** The session, user or agent; the id of the span that the run is; the beginning of the hour or day. */
  readonly key: string;
};

export type BudgetDefinition = {
  readonly name: string;
  readonly limit: BudgetLimit;
  readonly per: BudgetScope;
  readonly match?: BudgetMatch;
  /** `warn` tells, `block` also stops further calls. `warn` where absent. */
  readonly mode?: "warn" | "block";
};

export type BudgetOptions = BudgetDefinition & {
  /** Called at 80 % and at 100 % of a limit. What it throws is caught. */
  readonly onReached?: (reached: BudgetReached) => void;
};

export type Budget = {
  readonly name: string;
  /** What the account holds that counts where this is called; or of one session, user, agent or run by its key. */
  readonly spent: (key?: string) => Spent;
  readonly remove: () => void;
};

export const NOTHING: Spent = { usd: 0, tokens: 0, calls: 0, seconds: 0, unpricedCalls: 0 };

/** As a sentence may name it, so that a name with anything in it stays one. */
const MAX_NAME_CHARS = 100;

const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const has = (names: readonly string[], members: Record<string, unknown>): boolean =>
  Object.keys(members).every((key) => names.includes(key));

function parseLimit(value: unknown): BudgetLimit | undefined {
  if (!isMembers(value) || !has(UNITS, value)) return undefined;
  const given = Object.entries(value).filter(([, amount]) => amount !== undefined && amount !== null);
  const areAmounts = given.every(([, amount]) => typeof amount === "number" && Number.isFinite(amount) && amount >= 0);
  return given.length > 0 && areAmounts ? (Object.fromEntries(given) as BudgetLimit) : undefined;
}

function parseMatch(value: unknown): BudgetMatch | undefined {
  if (!isMembers(value) || !has(MATCHED, value)) return undefined;
  const given = Object.entries(value).filter(([, name]) => name !== undefined && name !== null);
  return given.every(([, name]) => typeof name === "string" && name !== "")
    ? (Object.fromEntries(given) as BudgetMatch)
    : undefined;
}

const MEMBERS = ["name", "limit", "per", "match", "mode", "onReached"];

/** A budget out of what a program or a file says; undefined where it is none. */
export function parseBudget(value: unknown): BudgetDefinition | undefined {
  if (!isMembers(value) || !has(MEMBERS, value)) return undefined;
  const { name, per, mode = "warn" } = value;
  const limit = parseLimit(value["limit"]);
  const match = parseMatch(value["match"] ?? {});
  if (typeof name !== "string" || name.trim() === "" || name.length > MAX_NAME_CHARS) return undefined;
  if (limit === undefined || match === undefined) return undefined;
  if (mode !== "warn" && mode !== "block") return undefined;
  const scope = SCOPES.find((one) => one === per);
  return scope === undefined ? undefined : { name, limit, per: scope, match, mode };
}
