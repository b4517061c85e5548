import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { Redis } from "ioredis";
import { databaseCheck } from "../../src/health/index.ts";
import { checked } from "./checked.ts";
import { startHungServer } from "./endpoint-double.ts";
import { type Database, HAS_REDIS, startRedis } from "./real-databases.ts";

const OK = ["healthy", "ok"];

describe("databaseCheck", () => {
  it("asks clients in the way of each kind", async () => {
    const asked: unknown[][] = [];
    const method =
      (name: string, result: unknown = {}) =>
      (...args: unknown[]) => {
        asked.push([name, ...args]);
        return result;
      };
    for (const [client, expected] of [
      [
        { query: method("query"), promise: () => ({ query: method("promised query") }) },
        ["promised query", "SELECT 1"],
      ],
      [{ query: method("query"), ping: method("ping") }, ["query", "SELECT 1"]],
      [{ ping: method("ping"), command: method("command") }, ["ping"]],
      [{ command: method("command") }, ["command", { ping: 1 }]],
      [{ db: () => ({ command: method("command") }) }, ["command", { ping: 1 }]],
    ] as const) {
      asked.length = 0;
      assert.deepEqual(await checked(databaseCheck(client)), OK);
      assert.deepEqual(asked, [expected]);
    }
    for (const unknown of [{}, { query: 1 }])
      assert.deepEqual(await checked(databaseCheck(unknown)), [
        "unhealthy",
        "the check does not know this kind of client",
      ]);
    assert.equal((await checked(databaseCheck(undefined as never)))[0], "unhealthy");
  });

  it("asks a database of node:sqlite, open or closed", async () => {
    const database = new DatabaseSync(":memory:");
    assert.deepEqual(await checked(databaseCheck(database)), OK);
    database.close();
    assert.deepEqual(await checked(databaseCheck(database)), ["unhealthy", "database is not open"]);
  });
});

describe("databaseCheck with Redis", { skip: !HAS_REDIS && "redis-server is not installed" }, () => {
  let server: Database;
  let client: Redis;
  before(async () => {
    server = await startRedis();
    client = new Redis({ port: server.port, host: "127.0.0.1" });
    client.on("error", () => {});
  });
  after(async () => {
    client.disconnect();
    await server.stop();
  });

  it("is healthy while it answers, and unhealthy while it hangs", async () => {
    const check = databaseCheck(client);
    assert.deepEqual(await checked(check), OK);
    server.hang();
    assert.deepEqual(await checked(check, { timeoutMs: 200 }), ["unhealthy", "no answer within 200 ms"]);
    server.goOn();
    assert.deepEqual(await checked(check), OK);
  });

  it("is unhealthy where something else is there", async () => {
    await using hung = await startHungServer();
    const other = new Redis({ port: hung.port, host: "127.0.0.1", retryStrategy: () => null });
    other.on("error", () => {});
    assert.equal((await checked(databaseCheck(other), { timeoutMs: 200 }))[0], "unhealthy");
    other.disconnect();
  });
});
