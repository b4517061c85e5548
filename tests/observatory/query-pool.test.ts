import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type QueryPool, type QueryPoolOptions, startQueryPool } from "../../src/observatory/query-pool.ts";
import type { QueryTask } from "../../src/observatory/thread-messages.ts";
import { createTestClock, spanOf, temporaryStore } from "../store/temporary-store.ts";

const MB = 1024 * 1024;
const systemClock = { nowMs: () => performance.timeOrigin + performance.now() };

async function startPool(
  test: TestContext,
  directory: string,
  options: Partial<QueryPoolOptions> = {},
): Promise<QueryPool & { readonly replaced: string[] }> {
  const replaced: string[] = [];
  const pool = await startQueryPool({
    data: { directory, version: "1.2.3", retention: "15d", startedMs: 0 },
    threads: 2,
    timeoutMs: 30_000,
    memoryBytes: 512 * MB,
    clock: systemClock,
    diagnostics: { warnOnce: (_key, message) => assert.fail(message), debug: () => {} },
    onStoreFault: ({ error }) => assert.fail(error.message),
    onReplaced: (reason) => void replaced.push(reason),
    ...options,
  });
  test.after(pool.close);
  return { ...pool, replaced };
}

const question = (path: string, params: Readonly<Record<string, string>>): QueryTask => ({
  kind: "request",
  method: "GET",
  path,
  params: `${new URLSearchParams(params)}`,
  headers: {},
});
const rule = (expression: string): QueryTask => ({ kind: "expression", expression, timeMs: 1000 });
/** Seven billion steps. */
const ENDLESS = "sum_over_time(sum_over_time(vector(1)[1d:1s])[1d:1s])";
const ONE = question("/api/v1/query", { query: "1" });

describe("the query threads", () => {
  it("evaluate rules while every question takes its whole time, and the other way round", async (test) => {
    const { directory } = temporaryStore(test);
    const pool = await startPool(test, directory);
    const asked = new AbortController();
    const endless = question("/api/v1/query", { query: ENDLESS });
    const questions = Array.from({ length: 5 }, () => pool.run(endless, asked.signal));
    const first = await pool.run(rule("vector(2)"));
    assert.deepEqual(first.kind === "samples" && [...first.samples.values], [2]);
    assert.equal(pool.threads(), 3);
    asked.abort();
    await Promise.all(questions);
    const evaluated = new AbortController();
    const rules = Array.from({ length: 5 }, () => pool.run(rule(ENDLESS), evaluated.signal));
    assert.equal((await pool.run(ONE)).kind, "response");
    evaluated.abort();
    await Promise.all(rules);
  });

  it("are ended where one does not look at its time, and who asked is answered", async (test) => {
    const { directory, clock, writer } = temporaryStore(test);
    const store = writer();
    for (let from = 1; from <= 40_000; from += 1000) {
      const ids = Array.from({ length: 1000 }, (_, index) => (from + index).toString(16).padStart(16, "0"));
      store.write({ spans: ids.map((id) => spanOf({ traceId: id + id, spanId: id })) });
      store.commit();
    }
    store.close();
    const pool = await startPool(test, directory, { timeoutMs: 30, graceMs: 30 });
    // Some seconds of work that looks at no clock.
    const params = { service: "shop", limit: "40000", start: "0", end: `${clock.nowMs() + 1}000` };
    assert.deepEqual(await pool.run(question("/api/traces", params)), { kind: "expired" });
    assert.deepEqual(pool.replaced, ["time"]);
  });

  it("are not started for what one thread answers soon", async (test) => {
    const { directory } = temporaryStore(test);
    const pool = await startPool(test, directory, { patienceMs: 10_000 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => pool.run(index % 2 ? ONE : rule("vector(1)"))),
    );
    assert.deepEqual([...new Set(answers.map(({ kind }) => kind))].sort(), ["response", "samples"]);
    assert.equal(pool.threads(), 1);
  });

  it("end when there is nothing for them to do, but for one", async (test) => {
    const { directory } = temporaryStore(test);
    const clock = createTestClock(systemClock.nowMs());
    const pool = await startPool(test, directory, { clock, tidyMs: 10, patienceMs: 1 });
    const controller = new AbortController();
    const long = question("/api/v1/query", { query: ENDLESS });
    const running = [long, long, rule(ENDLESS)].map((task) => pool.run(task, controller.signal));
    while (pool.threads() < 3) await new Promise(setImmediate);
    controller.abort();
    await Promise.all(running);
    clock.set(clock.nowMs() + 60_000);
    while (pool.threads() > 1) await new Promise(setImmediate);
    assert.equal((await pool.run(ONE)).kind, "response");
    assert.deepEqual(pool.replaced, []);
  });

  it("are replaced when a large answer has left memory behind", async (test) => {
    const { directory } = temporaryStore(test);
    const clock = createTestClock(systemClock.nowMs());
    const pool = await startPool(test, directory, { clock, tidyMs: 10 });
    // Two million samples.
    const large = await pool.run(question("/api/v1/query", { query: "vector(1)[1d:40ms]" }));
    assert.ok(large.kind === "response" && large.status === 200 && large.body.length > 40 * MB);
    clock.set(clock.nowMs() + 10_000);
    while (pool.replaced.length === 0) await new Promise(setImmediate);
    assert.deepEqual([pool.replaced, pool.threads()], [["grown"], 1]);
    assert.equal((await pool.run(ONE)).kind, "response");
  });
});
