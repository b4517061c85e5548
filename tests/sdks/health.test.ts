import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { databaseCheck, mcpServerCheck } from "../../src/health/index.ts";
import { checked } from "../health/checked.ts";
import { type Reply, startDouble, startHungServer } from "../health/endpoint-double.ts";
import { type Database, HAS_POSTGRES, startPostgres } from "../health/real-databases.ts";
import { pushedValue, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

const OK = ["healthy", "ok"];

describe("databaseCheck with Postgres", { skip: !HAS_POSTGRES && "Postgres is not installed" }, () => {
  let server: Database;
  before(async () => {
    server = await startPostgres();
  });
  after(async () => await server.stop());

  it("is healthy while it answers, unhealthy while it hangs or its pool is used up, and healthy again", async () => {
    const { default: pg } = (await import("pg")) as typeof import("pg");
    const pool = new pg.Pool({ host: "127.0.0.1", port: server.port, user: "app", database: "postgres", max: 4 });
    pool.on("error", () => {});
    const check = databaseCheck(pool);
    assert.deepEqual(await checked(check), OK);
    server.hang();
    const late = ["unhealthy", "no answer within 200 ms"];
    assert.deepEqual(await checked(check, { timeoutMs: 200 }), late);
    server.goOn();
    assert.deepEqual(await checked(check), OK);
    const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect(), pool.connect()]);
    assert.deepEqual(await checked(check, { timeoutMs: 200 }), late);
    for (const client of clients) client.release();
    assert.deepEqual(await checked(check), OK);
    await pool.end();
    assert.deepEqual(await checked(check), ["unhealthy", "Cannot use a pool after calling end on the pool"]);
  });

  it("tells by gauges and by one log record a change, in a program whose checks make no spans", async () => {
    await using double = await startDouble(() => ({ body: { data: [{ id: "gpt-4o-mini" }] } }));
    const run = await runProgram(
      `import pg from "pg";
       import { checkHealth, databaseCheck, healthCheck, httpCheck, llmEndpointCheck } from "agent-observatory";
       const pool = new pg.Pool({ host: "127.0.0.1", port: ${server.port}, user: "app", database: "postgres" });
       const cacheMs = 0;
       healthCheck("database", databaseCheck(pool), { cacheMs });
       healthCheck("model", llmEndpointCheck({ url: "${double.url}/v1", apiKey: "k", model: "gpt-4o-mini" }), { cacheMs });
       healthCheck("page", httpCheck({ url: "${double.url}" }), { cacheMs });
       healthCheck("own", async () => (await fetch("${double.url}")).ok, { cacheMs });
       let works = true;
       healthCheck("feed", () => { if (!works) throw new Error("no feed, password=hunter2secret"); }, { cacheMs, critical: false });
       const states = [];
       for (const next of [true, false, false, true, true]) {
         works = next;
         states.push((await checkHealth()).status);
       }
       works = false;
       const { status, checks } = await checkHealth();
       console.log(JSON.stringify({ states, checks }));
       await pool.query("SELECT 2");
       await pool.end();`,
      { directory: SDKS_DIRECTORY },
    );
    assert.equal(run.code, 0, run.stderr);
    const { states, checks } = JSON.parse(run.stdout) as {
      states: string[];
      checks: { name: string; status: string }[];
    };
    assert.deepEqual(states, ["healthy", "degraded", "degraded", "healthy", "healthy"]);
    assert.deepEqual(
      checks.map(({ name, status }) => `${name} ${status}`),
      ["database healthy", "model healthy", "page healthy", "own healthy", "feed unhealthy"],
    );
    assert.deepEqual(
      run.logs.map(({ body }) => body),
      [
        "health check feed is unhealthy, was healthy: no feed, password=[REDACTED:password]",
        "health check feed is healthy, was unhealthy: ok",
        "health check feed is unhealthy, was healthy: no feed, password=[REDACTED:password]",
      ],
    );
    for (const { name, status } of checks) {
      assert.equal(pushedValue(run.points, "health_check_status", { check: name }), status === "healthy" ? 1 : 0);
      assert.ok(Number(pushedValue(run.points, "health_check_duration_seconds", { check: name })) >= 0);
    }
    const statements = run.spans.map(({ attributes }) => attributes["db.query.text"] ?? attributes["db.statement"]);
    assert.deepEqual(
      statements.filter((statement) => statement !== undefined),
      ["SELECT 2"],
      JSON.stringify(run.spans.map(({ name }) => name)),
    );
    assert.deepEqual(
      run.spans.filter(({ name }) => name.startsWith("GET") || name.startsWith("POST")),
      [],
    );
    assert.ok(double.asked.every(({ headers }) => headers["traceparent"] === undefined));
  });
});

const SERVER = `
  import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
  import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
  import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
  import { createServer } from "node:http";
  import { randomUUID } from "node:crypto";
  const make = () => new McpServer({ name: "shop", version: "1" });`;
const STDIO = `${SERVER} console.log("starting, as some servers say on stdout"); await make().connect(new StdioServerTransport());`;
const HTTP = (enableJsonResponse: boolean): string => `${SERVER}
  const sessions = new Map();
  let ended = 0;
  createServer(async (request, response) => {
    if (request.url === "/sessions") return response.end(JSON.stringify([sessions.size, ended]));
    const id = request.headers["mcp-session-id"];
    let transport = sessions.get(id);
    if (transport === undefined) {
      transport = new StreamableHTTPServerTransport({
        enableJsonResponse: ${enableJsonResponse},
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void sessions.set(session, transport),
        onsessionclosed: (session) => { sessions.delete(session); ended += 1; },
      });
      await make().connect(transport);
    }
    await transport.handleRequest(request, response);
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

const evaluated = (source: string): string[] => ["--input-type=module", "-e", source];

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("mcpServerCheck", () => {
  it("starts a server of the SDK, asks it over stdio, and leaves no process", async () => {
    const directory = await mkdtemp(join(tmpdir(), "observatory-mcp-"));
    const file = join(directory, "pid");
    const source = `import { writeFileSync } from "node:fs"; writeFileSync(process.env.PID_FILE, String(process.pid)); ${STDIO}`;
    const env = { PATH: String(process.env["PATH"]), PID_FILE: file };
    const command = { command: process.execPath, args: evaluated(source), cwd: SDKS_DIRECTORY, env };
    assert.deepEqual(await checked(mcpServerCheck(command)), OK);
    const pid = Number(await readFile(file, "utf8"));
    const deadlineMs = performance.now() + 10_000;
    while (isRunning(pid)) {
      assert.ok(performance.now() < deadlineMs, "it ends");
      await new Promise(setImmediate);
    }
    await rm(directory, { recursive: true });
  });

  it("tells of a command that does not exist, that ends, that is silent, and that answers with an error", async () => {
    const refusing = `process.stdin.once("data", () => console.log(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32602, message: "secret" } })));`;
    for (const [options, message] of [
      [{ command: "no-such-mcp-server" }, "spawn no-such-mcp-server ENOENT"],
      [{ command: process.execPath, args: ["-e", "process.exit(3)"] }, "the server ended (code 3)"],
      [{ command: process.execPath, args: ["-e", refusing] }, "it answered initialize with the error -32602"],
    ] as const) {
      assert.deepEqual(await checked(mcpServerCheck(options)), ["unhealthy", message]);
    }
    const silent = mcpServerCheck({ command: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] });
    assert.deepEqual(await checked(silent, { timeoutMs: 300 }), ["unhealthy", "no answer within 300 ms"]);
  });

  for (const enableJsonResponse of [true, false]) {
    it(`opens a session over HTTP, ${enableJsonResponse ? "answered in JSON" : "answered by event streams"}, and ends it`, async () => {
      const child = spawn(process.execPath, evaluated(HTTP(enableJsonResponse)), {
        cwd: SDKS_DIRECTORY,
        stdio: ["ignore", "pipe", "inherit"],
      });
      try {
        const [port] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
        const url = `http://127.0.0.1:${port}`;
        for (let run = 0; run < 2; run++) assert.deepEqual(await checked(mcpServerCheck({ url: `${url}/mcp` })), OK);
        assert.deepEqual(await (await fetch(`${url}/sessions`)).json(), [0, 2]);
      } finally {
        child.kill("SIGKILL");
      }
    });
  }

  it("tells of a URL where no MCP is spoken, and of one that is silent", async () => {
    for (const [reply, message] of [
      [{ status: 404 }, "it answered initialize with 404"],
      [{ status: 401 }, "it answered initialize with 401"],
      [{ body: "<html>" }, "it answered initialize with something that is not MCP"],
      [{ body: { jsonrpc: "2.0", id: 1, error: { code: -32600 } } }, "it answered initialize with the error -32600"],
    ] satisfies [Reply, string][]) {
      await using double = await startDouble(() => reply);
      assert.deepEqual(await checked(mcpServerCheck({ url: double.url })), ["unhealthy", message]);
    }
    await using hung = await startHungServer();
    const silent = mcpServerCheck({ url: `http://127.0.0.1:${hung.port}` });
    assert.deepEqual(await checked(silent, { timeoutMs: 150 }), ["unhealthy", "no answer within 150 ms"]);
  });

  it("asks the program's own client in its session", async () => {
    assert.deepEqual(await checked(mcpServerCheck({ client: { ping: async () => ({}) } })), OK);
    const closed = mcpServerCheck({ client: { ping: () => Promise.reject(new Error("Not connected")) } });
    assert.deepEqual(await checked(closed), ["unhealthy", "Not connected"]);
  });
});
