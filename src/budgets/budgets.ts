import type { Clock } from "../base/index.ts";
import { type Account, createLedger, type Ledger, matches, mostUsed, spentBy, type Use } from "./account.ts";
import {
  type Budget,
  type BudgetDefinition,
  type BudgetOptions,
  NOTHING,
  parseBudget,
  type Spent,
} from "./definition.ts";
import { BudgetExceededError } from "./exceeded.ts";
import type { Identity, ModelCall } from "./identity.ts";
import { createLoops, type LoopKind } from "./loops.ts";
import type { Telling } from "./telling.ts";

/** A call to a model that has ended. */
export type FinishedCall = ModelCall & {
  readonly identity: Identity;
  /** Undefined where nobody knows. */
  readonly usd: number | undefined;
  /** Whether `usd` is all that it cost. */
  readonly isPriced: boolean;
  readonly tokens: number;
  readonly seconds: number;
  /** 0 for what was used by calls that are counted elsewhere, as of a batch. */
  readonly calls: number;
  readonly spanContext?: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number } | undefined;
};

export type Budgets = {
  readonly add: (options: BudgetOptions) => Budget | undefined;
  readonly looping: { readonly countsLoops: boolean; readonly blocksLoops: boolean };
  /** Whether anything has to be asked or counted before a call goes out. */
  readonly isWatching: () => boolean;
  /** Whether a call from here may be stopped, whichever model it goes to. */
  readonly mayRefuse: (identity: Identity) => boolean;
  /** The error that stops a call; `unsure` where its model has to be known first. Without a call: whether to begin a step that may make some. */
  readonly refuse: (identity: Identity, call?: ModelCall) => BudgetExceededError | "unsure" | undefined;
  /** The error that stops a call that was made too often already. */
  readonly refuseLoop: (identity: Identity, kind: LoopKind, fingerprint: string) => BudgetExceededError | undefined;
  /** Counts a call that goes out; returns what says that it came back. */
  readonly begin: (identity: Identity, call: ModelCall) => () => void;
  /** Counts the same call within an agent run. */
  readonly countRepeat: (identity: Identity, kind: LoopKind, fingerprint: string, name: string) => void;
  readonly record: (call: FinishedCall) => void;
  /** Told of a call that was stopped. */
  readonly tellBlocked: (error: BudgetExceededError, identity: Identity) => void;
  readonly endRun: (id: string, occasion: Occasion) => void;
  /** What was spent of an hour or a day that is over is spent no more, though no call comes that would say so. */
  readonly closeEnded: () => void;
};

/** Whose call or run it is that a limit is told of with. */
export type Occasion = Pick<FinishedCall, "identity" | "spanContext">;

export type BudgetsOptions = {
  readonly clock: Clock;
  readonly telling: Telling;
  /** What becomes of calls where we fail: `closed` stops them while there is a budget that blocks. */
  readonly onFault: "open" | "closed";
  /** `repeats`: the same call for so many times is a loop. */
  readonly loops: { readonly mode: "off" | "warn" | "block"; readonly repeats: number };
  /** The identity where a program asks what is spent. */
  readonly here: () => Identity;
  readonly onError: (error: unknown) => void;
};

const WARNING = 0.8;
const THRESHOLDS = [WARNING, 1];
/** Budgets are made by a program's author, not by its data. */
const MAX_BUDGETS = 1000;

type Entry = {
  readonly definition: BudgetDefinition;
  readonly ledger: Ledger;
  readonly onReached: BudgetOptions["onReached"];
};

const UNIT_TEXT = { usd: "USD", tokens: "tokens", calls: "calls", seconds: "seconds" } as const;
const amountText = (amount: number): string => String(Number(amount.toPrecision(6)));

const exceeded = ({ name, per }: BudgetDefinition, { unit, amount, limit }: Use): BudgetExceededError =>
  new BudgetExceededError({
    budget: name,
    reason: "limit",
    expected: `no more than ${amountText(limit)} ${UNIT_TEXT[unit]} per ${per} by the budget "${name}"`,
    received: `a call after ${amountText(amount)} were spent`,
  });

export function createBudgets({ clock, telling, onFault, loops: looping, here, onError }: BudgetsOptions): Budgets {
  const entries = new Map<string, Entry>();
  const loops = createLoops();
  let blocking = 0;
  let limitsCalls = 0;

  const countModes = (): void => {
    const all = [...entries.values()].map(({ definition }) => definition);
    blocking = all.filter(({ mode }) => mode === "block").length;
    limitsCalls = all.filter(({ limit }) => limit.calls !== undefined).length;
  };
  const guarded = <T>(step: () => T, otherwise: T): T => {
    try {
      return step();
    } catch (error) {
      onError(error);
      return otherwise;
    }
  };

  const used = (definition: BudgetDefinition, account: Account): Use => {
    const spent = spentBy(account, clock.nowMs());
    return mostUsed(definition, { ...spent, calls: spent.calls + account.inFlight });
  };

  const findExceeded = (
    identity: Identity,
    call?: ModelCall,
    onExceeded?: (entry: Entry) => void,
  ): BudgetExceededError | "unsure" | undefined => {
    let unsure = false;
    for (const entry of entries.values()) {
      const { definition, ledger } = entry;
      if (definition.mode !== "block") continue;
      const isFor = matches(definition.match, identity, call);
      if (isFor === false) continue;
      const account = ledger.find(identity, false);
      if (account === undefined) continue;
      const use = used(definition, account);
      if (use.ratio < 1) continue;
      if (isFor === "unsure") {
        unsure = true;
        continue;
      }
      onExceeded?.(entry);
      return exceeded(definition, use);
    }
    return unsure ? "unsure" : undefined;
  };

  /** Whether calls that go out now have to be counted before they are known to be some: those made at the same time count each other. */
  const limitsCallsOf = (identity: Identity): boolean => {
    for (const { definition, ledger } of entries.values()) {
      if (definition.mode !== "block" || definition.limit.calls === undefined) continue;
      if (matches(definition.match, identity, undefined) !== false && ledger.find(identity, false) !== undefined)
        return true;
    }
    return false;
  };

  /** Where we fail ourselves, the setting decides. */
  const unchecked = (): BudgetExceededError | undefined =>
    onFault === "open"
      ? undefined
      : new BudgetExceededError({
          budget: "unknown",
          reason: "fault",
          expected: "budgets that can be checked, as budgets.onFault is closed",
          received: "a fault of the check itself",
        });

  const tell = ({ definition, onReached }: Entry, account: Account, call: Occasion, use: Use, spent: Spent): void => {
    for (const threshold of THRESHOLDS) {
      if (use.ratio < threshold || account.told.has(threshold)) continue;
      account.told.add(threshold);
      // What passes both at once is told as the greater.
      if (threshold < 1 && use.ratio >= 1) continue;
      guarded(() => telling.reached(definition, threshold, use, account, call), undefined);
      const { name } = definition;
      const { unit, ratio } = use;
      guarded(() => onReached?.({ budget: name, threshold, unit, ratio, spent, key: account.key }), undefined);
    }
  };

  /** Time passes without a call that ends, so this is asked as one is stopped and as a run ends, too. */
  const tellSpent = (entry: Entry, account: Account, occasion: Occasion): void => {
    const { definition, ledger } = entry;
    const spent = spentBy(account, clock.nowMs());
    const use = mostUsed(definition, spent);
    telling.ratio(definition.name, ledger.note(account, use.ratio));
    tell(entry, account, occasion, use, spent);
  };

  const recordIn = (entry: Entry, call: FinishedCall): void => {
    const { definition, ledger } = entry;
    if (matches(definition.match, call.identity, call) !== true) return;
    const account = ledger.find(call.identity, true);
    if (account === undefined) return;
    const before = account.spent;
    account.spent = {
      usd: before.usd + (call.usd ?? 0),
      tokens: before.tokens + call.tokens,
      calls: before.calls + call.calls,
      seconds: before.seconds + call.seconds,
      unpricedCalls: before.unpricedCalls + (call.isPriced ? 0 : 1),
    };
    tellSpent(entry, account, call);
    if (call.isPriced || definition.limit.usd === undefined || account.toldUnpriced) return;
    account.toldUnpriced = true;
    telling.unpriced(definition, call);
  };

  const add: Budgets["add"] = (options) => {
    const definition = parseBudget(options);
    if (definition === undefined || (entries.size >= MAX_BUDGETS && !entries.has(definition.name))) return undefined;
    const { onReached } = options;
    const entry: Entry = {
      definition,
      ledger: createLedger(definition, clock),
      onReached: typeof onReached === "function" ? onReached : undefined,
    };
    entries.set(definition.name, entry);
    countModes();
    guarded(() => telling.ratio(definition.name, 0), undefined);
    return {
      name: definition.name,
      spent: (key) =>
        guarded(() => {
          const account = key === undefined ? entry.ledger.find(here(), false) : entry.ledger.get(key);
          return account === undefined ? NOTHING : spentBy(account, clock.nowMs());
        }, NOTHING),
      remove: () => {
        if (entries.get(definition.name) !== entry) return;
        entries.delete(definition.name);
        countModes();
        guarded(() => telling.ratio(definition.name, 0), undefined);
      },
    };
  };

  return {
    add,
    looping: { countsLoops: looping.mode !== "off", blocksLoops: looping.mode === "block" },
    isWatching: () => entries.size > 0 || looping.mode !== "off",
    mayRefuse: (identity) => {
      if (looping.mode === "block" && identity.run?.isAgentic === true) return true;
      if (blocking === 0) return false;
      return guarded(() => limitsCallsOf(identity) || findExceeded(identity) !== undefined, onFault === "closed");
    },
    refuse: (identity, call) => {
      if (blocking === 0) return undefined;
      try {
        return findExceeded(identity, call, (entry) => {
          const account = entry.ledger.find(identity, true);
          if (account !== undefined)
            guarded(() => tellSpent(entry, account, { identity, spanContext: undefined }), undefined);
        });
      } catch (error) {
        onError(error);
        return unchecked();
      }
    },
    refuseLoop: (identity, kind, fingerprint) => {
      if (looping.mode !== "block") return undefined;
      return guarded(() => {
        const made = loops.made(identity.run, kind, fingerprint);
        if (made + 1 < looping.repeats) return undefined;
        return new BudgetExceededError({
          budget: "loop",
          reason: "loop",
          expected: `fewer than ${looping.repeats} times the same ${kind === "tool" ? "tool call" : "request to a model"} in one agent run`,
          received: `it for the ${made + 1}th time`,
        });
      }, undefined);
    },
    begin: (identity, call) => {
      if (limitsCalls === 0) return () => {};
      const accounts: Account[] = [];
      guarded(() => {
        for (const { definition, ledger } of entries.values()) {
          if (definition.limit.calls === undefined) continue;
          if (matches(definition.match, identity, call) !== true) continue;
          const account = ledger.find(identity, true);
          if (account === undefined) continue;
          account.inFlight += 1;
          accounts.push(account);
        }
      }, undefined);
      return () => {
        for (const account of accounts.splice(0)) account.inFlight -= 1;
      };
    },
    countRepeat: (identity, kind, fingerprint, name) => {
      if (looping.mode === "off") return;
      guarded(() => {
        const count = loops.count(identity.run, kind, fingerprint);
        if (count === looping.repeats) telling.loop(kind, name, count, identity);
      }, undefined);
    },
    record: (call) => {
      for (const entry of entries.values()) guarded(() => recordIn(entry, call), undefined);
    },
    tellBlocked: (error, identity) => guarded(() => telling.blocked(error, identity), undefined),
    endRun: (id, occasion) => {
      loops.endRun(id);
      for (const entry of entries.values()) {
        const { definition, ledger } = entry;
        if (definition.per !== "run") continue;
        const account = ledger.get(id);
        if (account === undefined) continue;
        if (definition.limit.seconds !== undefined) guarded(() => tellSpent(entry, account, occasion), undefined);
        const ratio = ledger.note(account, -1);
        ledger.drop(id);
        guarded(() => telling.ratio(definition.name, Math.max(0, ratio)), undefined);
      }
    },
    closeEnded: () => {
      for (const { definition, ledger } of entries.values()) {
        if (ledger.closeEnded()) guarded(() => telling.ratio(definition.name, 0), undefined);
      }
    },
  };
}
