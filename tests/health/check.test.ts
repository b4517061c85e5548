import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Check, type CheckOptions, createCheck, type HealthCheck } from "../../src/health/check.ts";
import { type CheckResult, checkHealth, healthCheck } from "../../src/health/index.ts";
import { createRedactor } from "../../src/redaction/index.ts";

const never = (): Promise<never> => new Promise(() => {});

type Held = { readonly check: Check; readonly results: readonly CheckResult[]; readonly pass: (ms: number) => void };

/** A check by a clock that stands still. */
function held(check: HealthCheck, options: CheckOptions = {}): Held {
  let timeMs = 1_700_000_000_000;
  const results: CheckResult[] = [];
  return {
    check: createCheck({
      name: "database",
      check,
      options,
      clock: { nowMs: () => timeMs },
      clean: createRedactor().text,
      onResult: (result) => void results.push(result),
    }),
    results,
    pass: (ms) => {
      timeMs += ms;
    },
  };
}

const run = async (check: HealthCheck, options: CheckOptions = {}): Promise<CheckResult> =>
  await held(check, options).check.run(true);

describe("what a check returns", () => {
  for (const [returned, status, message] of [
    [undefined, "healthy", "ok"],
    [true, "healthy", "ok"],
    [{ rows: [{ one: 1 }] }, "healthy", "ok"],
    [null, "healthy", "ok"],
    [{ status: "green" }, "healthy", "ok"],
    [{ status: "healthy", message: "12 ms behind" }, "healthy", "12 ms behind"],
    [{ status: "degraded" }, "degraded", "degraded"],
    [{ status: "unhealthy", message: "no leader" }, "unhealthy", "no leader"],
    [{ status: "unhealthy", message: 42 }, "unhealthy", "unhealthy"],
    [false, "unhealthy", "the check returned false"],
    [new Response(null, { status: 200 }), "healthy", "ok"],
    [new Response(null, { status: 502 }), "unhealthy", "it answered 502"],
  ] as const) {
    it(`is ${status} for ${returned instanceof Response ? `a Response ${returned.status}` : JSON.stringify(returned)}`, async () => {
      for (const check of [() => returned, async () => returned]) {
        const result = await run(check);
        assert.deepEqual([result.status, result.message], [status, message]);
      }
    });
  }

  it("is unhealthy where it throws or rejects, whatever with", async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    for (const [thrown, message] of [
      [new Error("connection refused"), "connection refused"],
      [
        new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
        "fetch failed: connect ECONNREFUSED",
      ],
      [new AggregateError([new Error("connect ECONNREFUSED ::1:1")]), "connect ECONNREFUSED ::1:1"],
      [Object.assign(new Error(""), { code: "ETIMEDOUT" }), "ETIMEDOUT"],
      ["a text", "a text"],
      [undefined, "undefined"],
      [hostile, "the check failed with an error that cannot be read"],
    ] as const) {
      assert.equal(
        (
          await run(() => {
            throw thrown;
          })
        ).message,
        message,
      );
      const rejected = await run(() => Promise.reject(thrown));
      assert.deepEqual([rejected.status, rejected.message], ["unhealthy", message]);
    }
  });

  it("is told in one line of limited length, without secrets", async () => {
    const secret = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH";
    const { message } = await run(() => {
      throw new Error(`no login\n at postgres://app:hunter2secret@db/x with ${secret} ${"long ".repeat(100_000)}`);
    });
    assert.ok(!message.includes("hunter2secret") && !message.includes(secret), message);
    assert.match(message, /^no login at /);
    assert.ok(message.length <= 300 && !message.includes("\n"), message);
  });

  it("is told with the time that it took and when", async () => {
    const { results, check } = held(() => "fine", { timeoutMs: 50 });
    const { checkedAt, durationMs } = await check.run(true);
    assert.deepEqual([checkedAt, durationMs, results.length], ["2023-11-14T22:13:20.000Z", 0, 1]);
  });
});

describe("a run of a check", () => {
  it("ends after its timeout, aborts its signal, and what comes later changes nothing", async () => {
    let late: (error: Error) => void = () => {};
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
    const { check, results } = held(
      ({ signal }) => {
        signal.addEventListener("abort", () => resolve(signal.reason));
        return new Promise((_, reject) => {
          late = reject;
        });
      },
      { timeoutMs: 20 },
    );
    const result = await check.run(true);
    assert.deepEqual([result.status, result.message], ["unhealthy", "no answer within 20 ms"]);
    assert.equal(((await aborted) as Error).name, "TimeoutError");
    late(new Error("late"));
    await new Promise(setImmediate);
    assert.equal(results.length, 1);
  });

  it("is shared by all who ask meanwhile", async () => {
    let runs = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { check } = held(async () => {
      runs += 1;
      await promise;
    });
    const asked = Array.from({ length: 50 }, () => check.run(true));
    resolve();
    assert.equal(new Set(await Promise.all(asked)).size, 1);
    assert.equal(runs, 1);
  });

  it("is not repeated while its result is fresh", async () => {
    let runs = 0;
    const { check, pass } = held(
      () => {
        runs += 1;
      },
      { cacheMs: 500 },
    );
    for (const [passMs, expected] of [
      [0, 1],
      [499, 1],
      [1, 2],
      [600, 3],
    ] as const) {
      pass(passMs);
      await check.run(true);
      assert.equal(runs, expected);
    }
  });

  it("is not started a fourth time where three never end, and is again after a minute", async () => {
    let runs = 0;
    const { check, pass } = held(
      () => {
        runs += 1;
        return never();
      },
      { timeoutMs: 5, cacheMs: 0 },
    );
    const messages: string[] = [];
    for (let i = 0; i < 6; i++) messages.push((await check.run(true)).message);
    assert.equal(runs, 3);
    assert.deepEqual(messages.slice(2, 4), [
      "no answer within 5 ms",
      "no answer within 5 ms, and 3 runs have not ended",
    ]);
    pass(60_000);
    await check.run(true);
    assert.equal(runs, 4);
  });

  it("takes options that are nonsense for none", async () => {
    const nonsense = { timeoutMs: "5" as unknown as number, cacheMs: -1, critical: undefined as unknown as boolean };
    const result = await run(() => true, nonsense);
    assert.deepEqual([result.status, result.critical], ["healthy", true]);
    assert.equal((await run(() => true, { timeoutMs: Number.POSITIVE_INFINITY })).status, "healthy");
    assert.equal((await run(() => never(), { timeoutMs: 0 })).message, "no answer within 1 ms");
  });
});

describe("the health of the whole", () => {
  it("is healthy without checks", async () => {
    assert.deepEqual(await checkHealth(), { status: "healthy", checks: [] });
  });

  it("is decided by critical checks; others only degrade it", async () => {
    const bad = () => false;
    for (const [checks, expected] of [
      [[[() => true, true]], "healthy"],
      [
        [
          [() => true, true],
          [bad, false],
        ],
        "degraded",
      ],
      [[[() => ({ status: "degraded" }), true]], "degraded"],
      [
        [
          [bad, true],
          [() => true, false],
        ],
        "unhealthy",
      ],
    ] as const) {
      const removals = checks.map(([check, critical], i) => healthCheck(`check ${i}`, check, { critical }));
      const { status, checks: results } = await checkHealth();
      assert.equal(status, expected);
      assert.deepEqual(
        results.map(({ name }) => name),
        checks.map((_, i) => `check ${i}`),
      );
      for (const remove of removals) remove();
    }
    assert.deepEqual((await checkHealth()).checks, []);
  });

  it("waits for a check that hangs no longer than its timeout, and for the others not at all", async () => {
    const done: string[] = [];
    const removals = [
      healthCheck("hangs", never, { timeoutMs: 300 }),
      healthCheck("quick", () => void done.push("quick")),
    ];
    const startedMs = performance.now();
    const asked = checkHealth();
    assert.deepEqual(done, ["quick"]);
    const { status, checks } = await asked;
    const tookMs = performance.now() - startedMs;
    for (const remove of removals) remove();
    assert.deepEqual([status, ...checks.map((check) => check.status)], ["unhealthy", "unhealthy", "healthy"]);
    assert.ok(tookMs >= 290 && tookMs < 2000, `${tookMs} ms`);
    assert.ok((checks[1]?.durationMs ?? 1000) < 200);
  });

  it("has the last of two checks with one name, and what removes the first leaves it", async () => {
    const removeFirst = healthCheck("same", () => false);
    const removeSecond = healthCheck("same", () => true);
    removeFirst();
    assert.deepEqual(
      (await checkHealth()).checks.map(({ status }) => status),
      ["healthy"],
    );
    removeSecond();
    assert.deepEqual((await checkHealth()).checks, []);
  });
});
