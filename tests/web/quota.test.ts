import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { createQuotaBook, MAX_KEYS, type QuotaBookOptions } from "../../src/web/quota.ts";

function book(options: Partial<QuotaBookOptions> = {}) {
  const time = { nowMs: 1000 };
  const count = createQuotaBook({ limit: 3, windowMs: 100, clock: { nowMs: () => time.nowMs }, ...options });
  return { count, time };
}

describe("a quota", () => {
  it("lets so many requests through in a window, which begins with the first of them", () => {
    const { count, time } = book();
    assert.deepEqual(count("a"), { isAllowed: true, remaining: 2, resetMs: 100 });
    time.nowMs += 40;
    assert.deepEqual(count("a"), { isAllowed: true, remaining: 1, resetMs: 60 });
    assert.deepEqual(count("a"), { isAllowed: true, remaining: 0, resetMs: 60 });
    assert.deepEqual(count("a"), { isAllowed: false, remaining: 0, resetMs: 60 });
    assert.deepEqual(count("b"), { isAllowed: true, remaining: 2, resetMs: 100 }, "another's is another");
    time.nowMs += 59;
    assert.deepEqual(count("a"), { isAllowed: false, remaining: 0, resetMs: 1 }, "who insists waits no longer for it");
    time.nowMs += 1;
    assert.deepEqual(count("a"), { isAllowed: true, remaining: 2, resetMs: 100 });
  });

  it("holds across the turns of its maps, whenever they come", () => {
    for (let offsetMs = 0; offsetMs <= 300; offsetMs += 1) {
      const { count, time } = book();
      time.nowMs += offsetMs;
      const begunMs = time.nowMs;
      let allowed = 0;
      for (; time.nowMs < begunMs + 100; time.nowMs += 1) {
        if (count("a").isAllowed) allowed += 1;
        count("other");
      }
      assert.equal(allowed, 3, `begun after ${offsetMs} ms`);
      assert.equal(count("a").isAllowed, true);
    }
  });

  it("counts what a plain list of times counts, for any course of requests", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const { count, time } = book();
    const windows = new Map<string, { startMs: number; count: number }>();
    for (let at = 0; at < 20_000; at += 1) {
      time.nowMs += random(random(50) === 0 ? 400 : 12);
      const key = `k${random(6)}`;
      let window = windows.get(key);
      if (window === undefined || time.nowMs - window.startMs >= 100) {
        window = { startMs: time.nowMs, count: 0 };
        windows.set(key, window);
      }
      window.count += 1;
      const { isAllowed, remaining, resetMs } = count(key);
      assert.deepEqual(
        [isAllowed, remaining, resetMs],
        [window.count <= 3, Math.max(0, 3 - window.count), window.startMs + 100 - time.nowMs],
        `request ${at}`,
      );
    }
  });

  it("forgets those that came first when there are more keys than are kept, and says so", () => {
    let told = 0;
    const { count } = book({ maxKeys: 10, onForget: () => (told += 1) });
    for (let at = 0; at < 4; at += 1) count("first");
    for (let at = 0; at < 5; at += 1) count(`few-${at}`);
    assert.equal(count("first").isAllowed, false, "while there is room it is known");
    assert.equal(told, 0);
    for (let at = 0; at < 6; at += 1) count(`more-${at}`);
    assert.ok(told > 0);
    assert.equal(count("first").isAllowed, true);
    assert.equal(count("more-5").remaining, 1, "the last ones are known");
  });

  it("takes no more memory for a million keys, cut out of long texts, than for those that are kept", () => {
    const source = `
      import { createQuotaBook } from ${JSON.stringify(new URL("../../src/web/quota.ts", import.meta.url).href)};
      const count = createQuotaBook({ limit: 10, windowMs: 60_000, clock: { nowMs: () => performance.now() } });
      const padding = "x".repeat(200);
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let at = 0; at < 1_000_000; at += 1) count((padding + "2001:db8:" + at + padding).slice(200, 220));
      gc();
      console.log((process.memoryUsage().heapUsed - before) / 1e6);
      count("kept");`;
    const run = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", source], {
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.equal(run.status, 0, run.stderr);
    const megabytes = Number(run.stdout);
    assert.ok(megabytes > 1 && megabytes < 20, `${megabytes} MB for ${MAX_KEYS} keys at most`);
  });
});
