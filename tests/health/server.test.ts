import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, describe, it } from "node:test";
import { createDiagnostics } from "../../src/base/index.ts";
import {
  type HealthMiddleware,
  type HealthServer,
  type HealthServerOptions,
  healthCheck,
  healthMiddleware,
  serveHealth,
} from "../../src/health/index.ts";
import { startHealthServer } from "../../src/health/server.ts";

type Handler = (request: IncomingMessage, response: ServerResponse & { send: (text: string) => void }) => void;
type App = Parameters<typeof createServer>[1] & {
  readonly use: (...given: (string | HealthMiddleware)[]) => void;
  readonly get: (path: string, handler: Handler) => void;
};
/** Express comes without types. */
const { default: express } = (await import("express" as string)) as { readonly default: () => App };

const opened: { readonly close: () => void }[] = [];
const removals: (() => void)[] = [];
after(() => {
  for (const one of opened) one.close();
});
afterEach(() => {
  for (const remove of removals.splice(0)) remove();
});

const given = (name: string, check: () => unknown, critical = true): void =>
  void removals.push(healthCheck(name, check, { critical, cacheMs: 0 }));

async function served(options: Partial<HealthServerOptions> = {}): Promise<string> {
  const server: HealthServer = serveHealth({ port: 0, ...options });
  opened.push(server);
  return `http://127.0.0.1:${await server.listening}`;
}

async function own(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  opened.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = async (url: string): Promise<unknown> => await (await fetch(url)).json();

describe("the health server", () => {
  it("answers /readyz by the checks: 200 where healthy or degraded, 503 where unhealthy", async () => {
    const url = await served();
    given("cache", () => false, false);
    const degraded = await fetch(`${url}/readyz?probe=1`);
    const report = (await degraded.json()) as { status: string; checks: Record<string, unknown>[] };
    assert.deepEqual([degraded.status, report.status], [200, "degraded"]);
    const { durationMs, checkedAt, ...check } = report.checks[0] ?? {};
    assert.deepEqual(check, {
      name: "cache",
      status: "unhealthy",
      critical: false,
      message: "the check returned false",
    });
    assert.ok(typeof durationMs === "number" && !Number.isNaN(Date.parse(String(checkedAt))));
    given("database", () => Promise.reject(new Error("gone")));
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.equal((await fetch(`${url}/healthz`)).status, 200, "liveness does not depend on others");
  });

  it("answers in text where that is asked for", async () => {
    const url = await served();
    given("database", () => ({ status: "degraded", message: "slow\ntoday" }));
    const headers = { accept: "text/plain" };
    const ready = await fetch(`${url}/readyz`, { headers });
    assert.match(String(ready.headers.get("content-type")), /^text\/plain/);
    assert.match(await ready.text(), /^degraded\ndatabase: degraded \([\d.]+ ms\) slow today\n$/);
    assert.match(await (await fetch(`${url}/healthz`, { headers })).text(), /^healthy\nevent loop delay \d+ ms\n$/);
  });

  it("answers HEAD without a body, other methods with 405, other paths with 404, and lets nobody store an answer", async () => {
    const url = await served();
    const head = await fetch(`${url}/readyz`, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text(), head.headers.get("cache-control")], [200, "", "no-store"]);
    const post = await fetch(`${url}/readyz`, { method: "POST", body: "x".repeat(100_000) });
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
    for (const path of ["/", "/readyz/x", "/Readyz", "//readyz", "/%72eadyz"])
      assert.equal((await fetch(url + path)).status, 404, path);
    assert.equal((await fetch(`${url}/metrics`)).status, 404, "no telemetry runs here");
  });

  it("is 503 at /healthz after the event loop was stuck, until it is not", async () => {
    const url = await served({ maxLoopDelayMs: 200 });
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    const untilMs = performance.now() + 1400;
    while (performance.now() < untilMs);
    const stuck = await fetch(`${url}/healthz`);
    const { status, eventLoopDelayMs } = (await stuck.json()) as { status: string; eventLoopDelayMs: number };
    assert.deepEqual([stuck.status, status], [503, "unhealthy"]);
    assert.ok(eventLoopDelayMs > 200, String(eventLoopDelayMs));
    const deadlineMs = performance.now() + 10_000;
    while ((await fetch(`${url}/healthz`)).status !== 200) assert.ok(performance.now() < deadlineMs, "it recovers");
  });

  it("answers many at once with one run of each check", async () => {
    const url = await served();
    let runs = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = async (): Promise<void> => {
      runs += 1;
      await promise;
    };
    removals.push(healthCheck("slow", check, { timeoutMs: 30_000, cacheMs: 60_000 }));
    const asked = Array.from({ length: 40 }, () => fetch(`${url}/readyz`).then((response) => response.status));
    assert.equal((await fetch(`${url}/healthz`)).status, 200, "which waits for no check");
    resolve();
    assert.deepEqual(new Set(await Promise.all(asked)), new Set([200]));
    assert.equal(runs, 1);
  });

  it("says in one line that its port is taken, or is none, and goes on", async () => {
    const lines: string[] = [];
    const diagnostics = createDiagnostics("warn", (line) => void lines.push(line));
    const port = Number(new URL(await served()).port);
    for (let i = 0; i < 2; i++) {
      const server = startHealthServer({ port }, "Give another.", diagnostics);
      assert.equal(await server.listening, undefined);
      server.close();
    }
    assert.deepEqual(lines, [
      `agent-observatory: could not listen on 127.0.0.1:${port}: another program has it. Give another.\n`,
    ]);
    assert.equal(await startHealthServer({ port: 99_999 }, "", diagnostics).listening, undefined);
    assert.match(lines[1] ?? "", /127\.0\.0\.1:99999: there is no such port/);
    assert.equal(await startHealthServer({ port, host: "192.0.2.1" }, "", diagnostics).listening, undefined);
    assert.match(lines[2] ?? "", /192\.0\.2\.1:\d+: this machine has no such address/);
  });
});

describe("healthMiddleware", () => {
  it("answers in Express, also below a path, and passes on what is not for it", async () => {
    const app = express();
    app.use("/internal", healthMiddleware({ details: true }));
    app.use(healthMiddleware());
    app.get("/metrics", (_, response) => void response.send("the program's own"));
    app.get("/", (_, response) => void response.send("home"));
    const url = await own(app as Parameters<typeof own>[0]);
    given("database", () => false);
    assert.deepEqual(await json(`${url}/readyz`), { status: "unhealthy" }, "names nothing on a port of the program");
    assert.equal(((await json(`${url}/internal/readyz`)) as { checks: unknown[] }).checks.length, 1);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.deepEqual(await Promise.all(["/metrics", "/"].map(async (path) => await (await fetch(url + path)).text())), [
      "the program's own",
      "home",
    ]);
  });

  it("answers in a handler of node:http, which it tells whether it has", async () => {
    const health = healthMiddleware({ metrics: true });
    const url = await own((request, response) => {
      if (health(request, response)) return;
      response.end("home");
    });
    assert.deepEqual(await json(`${url}/readyz`), { status: "healthy" });
    assert.equal((await fetch(`${url}/metrics`)).status, 404);
    assert.equal(await (await fetch(url)).text(), "home");
  });
});
