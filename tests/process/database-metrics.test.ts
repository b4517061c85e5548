/** Operations and pools of databases, through the clients that programs use. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  type Database,
  HAS_MARIADB,
  HAS_POSTGRES,
  HAS_REDIS,
  startMariaDb,
  startPostgres,
  startRedis,
} from "../health/real-databases.ts";
import { startMongoDb } from "../sdks/doubles/mongodb.ts";
import { freePort, type ProgramRun, pushedValue, type RunOptions, runProgram, SDKS_DIRECTORY } from "./run-program.ts";

const isInstalled = (name: string): boolean => existsSync(join(SDKS_DIRECTORY, "node_modules", name));
const missing = (isThere: boolean, name: string): false | string => !isThere && `${name} is not installed`;

/** `pools()` are the series of pools that a scrape shows: the pool with its database's port left out, state, value. */
const HEAD = `
  const text = async () => (await fetch("http://127.0.0.1:" + process.env.AGENT_OBSERVATORY_METRICS_PORT + "/metrics")).text();
  const pools = async () => [...(await text()).matchAll(/^db_client_connection_(?:count|pending_requests)\\{(.*)\\} (\\S+)$/gm)].map(
    ([, labels, value]) => [...[...labels.matchAll(/"([^"]*)"/g)].map(([, label]) => label.replace(process.env.DB_PORT, "PORT")), Number(value)]);
  const show = async () => console.log(JSON.stringify(await pools()));
`;
const state = (pool: string, idle: number, used: number, pending: number): unknown[] => [
  [pool, "idle", idle],
  [pool, "used", used],
  [pool, pending],
];

async function run(source: string, port: number, options: RunOptions = {}): Promise<ProgramRun> {
  const result = await runProgram(HEAD + source, {
    directory: SDKS_DIRECTORY,
    ...options,
    env: { AGENT_OBSERVATORY_METRICS_PORT: String(await freePort()), DB_PORT: String(port), ...options.env },
  });
  assert.equal(result.code, 0, result.stderr);
  const secrets = JSON.stringify([result.points, result.stdout]);
  assert.ok(!secrets.includes("top-secret"), "no password is in a metric");
  return result;
}
const shownBy = ({ stdout }: ProgramRun): unknown[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** How many operations were counted: by operation and what went wrong. */
function operationsOf({ points }: ProgramRun, system: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { metric, labels, histogram } of points) {
    if (metric !== "db.client.operation.duration" || labels["db.system.name"] !== system) continue;
    counts[[labels["db.operation.name"], labels["error.type"]].filter((part) => part !== undefined).join(" ")] =
      histogram?.count ?? 0;
  }
  return counts;
}

describe("Postgres", { skip: missing(HAS_POSTGRES, "Postgres") }, () => {
  let server: Database;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  const POOL = `
    const pool = new pg.Pool({ host: "127.0.0.1", port: process.env.DB_PORT, user: "app", password: "top-secret", database: "postgres", max: 2 });
    const other = new pg.Pool({ connectionString: "postgres://app:top-secret@127.0.0.1:" + process.env.DB_PORT + "/template1" });
    const [first, second] = [await pool.connect(), await pool.connect()];
    const third = pool.connect();
    await other.query("SELECT 1");
    await show();
    first.release(); second.release(); (await third).release();
    await show();
    await pool.query("CREATE TABLE things (a int)");
    await pool.query("insert into things values ($1)", [7]);
    await pool.query("INSERT INTO nothing VALUES (1)").catch(() => {});
    await new Promise((resolve) => pool.query("SELECT * FROM nothing", () => resolve()));
    await Promise.all([pool.end(), other.end()]);
    await show();
  `;
  for (const type of ["module", "commonjs"] as const) {
    it(`shows its pools and its operations in a ${type} program, sampled or not`, async () => {
      const source =
        type === "module"
          ? `import pg from "pg"; ${POOL}`
          : `const pg = require("pg"); (async () => { ${POOL} await pool.query("x").catch(() => {}); })();`;
      const result = await run(
        `${source.replace("things", `things_${type}`).replace("into things", `into things_${type}`)}`,
        server.port,
        {
          type,
          env: { TRACING_SAMPLE_RATE: "0" },
        },
      );
      const [pool, other] = ["127.0.0.1:PORT/postgres", "127.0.0.1:PORT/template1"];
      assert.deepEqual(shownBy(result), [
        [...state(pool, 0, 2, 1), ...state(other, 1, 0, 0)].toSorted(byKind),
        [...state(pool, 2, 0, 0), ...state(other, 1, 0, 0)].toSorted(byKind),
        [...state(pool, 0, 0, 0), ...state(other, 0, 0, 0)].toSorted(byKind),
      ]);
      assert.deepEqual(operationsOf(result, "postgresql"), {
        SELECT: 1,
        CREATE: 1,
        INSERT: 1,
        "INSERT 42P01": 1,
        "SELECT 42P01": 1,
      });
      assert.deepEqual(result.spans, []);
    });
  }

  it("takes its place from the environment, and forgets a pool that the program has forgotten", async () => {
    const result = await run(
      `import pg from "pg";
       import { setFlagsFromString } from "node:v8";
       setFlagsFromString("--expose-gc");
       const { runInNewContext } = await import("node:vm");
       const make = async () => {
         const pool = new pg.Pool({ max: 1 });
         const client = await pool.connect();
         await show();
         const removed = new Promise((resolve) => pool.once("remove", resolve));
         client.release(true);
         await removed;
         return new WeakRef(pool);
       };
       const pool = await make();
       while (pool.deref() !== undefined) { await new Promise((resolve) => setTimeout(resolve, 5)); runInNewContext("gc")(); }
       await show();`,
      server.port,
      { env: { PGHOST: "127.0.0.1", PGPORT: String(server.port), PGUSER: "app", PGDATABASE: "postgres" } },
    );
    assert.deepEqual(shownBy(result), [
      state("127.0.0.1:PORT/postgres", 0, 1, 0),
      state("127.0.0.1:PORT/postgres", 0, 0, 0),
    ]);
  });

  it("shows no more pools than fit, and none where it is switched off", async () => {
    const source = `import pg from "pg";
      const made = Array.from({ length: 300 }, (_, at) => new pg.Pool({ host: "127.0.0.1", port: 1, database: "d" + at }));
      await Promise.all(made.map((pool) => pool.query("SELECT 1").catch(() => {})));
      console.log((await pools()).length / 3);`;
    const limit = { AGENT_OBSERVATORY_LABEL_VALUE_LIMIT: "1000" };
    assert.equal((await run(source, server.port, { env: limit })).stdout, "256\n");
    const off = await run(source, server.port, { env: { AGENT_OBSERVATORY_DISABLED_INSTRUMENTATIONS: "pg" } });
    assert.deepEqual([off.stdout, operationsOf(off, "postgresql")], ["0\n", {}]);
  });
});

/** A scrape has one metric after the other, and its series as they came. */
function byKind(one: unknown, other: unknown): number {
  return (other as unknown[]).length - (one as unknown[]).length;
}

describe("Redis", { skip: missing(HAS_REDIS, "redis-server") }, () => {
  let server: Database;
  before(async () => {
    server = await startRedis();
  });
  after(() => server.stop());

  it("shows the pool and the operations of its own client", {
    skip: missing(isInstalled("redis"), "redis"),
  }, async () => {
    const result = await run(
      `import { createClientPool } from "redis";
       const pool = createClientPool({ url: "redis://127.0.0.1:" + process.env.DB_PORT + "/0" }, { minimum: 1, maximum: 2 });
       pool.on("error", () => {});
       await pool.connect();
       const release = [];
       const held = [1, 2].map(() => pool.execute(() => new Promise((resolve) => release.push(resolve))));
       while (release.length < 2) await new Promise((resolve) => setImmediate(resolve));
       const waits = pool.get("a");
       await show();
       for (const one of release) one();
       await Promise.all([...held, waits]);
       await show();
       await pool.set("a", "secret"); await pool.lPush("a", "x").catch(() => {});
       await pool.close();
       await show();`,
      server.port,
    );
    const pool = "127.0.0.1:PORT/0";
    assert.deepEqual(shownBy(result), [state(pool, 0, 2, 1), state(pool, 2, 0, 0), state(pool, 0, 0, 0)]);
    assert.deepEqual(operationsOf(result, "redis"), { GET: 1, SET: 1, "LPUSH WRONGTYPE": 1 });
  });

  it("shows the operations of ioredis, within a span of the program and outside", async () => {
    const result = await run(
      `import { Redis } from "ioredis";
       import { tool } from "agent-observatory";
       const client = new Redis({ host: "127.0.0.1", port: process.env.DB_PORT, enableReadyCheck: false });
       await client.set("b", "1");
       await tool("inside", async () => { await client.get("b"); await client.lpush("b", "x").catch(() => {}); })();
       await client.pipeline().get("b").get("b").exec();
       await client.quit();`,
      server.port,
    );
    assert.deepEqual(operationsOf(result, "redis"), {
      SET: 1,
      GET: 1,
      "LPUSH WRONGTYPE": 1,
      "PIPELINE GET": 2,
      QUIT: 1,
    });
    assert.deepEqual(
      result.spans.map(({ name }) => name),
      ["get", "lpush", "execute_tool inside"],
      "what belongs to nothing is counted, and makes no trace of its own",
    );
  });

  it("leaves the back end of the program what it would get without us", async () => {
    const result = await run(
      `import { NodeSDK } from "@opentelemetry/sdk-node";
       const ended = [];
       const nothing = () => Promise.resolve();
       const own = { onStart: () => {}, onEnd: ({ name }) => ended.push(name), forceFlush: nothing, shutdown: nothing };
       const sdk = new NodeSDK({ spanProcessors: [own], instrumentations: [] });
       sdk.start();
       const { Redis } = await import("ioredis");
       const { tool } = await import("agent-observatory");
       const client = new Redis({ host: "127.0.0.1", port: process.env.DB_PORT });
       await client.set("c", "1");
       await tool("inside", () => client.get("c"))();
       await client.quit();
       console.log(ended.join());
       await sdk.shutdown();`,
      server.port,
      { conventions: false, env: { OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" } },
    );
    assert.equal(result.stdout, "get,execute_tool inside\n");
  });
});

describe("MariaDB", { skip: missing(HAS_MARIADB && isInstalled("mysql2"), "mariadb-server-core or mysql2") }, () => {
  let server: Database;
  before(async () => {
    server = await startMariaDb();
  });
  after(() => server.stop());

  it("shows the pools and the operations of mysql2, by promises and by callbacks", async () => {
    const result = await run(
      `import { createPool } from "mysql2/promise";
       import mysql from "mysql2";
       const pool = createPool({ host: "127.0.0.1", port: Number(process.env.DB_PORT), user: "root", password: "top-secret", connectionLimit: 2 });
       await pool.query("CREATE DATABASE app");
       const byUri = mysql.createPool("mysql://root:top-secret@127.0.0.1:" + process.env.DB_PORT + "/app");
       await new Promise((resolve) => byUri.query("SELECT 1", resolve));
       const [first, second] = [await pool.getConnection(), await pool.getConnection()];
       const third = pool.getConnection();
       await show();
       first.release(); second.release(); (await third).release();
       await show();
       await pool.execute("SELECT ?", [1]);
       await pool.query("SELECT * FROM app.nothing").catch(() => {});
       await pool.end(); await new Promise((resolve) => byUri.end(resolve));
       await show();`,
      server.port,
    );
    const [pool, app] = ["127.0.0.1:PORT", "127.0.0.1:PORT/app"];
    assert.deepEqual(shownBy(result), [
      [...state(pool, 0, 2, 1), ...state(app, 1, 0, 0)].toSorted(byKind),
      [...state(pool, 2, 0, 0), ...state(app, 1, 0, 0)].toSorted(byKind),
      [...state(pool, 0, 0, 0), ...state(app, 0, 0, 0)].toSorted(byKind),
    ]);
    assert.deepEqual(operationsOf(result, "mysql"), { CREATE: 1, SELECT: 2, "SELECT _OTHER": 1 });
  });
});

describe("a library that is asked for by another of its names", () => {
  it("is seen: mysql2/promise", {
    skip: missing(HAS_MARIADB && isInstalled("mysql2"), "mariadb-server-core or mysql2"),
  }, async () => {
    const server = await startMariaDb();
    try {
      for (const [type, source] of [
        ["module", `import { createConnection } from "mysql2/promise";`],
        ["commonjs", `const { createConnection } = require("mysql2/promise"); require("mysql2");`],
      ] as const) {
        const result = await run(
          `${source} (async () => { const connection = await createConnection({ host: "127.0.0.1", port: Number(process.env.DB_PORT), user: "root" });
           await connection.query("SELECT 1"); await connection.end(); })();`,
          server.port,
          { type },
        );
        assert.deepEqual(operationsOf(result, "mysql"), { SELECT: 1 });
      }
    } finally {
      await server.stop();
    }
  });

  it("is seen: @redis/client", {
    skip: missing(HAS_REDIS && isInstalled("@redis/client"), "redis-server or redis"),
  }, async () => {
    const server = await startRedis();
    try {
      const result = await run(
        `import { createClient } from "@redis/client"; import { createClient as again } from "redis";
         for (const make of [createClient, again]) {
           const client = make({ url: "redis://127.0.0.1:" + process.env.DB_PORT });
           await client.connect(); await client.get("a"); await client.close();
         }`,
        server.port,
      );
      assert.deepEqual(operationsOf(result, "redis"), { GET: 2 });
    } finally {
      await server.stop();
    }
  });
});

describe("MongoDB", { skip: missing(isInstalled("mongodb"), "mongodb") }, () => {
  it("shows the pool and the operations of its client, against exact bytes", async () => {
    await using server = await startMongoDb();
    const result = await run(
      `import { MongoClient } from "mongodb";
       const client = new MongoClient("mongodb://127.0.0.1:" + process.env.DB_PORT + "/?maxPoolSize=2&serverMonitoringMode=poll");
       const things = client.db("app").collection("things");
       const found = await things.find({ secret: 1 }).toArray();
       const held = client.db("app").command({ hold: 1 });
       await show();
       await client.db("app").command({ release: 1 });
       await held;
       await client.db("app").command({ refuse: 1 }).catch(() => {});
       await show();
       await client.close();
       await show();
       if (found.length !== 2) throw new Error("not found");`,
      server.port,
    );
    const pool = "127.0.0.1:PORT";
    assert.deepEqual(shownBy(result), [state(pool, 0, 1, 0), state(pool, 2, 0, 0), state(pool, 0, 0, 0)]);
    assert.deepEqual(operationsOf(result, "mongodb"), { find: 1, hold: 1, release: 1, "refuse E11000": 1 });
    assert.deepEqual(
      result.spans.filter(({ attributes }) => attributes["db.system.name"] !== undefined),
      [],
      "what belongs to nothing makes no trace of its own",
    );
  });
});

describe("a program that has databases", () => {
  it("sends nothing because of them alone", async () => {
    const { requests } = await runProgram(
      `import pg from "pg"; new pg.Pool({ host: "127.0.0.1", port: 1 }); setTimeout(() => {}, 50);`,
      { directory: SDKS_DIRECTORY },
    );
    assert.deepEqual(requests, {});
  });

  it("tells how many numbers the vectors have that it searches by", async () => {
    const result = await runProgram(
      `import { createServer } from "node:http";
       const server = createServer((request, response) => { request.resume(); request.on("end", () => { response.setHeader("content-type", "application/json");
         response.end(JSON.stringify({ result: [{ id: 1 }, { id: 2 }], status: "ok" })); }); });
       await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
       await (await fetch("http://127.0.0.1:" + server.address().port + "/collections/docs/points/search", { method: "POST",
         headers: { "content-type": "application/json" }, body: JSON.stringify({ vector: [1, 2, 3, 4], limit: 2 }) })).text();
       server.close(); server.closeAllConnections();`,
    );
    const store = { db_system_name: "qdrant" };
    assert.equal(
      pushedValue(result.points, "vector_operations_total", { ...store, operation: "search", status: "ok" }),
      1,
    );
    assert.equal(pushedValue(result.points, "vector_operation_duration_seconds", { ...store, operation: "search" }), 1);
    assert.equal(pushedValue(result.points, "vector_results_returned", store), 1);
    assert.equal(pushedValue(result.points, "vector_dimensions", { ...store, collection: "docs" }), 4);
    assert.equal(pushedValue(result.points, "db.client.operation.duration", { "db.system.name": "qdrant" }), 1);
  });
});
