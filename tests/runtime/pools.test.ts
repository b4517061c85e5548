import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../src/metrics/index.ts";
import { createPoolWatch, type PoolKind } from "../../src/runtime/index.ts";

type Pool = { name?: string; idle: number; used: number; pending: number; closed?: boolean };
const KIND: PoolKind = {
  nameOf: (pool) => (pool as Pool).name,
  stateOf: (pool) => ((pool as Pool).closed === true ? undefined : (pool as Pool)),
};

function watched() {
  const metrics = createMetrics({ clock: { nowMs: () => 0 }, labelValueLimit: 1000, cleanLabel: (value) => value });
  const { see } = createPoolWatch(metrics);
  /** By pool: idle, used, pending. */
  const told = (): Record<string, number[]> => {
    const pools: Record<string, number[]> = {};
    for (const { series } of metrics.snapshot()) {
      for (const { labels, value = Number.NaN } of series) {
        const name = labels["db_client_connection_pool_name"] ?? "";
        pools[name] = [...(pools[name] ?? []), value];
      }
    }
    return pools;
  };
  return { metrics, see: (pool: Pool) => see(pool, KIND), told };
}

describe("pools of connections", () => {
  it("are told of as they are when somebody looks, added up by name, and are no news", () => {
    const { metrics, see, told } = watched();
    assert.deepEqual(told(), {});
    const first: Pool = { name: "a:1/x", idle: 1, used: 2, pending: 3 };
    see(first);
    see(first);
    see({ name: "a:1/x", idle: 10, used: 20, pending: 30 });
    see({ name: "b:1/x", idle: 0, used: 0, pending: 0 });
    assert.deepEqual(told(), { "a:1/x": [11, 22, 33], "b:1/x": [0, 0, 0] });
    first.idle = 5;
    assert.deepEqual(told()["a:1/x"], [15, 22, 33]);
    assert.equal(metrics.revision(), 0);
  });

  it("count nothing once they are closed, and again where they are opened", () => {
    const { see, told } = watched();
    const pool: Pool = { name: "a", idle: 1, used: 2, pending: 3 };
    see(pool);
    assert.deepEqual(told(), { a: [1, 2, 3] });
    pool.closed = true;
    assert.deepEqual(told(), { a: [0, 0, 0] });
    pool.closed = false;
    assert.deepEqual(told(), { a: [0, 0, 0] }, "until it is seen at work");
    see(pool);
    assert.deepEqual(told(), { a: [1, 2, 3] });
  });

  it("wait for their names", () => {
    const { see, told } = watched();
    const pool: Pool = { idle: 1, used: 0, pending: 0 };
    see(pool);
    assert.deepEqual(told(), {});
    pool.name = "a";
    assert.deepEqual(told(), { a: [1, 0, 0] });
  });

  it("are so many at most, and make room when they are closed", () => {
    const { see, told } = watched();
    const pools = Array.from({ length: 300 }, (_, at): Pool => ({ name: `p${at}`, idle: 1, used: 1, pending: 1 }));
    for (const pool of pools) see(pool);
    assert.equal(Object.keys(told()).length, 256);
    for (const pool of pools) pool.closed = true;
    told();
    const late: Pool = { name: "late", idle: 1, used: 1, pending: 1 };
    see(late);
    assert.deepEqual(told()["late"], [1, 1, 1]);
  });

  it("that cannot be read harm no other", () => {
    const { see, told } = watched();
    const broken: Pool = { name: "broken", idle: 0, used: 0, pending: 0 };
    Object.defineProperty(broken, "closed", {
      get: () => {
        throw new Error("no");
      },
    });
    see(broken);
    see({ name: "a", idle: 1, used: 2, pending: 3 });
    assert.deepEqual(told(), { a: [1, 2, 3] });
  });
});
