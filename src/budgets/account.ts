import type { Clock } from "../base/index.ts";
import { type BudgetDefinition, type BudgetMatch, NOTHING, type Spent, UNITS, type Unit } from "./definition.ts";
import type { Identity, ModelCall } from "./identity.ts";

/** What one run, session, user, agent, hour or day has spent. */
export type Account = {
  readonly key: string;
  /** When a run began; 0 for all else, whose seconds are added up. */
  readonly startMs: number;
  spent: Spent;
  /** Calls that have gone out and not come back. */
  inFlight: number;
  /** The thresholds that were told. */
  readonly told: Set<number>;
  toldUnpriced: boolean;
  ratio: number;
};

export type Ledger = {
  /** The account that a call counts in; undefined where the budget does not apply to it. Makes it where `create` says so. */
  readonly find: (identity: Identity, create: boolean) => Account | undefined;
  readonly get: (key: string) => Account | undefined;
  readonly drop: (key: string) => void;
  /** The greatest share that one of the accounts has spent. */
  readonly note: (account: Account, ratio: number) => number;
  /** Whether an hour or day has ended without a call after it; its account is closed then. */
  readonly closeEnded: () => boolean;
};

const PERIOD_MS = { hour: 3_600_000, day: 86_400_000 } as const;
/** Sessions and users of a week; those that were not heard of the longest give way. */
const MAX_ACCOUNTS = 10_000;

/** The accounts of one budget. */
export function createLedger({ per }: BudgetDefinition, clock: Clock): Ledger {
  const accounts = new Map<string, Account>();
  let top: Account | undefined;

  const greatest = (): number => {
    top = undefined;
    for (const account of accounts.values()) if (top === undefined || account.ratio > top.ratio) top = account;
    return top?.ratio ?? 0;
  };
  const isPeriod = per === "hour" || per === "day";
  const keyOf = (identity: Identity): string | undefined => {
    if (per === "run") return identity.run?.id;
    if (per === "session" || per === "user" || per === "agent") return identity[per];
    const period = PERIOD_MS[per];
    return String(Math.floor(clock.nowMs() / period) * period);
  };
  const drop = (key: string): void => {
    const account = accounts.get(key);
    accounts.delete(key);
    if (account !== undefined && account === top) greatest();
  };
  return {
    find: (identity, create) => {
      const key = keyOf(identity);
      if (key === undefined) return undefined;
      const known = accounts.get(key);
      if (known !== undefined) {
        // The last heard of stands last.
        if (accounts.size > 1) {
          accounts.delete(key);
          accounts.set(key, known);
        }
        return known;
      }
      const startMs = per === "run" ? (identity.run?.startMs ?? 0) : 0;
      const account = {
        key,
        startMs,
        spent: NOTHING,
        inFlight: 0,
        told: new Set<number>(),
        toldUnpriced: false,
        ratio: 0,
      };
      if (!create) return account;
      // The hour or day before is over.
      if (isPeriod) for (const old of accounts.keys()) drop(old);
      for (const oldest of accounts.keys()) {
        if (accounts.size < MAX_ACCOUNTS) break;
        drop(oldest);
      }
      accounts.set(key, account);
      return account;
    },
    get: (key) => accounts.get(key),
    drop,
    note: (account, ratio) => {
      const wasTop = account === top;
      account.ratio = ratio;
      if (wasTop || top === undefined) return greatest();
      if (ratio > top.ratio && accounts.has(account.key)) top = account;
      return top.ratio;
    },
    closeEnded: () => {
      const current = isPeriod ? keyOf({}) : undefined;
      if (current === undefined || accounts.size === 0 || accounts.has(current)) return false;
      for (const old of accounts.keys()) drop(old);
      return true;
    },
  };
}

/** What is spent by now, with the time that a run has taken so far. */
export function spentBy({ spent, startMs }: Account, nowMs: number): Spent {
  return startMs === 0 ? spent : { ...spent, seconds: Math.max(0, nowMs - startMs) / 1000 };
}

export type Use = { readonly unit: Unit; readonly amount: number; readonly limit: number; readonly ratio: number };

/** Of the limited units the one of which the greatest share is spent. A limit of nothing is always reached. */
export function mostUsed({ limit }: BudgetDefinition, spent: Spent): Use {
  let most: Use | undefined;
  for (const unit of UNITS) {
    const allowed = limit[unit];
    if (allowed === undefined) continue;
    const ratio = allowed === 0 ? Math.max(1, spent[unit]) : spent[unit] / allowed;
    if (most === undefined || ratio > most.ratio) most = { unit, amount: spent[unit], limit: allowed, ratio };
  }
  return most ?? { unit: "usd", amount: 0, limit: 0, ratio: 0 };
}

const isNamed = (pattern: string, name: string | undefined): boolean =>
  name !== undefined && (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

/** Whether a budget is for a call; `unsure` where that hangs on the call, which is not known yet. */
export function matches(match: BudgetMatch = {}, identity: Identity, call: ModelCall | undefined): boolean | "unsure" {
  for (const member of ["agent", "workflow", "session", "user"] as const) {
    const pattern = match[member];
    if (pattern !== undefined && !isNamed(pattern, identity[member])) return false;
  }
  const { provider, model } = match;
  if (provider === undefined && model === undefined) return true;
  if (call === undefined) return "unsure";
  if (provider !== undefined && !isNamed(provider, call.provider)) return false;
  if (model === undefined) return true;
  return call.model === undefined ? "unsure" : isNamed(model, call.model);
}
