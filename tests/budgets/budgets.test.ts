import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BudgetsOptions, FinishedCall } from "../../src/budgets/budgets.ts";
import { BudgetExceededError } from "../../src/budgets/exceeded.ts";
import { type BudgetOptions, type BudgetReached, createBudgets, type Identity } from "../../src/budgets/index.ts";

const HOUR_MS = 3_600_000;
const RUN: Identity = { run: { id: "run-1", startMs: 1000 * HOUR_MS, isAgentic: true }, agent: "researcher" };
const MODEL = { provider: "openai", model: "gpt-4o" };

type Told = { readonly what: string; readonly budget?: string; readonly value?: number };

function start(options: Partial<BudgetsOptions> = {}) {
  let nowMs = 1000 * HOUR_MS;
  let current: Identity = RUN;
  const told: Told[] = [];
  const faults: unknown[] = [];
  const budgets = createBudgets({
    clock: { nowMs: () => nowMs },
    telling: {
      ratio: (budget, value) => void told.push({ what: "ratio", budget, value }),
      reached: ({ name }, threshold) => void told.push({ what: "reached", budget: name, value: threshold }),
      blocked: ({ budget }) => void told.push({ what: "blocked", budget }),
      unpriced: ({ name }) => void told.push({ what: "unpriced", budget: name }),
      loop: (kind, _, count) => void told.push({ what: `loop ${kind}`, value: count }),
    },
    onFault: "open",
    loops: { mode: "warn", repeats: 3 },
    here: () => current,
    onError: (error) => void faults.push(error),
    ...options,
  });
  const spend = (usd: number | undefined, given: Partial<FinishedCall> = {}): void =>
    budgets.record({
      ...MODEL,
      identity: current,
      usd,
      isPriced: usd !== undefined,
      tokens: 100,
      seconds: 2,
      calls: 1,
      ...given,
    });
  const set = (given: Partial<BudgetOptions>) =>
    budgets.add({ name: "b", per: "run", limit: { usd: 1 }, mode: "block", ...given }) ?? assert.fail("no budget");
  return {
    budgets,
    told,
    faults,
    spend,
    set,
    be: (identity: Identity) => {
      current = identity;
    },
    wait: (ms: number) => {
      nowMs += ms;
    },
    isRefused: (identity: Identity = current) => budgets.refuse(identity, MODEL) instanceof BudgetExceededError,
    reached: () => told.filter(({ what }) => what === "reached").map(({ value }) => value),
    ratio: () => told.findLast(({ what }) => what === "ratio")?.value,
  };
}

describe("a budget", () => {
  it("tells at 80 % and at 100 %, each once, and stops what comes after", () => {
    const seen: BudgetReached[] = [];
    const { spend, set, isRefused, reached, ratio } = start();
    const budget = set({ onReached: (one) => void seen.push(one) });
    spend(0.5);
    assert.deepEqual([reached(), isRefused(), ratio()], [[], false, 0.5]);
    spend(0.3);
    assert.deepEqual([reached(), isRefused()], [[0.8], false]);
    spend(0.1);
    spend(0.2);
    assert.deepEqual([reached(), isRefused()], [[0.8, 1], true]);
    spend(5);
    assert.deepEqual(reached(), [0.8, 1]);
    assert.deepEqual(
      seen.map(({ threshold, unit, key }) => [threshold, unit, key]),
      [
        [0.8, "usd", "run-1"],
        [1, "usd", "run-1"],
      ],
    );
    assert.equal(budget.spent().calls, 5);
    assert.equal(budget.spent("run-1").tokens, 500);
    assert.equal(budget.spent("run-2").tokens, 0);
  });

  it("says 100 % and not 80 % where one call passes both", () => {
    const { spend, set, reached } = start();
    set({});
    spend(3);
    assert.deepEqual(reached(), [1]);
  });

  it("warns and stops nothing in mode warn, which is what it is where no mode is said", () => {
    const { spend, budgets, isRefused, reached } = start();
    budgets.add({ name: "b", per: "run", limit: { usd: 1 } });
    spend(3);
    assert.deepEqual([reached(), isRefused()], [[1], false]);
  });

  it("has an account for each run, session, user and agent", () => {
    for (const [per, one, other] of [
      ["run", RUN, { ...RUN, run: { id: "run-2", startMs: 1000 * HOUR_MS, isAgentic: true } }],
      ["session", { session: "s1" }, { session: "s2" }],
      ["user", { user: "u1" }, { user: "u2" }],
      ["agent", { agent: "a1" }, { agent: "a2" }],
    ] as const) {
      const { be, spend, set, isRefused } = start();
      set({ per });
      be(one);
      spend(1);
      assert.equal(isRefused(one), true, per);
      assert.equal(isRefused(other), false, per);
      // Of whom nobody says whose call it is.
      assert.equal(isRefused({}), false, per);
    }
  });

  it("begins anew with the hour and the day of the calendar", () => {
    for (const [per, length] of [
      ["hour", HOUR_MS],
      ["day", 24 * HOUR_MS],
    ] as const) {
      const { spend, set, isRefused, wait, reached } = start();
      const budget = set({ per });
      spend(2);
      assert.equal(isRefused(), true);
      wait(length);
      assert.equal(isRefused(), false);
      assert.equal(budget.spent().usd, 0);
      spend(2);
      assert.deepEqual(reached(), [1, 1]);
      assert.equal(budget.spent().usd, 2);
    }
  });

  it("counts tokens, calls and seconds; of a run those since it began", () => {
    const tokens = start();
    tokens.set({ limit: { tokens: 200, usd: 100 } });
    tokens.spend(0.1);
    assert.equal(tokens.isRefused(), false);
    tokens.spend(0.1);
    assert.equal(tokens.isRefused(), true);

    const run = start();
    run.set({ limit: { seconds: 10 } });
    run.spend(0);
    assert.equal(run.isRefused(), false);
    run.wait(10_000);
    assert.equal(run.isRefused(), true);

    const session = start();
    session.be({ session: "s" });
    session.set({ limit: { seconds: 4 }, per: "session" });
    session.spend(0);
    session.wait(HOUR_MS);
    assert.equal(session.isRefused(), false);
    session.spend(0);
    assert.equal(session.isRefused(), true);
  });

  it("counts calls that are under way, so that calls made at the same time cannot pass the limit", () => {
    const { budgets, set, isRefused, spend } = start();
    set({ limit: { calls: 2 } });
    assert.equal(budgets.mayRefuse(RUN), true);
    const first = budgets.begin(RUN, MODEL);
    assert.equal(isRefused(), false);
    const second = budgets.begin(RUN, MODEL);
    assert.equal(isRefused(), true);
    // One that came to nothing gives its place back, once.
    second();
    second();
    assert.equal(isRefused(), false);
    spend(0);
    first();
    assert.equal(isRefused(), false);
    spend(0);
    assert.equal(isRefused(), true);
  });

  it("is for the calls that it names", () => {
    const { budgets, set, spend, isRefused, be } = start();
    set({ match: { agent: "research*", model: "gpt-4o*" } });
    spend(5, { model: "o3" });
    assert.equal(isRefused(), false);
    spend(5, { model: "gpt-4o-mini" });
    assert.equal(isRefused(), true);
    assert.ok(!(budgets.refuse(RUN, { provider: "openai", model: "o3" }) instanceof Error));
    assert.equal(budgets.refuse(RUN, { provider: "openai", model: undefined }), "unsure");
    assert.equal(budgets.refuse(RUN), "unsure");
    be({ ...RUN, agent: "writer" });
    assert.equal(isRefused(), false);
  });

  it("of nothing stops every call", () => {
    const { set, isRefused } = start();
    set({ limit: { usd: 0 } });
    assert.equal(isRefused(), true);
  });

  it("takes the place of one of the same name, and is no more once it is removed", () => {
    const { budgets, set, spend, isRefused } = start();
    const old = set({});
    spend(3);
    const now = set({ limit: { usd: 10 } });
    assert.equal(isRefused(), false);
    old.remove();
    spend(10);
    assert.equal(isRefused(), true);
    now.remove();
    assert.equal(isRefused(), false);
    assert.equal(budgets.mayRefuse(RUN), false);
  });

  it("tells once that a call has no known price", () => {
    const { set, spend, told } = start();
    const budget = set({});
    spend(undefined);
    spend(undefined);
    assert.equal(told.filter(({ what }) => what === "unpriced").length, 1);
    assert.equal(budget.spent().unpricedCalls, 2);
    assert.equal(budget.spent().usd, 0);
  });

  it("shows the share of who has spent the most, of those that still run", () => {
    const { budgets, set, spend, ratio } = start();
    set({ per: "run" });
    const other: Identity = { run: { id: "run-2", startMs: 0, isAgentic: true } };
    spend(0.9);
    spend(0.25, { identity: other });
    assert.equal(ratio(), 0.9);
    budgets.endRun("run-1", { identity: RUN, spanContext: undefined });
    assert.equal(ratio(), 0.25);
    budgets.endRun("run-2", { identity: RUN, spanContext: undefined });
    assert.equal(ratio(), 0);
  });

  it("keeps ten thousand sessions, and forgets those of which nothing was heard the longest", () => {
    const { set, spend } = start();
    const budget = set({ per: "session" });
    for (let n = 0; n < 10_001; n += 1) {
      spend(0.5, { identity: { session: `s${n}` } });
      if (n % 1000 === 0) spend(0.25, { identity: { session: "s0" } });
    }
    assert.equal(budget.spent("s1").usd, 0);
    assert.ok(budget.spent("s0").usd > 3);
    assert.equal(budget.spent("s10000").usd, 0.5);
  });

  it("is none where what is given is none, and harms nobody", () => {
    const { budgets } = start();
    for (const wrong of [
      undefined,
      {},
      { name: "b", per: "run" },
      { name: "b", per: "run", limit: {} },
      { name: "b", per: "run", limit: { usd: -1 } },
      { name: "b", per: "run", limit: { usd: Number.NaN } },
      { name: "b", per: "run", limit: { euros: 1 } },
      { name: "b", per: "week", limit: { usd: 1 } },
      { name: "", per: "run", limit: { usd: 1 } },
      { name: "b", per: "run", limit: { usd: 1 }, mode: "stop" },
      { name: "b", per: "run", limit: { usd: 1 }, match: { team: "a" } },
      { name: "b", per: "run", limit: { usd: 1 }, until: "noon" },
    ]) {
      assert.equal(budgets.add(wrong as BudgetOptions), undefined, JSON.stringify(wrong));
    }
  });

  it("goes on where a callback of the program fails", () => {
    const { set, spend, faults, isRefused } = start();
    set({
      onReached: () => {
        throw new Error("theirs");
      },
    });
    spend(2);
    assert.equal(faults.length, 1);
    assert.equal(isRefused(), true);
  });
});

describe("a check that fails by a fault of ours", () => {
  const broken = (onFault: "open" | "closed") => {
    let works = true;
    const clock = {
      nowMs: () => {
        if (works) return 1000;
        throw new Error("ours");
      },
    };
    const started = start({ clock, onFault });
    started.set({});
    started.spend(0.1);
    works = false;
    return started;
  };

  it("lets the call go where budgets.onFault is open", () => {
    const { budgets, faults } = broken("open");
    assert.equal(budgets.mayRefuse(RUN), false);
    assert.equal(budgets.refuse(RUN, MODEL), undefined);
    assert.equal(faults.length, 2);
  });

  it("stops it where budgets.onFault is closed", () => {
    const { budgets } = broken("closed");
    assert.equal(budgets.mayRefuse(RUN), true);
    const error = budgets.refuse(RUN, MODEL);
    assert.ok(error instanceof BudgetExceededError);
    assert.deepEqual([error.code, error.reason], ["AO_BUDGET_EXCEEDED", "fault"]);
  });

  it("stops nothing where no budget blocks", () => {
    const { budgets } = start({
      onFault: "closed",
      clock: {
        nowMs: () => {
          throw new Error("ours");
        },
      },
    });
    assert.equal(budgets.refuse(RUN, MODEL), undefined);
  });
});

describe("a budget of several units", () => {
  it("allows nothing where one of them allows nothing", () => {
    const { set, isRefused } = start();
    set({ limit: { usd: 0, tokens: 1000 } });
    assert.equal(isRefused(), true);
    set({ limit: { tokens: 0, seconds: 1000 } });
    assert.equal(isRefused(), true);
  });
});

describe("a limit that is reached between two calls", () => {
  it("is told of as a call is stopped, once", () => {
    const { set, isRefused, reached, wait, spend, ratio } = start();
    set({ limit: { seconds: 60 } });
    spend(0.1);
    wait(61_000);
    assert.deepEqual(reached(), []);
    assert.deepEqual([isRefused(), isRefused(), reached()], [true, true, [1]]);
    assert.ok((ratio() ?? 0) > 1);
  });

  it("is told of as the run ends, whatever the mode", () => {
    const { budgets, set, reached, wait, spend, ratio } = start();
    set({ limit: { seconds: 60 }, mode: "warn" });
    spend(0.1);
    wait(61_000);
    budgets.endRun("run-1", { identity: RUN, spanContext: undefined });
    assert.deepEqual([reached(), ratio()], [[1], 0]);
  });
});

describe("the share that is spent of an hour", () => {
  it("is nothing after that hour, though no call comes", () => {
    const { budgets, set, spend, wait, ratio } = start();
    const budget = set({ per: "hour" });
    spend(2);
    wait(HOUR_MS - 1);
    budgets.closeEnded();
    assert.equal(ratio(), 2);
    wait(1);
    budgets.closeEnded();
    assert.deepEqual([ratio(), budget.spent().usd], [0, 0]);
  });
});

describe("the same call again", () => {
  it("is a loop when it was made so many times within one agent run", () => {
    const { budgets, told } = start();
    for (let n = 0; n < 5; n += 1) budgets.countRepeat(RUN, "tool", "search {}", "search");
    for (let n = 0; n < 2; n += 1) budgets.countRepeat(RUN, "llm", "search {}", "gpt-4o");
    assert.deepEqual(told, [{ what: "loop tool", value: 3 }]);
    budgets.endRun("run-1", { identity: RUN, spanContext: undefined });
    budgets.countRepeat(RUN, "tool", "search {}", "search");
    assert.equal(told.length, 1);
  });

  it("outside of an agent is one of tools only: batches are made of the same request", () => {
    const { budgets, told } = start();
    const outside: Identity = { run: { id: "t", startMs: 0, isAgentic: false } };
    for (let n = 0; n < 5; n += 1) budgets.countRepeat(outside, "llm", "x", "gpt-4o");
    assert.deepEqual(told, []);
    for (let n = 0; n < 5; n += 1) budgets.countRepeat(outside, "tool", "x", "search");
    assert.equal(told.length, 1);
  });

  it("is stopped when it would be a loop, in mode block", () => {
    const { budgets } = start({ loops: { mode: "block", repeats: 3 } });
    const call = () => {
      const refused = budgets.refuseLoop(RUN, "tool", "x");
      budgets.countRepeat(RUN, "tool", "x", "search");
      return refused?.reason;
    };
    assert.deepEqual([call(), call(), call(), call()], [undefined, undefined, "loop", "loop"]);
    assert.equal(budgets.refuseLoop(RUN, "tool", "y"), undefined);
  });

  it("is not looked for in mode off", () => {
    const { budgets, told } = start({ loops: { mode: "off", repeats: 3 } });
    for (let n = 0; n < 5; n += 1) budgets.countRepeat(RUN, "tool", "x", "search");
    assert.deepEqual([told, budgets.isWatching()], [[], false]);
  });
});
