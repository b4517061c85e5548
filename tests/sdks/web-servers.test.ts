/** Routes of requests as the frameworks' own templates, on the spans and in the metrics; the frameworks answer as they do without us. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type ProgramRun, type RunOptions, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

const SERVER = 2;
const HEAD = `
  import { once } from "node:events"; import http from "node:http";
  const agent = new http.Agent({ keepAlive: true });
  const ask = (server, path, method = "GET", headers = {}) => new Promise((resolve) => {
    const request = http.request({ host: "127.0.0.1", port: server.address().port, path, method, headers, agent }, (response) => {
      let body = ""; response.on("data", (chunk) => { body += chunk; }); response.on("error", () => {});
      response.once("close", () => resolve(response.statusCode + " " + body.slice(0, 40)));
    });
    request.once("error", (error) => resolve(error.code)); request.end();
  });
  const askAll = async (server, paths) => { for (const path of paths) console.log(path, await ask(server, path)); };
  /** Goes away in the middle of the answer. */
  const leave = (server, path) => new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port: server.address().port, path, agent: false }, (response) => { response.once("data", () => request.destroy()); response.on("error", () => {}); response.once("close", resolve); });
    request.on("error", () => {});
  });
  const distinct = async (server, prefix) => { for (let at = 0; at < 1000; at += 1) await ask(server, prefix + "no-" + at + "/where-" + at); };
`;

/** Runs a program with and without us: it prints the same. */
async function observed(source: string, options: RunOptions = {}): Promise<ProgramRun> {
  const common = { directory: SDKS_DIRECTORY, ...options };
  const bare = await runProgram(HEAD + source, { ...common, mode: "none" });
  const run = await runProgram(HEAD + source, common);
  assert.deepEqual([run.code, run.stdout], [bare.code, bare.stdout], run.stderr);
  assert.equal(run.code, 0, run.stderr);
  return run;
}

function counts({ points }: ProgramRun): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { metric, labels, histogram } of points) {
    if (metric !== "http.server.request.duration") continue;
    const { "http.request.method": method, "http.route": route, "http.response.status_code": status } = labels;
    found[`${method} ${route} ${status ?? "-"}`] = histogram?.count ?? 0;
  }
  return found;
}

const inProgress = ({ points }: ProgramRun): number[] => {
  const last = new Map(
    points
      .filter(({ metric }) => metric === "http.server.active_requests")
      .map(({ labels, value }) => [JSON.stringify(labels), value]),
  );
  return [...new Set(last.values())];
};

const routes = ({ spans }: ProgramRun): string[] =>
  [...new Set(spans.filter(({ kind }) => kind === SERVER).map(({ name }) => name))].toSorted();

const EXPRESS = (splat: string): string => `
  import express from "express";
  const app = express(); app.use(express.json()); app.use((request, response, next) => next());
  const tenants = express.Router();
  tenants.get("/:id", (request, response) => response.end("tenant"));
  tenants.get("/fails/now", () => { throw new Error("mine"); });
  tenants.get("/fails/later", (request, response, next) => setTimeout(() => next(new Error("mine")), 5));
  app.use("/api/:tenant", tenants);
  app.get("/", (request, response) => response.end("root"));
  app.get(["/a", "/b"], (request, response) => response.end("either"));
  app.get("${splat}", (request, response) => response.end("file"));
  app.get("/stream", (request, response) => { response.write("a"); setTimeout(() => response.end("b"), 30); });
  app.get("/endless", (request, response) => { response.write("a"); response.once("close", () => app.emit("left")); });
  app.use((error, request, response, next) => response.status(500).end("failed"));
  const server = app.listen(0, "127.0.0.1"); await once(server, "listening");
  await askAll(server, ["/", "/a", "/b", "/api/t1/1", "/api/t2/2?x=1", "/api/t1/fails/now", "/api/t1/fails/later", "/files/a/b", "/stream"]);
  await distinct(server, "/"); for (let at = 0; at < 20; at += 1) await ask(server, "/api/t" + at + "/a/b/c");
  const left = once(app, "left"); await leave(server, "/endless"); await left;
  agent.destroy(); server.close();`;
const EXPRESS_COUNTS = {
  "GET / 200": 1,
  "GET /a,/b 200": 2,
  "GET /api/:tenant/:id 200": 2,
  "GET /api/:tenant/fails/now 500": 1,
  "GET /api/:tenant/fails/later 500": 1,
  "GET /stream 200": 1,
  "GET /endless 200": 1,
  "GET unmatched 404": 1020,
};

describe("the routes of a web server", () => {
  it("are Express 5's", async () => {
    const run = await observed(EXPRESS("/files/*path"));
    assert.deepEqual(counts(run), { ...EXPRESS_COUNTS, "GET /files/*path 200": 1 });
    assert.deepEqual(inProgress(run), [0]);
  });

  it("are Express 4's", async () => {
    // Under its own name, as the instrumentation knows it by that alone.
    const directory = mkdtempSync(join(SDKS_DIRECTORY, "running-"));
    try {
      mkdirSync(join(directory, "node_modules"));
      cpSync(join(SDKS_DIRECTORY, "node_modules", "express-4"), join(directory, "node_modules", "express"), {
        recursive: true,
        dereference: true,
      });
      const run = await observed(EXPRESS("/files/*"), { directory });
      assert.deepEqual(counts(run), { ...EXPRESS_COUNTS, "GET /files/* 200": 1 });
      assert.deepEqual(inProgress(run), [0]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  for (const [version, name] of Object.entries({ 5: "fastify", 4: "fastify-4" })) {
    it(`are Fastify ${version}'s, also of requests that do not get to their handler`, async () => {
      const run = await observed(`
        import Fastify from "${name}";
        const app = Fastify();
        app.addHook("onRequest", async (request, reply) => { if (request.headers.deny) return reply.code(401).send("denied"); });
        app.get("/users/:id", async () => "user");
        app.get("/fails", async () => { throw new Error("mine"); });
        app.post("/valid", { schema: { body: { type: "object", required: ["a"] } } }, async () => "valid");
        app.register(async (inner) => inner.get("/:at/y", async () => "inner"), { prefix: "/sub" });
        app.get("/stream", (request, reply) => { reply.raw.write("a"); setTimeout(() => reply.raw.end("b"), 20); reply.hijack(); });
        await app.listen({ port: 0, host: "127.0.0.1" });
        await askAll(app.server, ["/users/1", "/users/2?x=1", "/fails", "/sub/a/y", "/stream"]);
        console.log(await ask(app.server, "/users/3", "GET", { deny: "1" }), await ask(app.server, "/valid", "POST"), await ask(app.server, "/users/1", "DELETE"));
        console.log((await app.inject("/users/4")).body);
        await distinct(app.server, "/");
        agent.destroy(); await app.close();`);
      assert.deepEqual(counts(run), {
        "GET /users/:id 200": 2,
        "GET /users/:id 401": 1,
        "GET /fails 500": 1,
        "GET /sub/:at/y 200": 1,
        "GET /stream 200": 1,
        "POST /valid 400": 1,
        "DELETE unmatched 404": 1,
        "GET unmatched 404": 1000,
      });
      assert.deepEqual(inProgress(run), [0]);
      assert.ok(routes(run).includes("GET /sub/:at/y"));
      assert.ok(
        run.points.some(({ labels }) => labels["library"] === "fastify" && labels["status"] === "observed") ||
          name !== "fastify",
      );
    });
  }

  it("are Koa's, with its router", async () => {
    const run = await observed(`
      import Koa from "koa"; import Router from "@koa/router";
      const app = new Koa(); app.silent = true; app.use(async (context, next) => next());
      const router = new Router({ prefix: "/api" });
      router.get("/users/:id", (context) => { context.body = "user"; });
      router.get("/fails", () => { throw new Error("mine"); });
      app.use(router.routes()).use(router.allowedMethods());
      const server = app.listen(0, "127.0.0.1"); await once(server, "listening");
      await askAll(server, ["/api/users/1", "/api/users/2", "/api/fails"]); console.log(await ask(server, "/api/users/1", "PUT"));
      await distinct(server, "/api/");
      agent.destroy(); server.close();`);
    assert.deepEqual(counts(run), {
      "GET /api/users/:id 200": 2,
      "GET /api/fails 500": 1,
      "PUT unmatched 405": 1,
      "GET unmatched 404": 1000,
    });
    assert.deepEqual(inProgress(run), [0]);
  });

  for (const [type, load] of Object.entries({
    module: `import { Hono } from "hono"; import { serve } from "@hono/node-server";`,
    commonjs: `import { createRequire } from "node:module"; const { Hono } = createRequire(import.meta.url)("hono"); const { serve } = createRequire(import.meta.url)("@hono/node-server");`,
  })) {
    it(`are Hono's: ${type}`, async () => {
      const run = await observed(`${load}
        const app = new Hono(); app.use("*", async (context, next) => { await next(); });
        app.onError((error, context) => context.text("failed", 500));
        app.get("/users/:id", (context) => context.text("user")); app.get("/fails", () => { throw new Error("mine"); });
        app.all("/all/*", (context) => context.text("all"));
        const inner = new Hono(); inner.use("/*", async (context, next) => next()); inner.onError((error, context) => context.text("inner", 502));
        inner.get("/:x", (context) => context.text("inner")); inner.all("/fails/:y", () => { throw new Error("mine"); }); app.route("/sub/:t", inner);
        app.get("/stream", (context) => context.body(new ReadableStream({ async start(controller) { controller.enqueue(new TextEncoder().encode("a")); await new Promise((resolve) => setTimeout(resolve, 20)); controller.close(); } })));
        const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }); await once(server, "listening");
        await askAll(server, ["/users/1", "/users/2", "/fails", "/all/1/2", "/sub/1/2", "/sub/1/fails/2", "/stream"]);
        console.log(await ask(server, "/users/1", "HEAD")); console.log((await app.request("/users/5")).status);
        await distinct(server, "/");
        agent.destroy(); server.close();`);
      assert.deepEqual(counts(run), {
        "GET /users/:id 200": 2,
        "HEAD /users/:id 200": 1,
        "GET /fails 500": 1,
        "GET /all/* 200": 1,
        "GET /sub/:t/:x 200": 1,
        "GET /sub/:t/fails/:y 502": 1,
        "GET /stream 200": 1,
        "GET unmatched 404": 1000,
      });
      assert.deepEqual(inProgress(run), [0]);
      assert.ok(run.points.some(({ labels }) => labels["library"] === "hono" && labels["status"] === "observed"));
    });
  }

  it("are left alone where they are switched off by name", async () => {
    const run = await observed(
      `import Fastify from "fastify"; import { Hono } from "hono"; import { serve } from "@hono/node-server";
       const app = Fastify(); app.get("/users/:id", async () => "user"); await app.listen({ port: 0, host: "127.0.0.1" });
       const hono = new Hono(); hono.get("/users/:id", (context) => context.text("user"));
       const server = serve({ fetch: hono.fetch, port: 0, hostname: "127.0.0.1" }); await once(server, "listening");
       console.log(await ask(app.server, "/users/1"), await ask(server, "/users/1")); agent.destroy(); await app.close(); server.close();`,
      { env: { AGENT_OBSERVATORY_DISABLED_INSTRUMENTATIONS: "fastify,hono" } },
    );
    assert.deepEqual(counts(run), { "GET unmatched 200": 2 });
  });

  for (const [decision, does] of ["drops", "records", "exports"].entries()) {
    it(`count once, with their templates, where the program has OpenTelemetry's own instrumentations of HTTP: its sampler ${does} spans`, async () => {
      const run = await observed(
        `import { NodeSDK } from "@opentelemetry/sdk-node"; import { HttpInstrumentation } from "@opentelemetry/instrumentation-http"; import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
       import { createRequire } from "node:module";
       const sdk = new NodeSDK({ sampler: { shouldSample: () => ({ decision: ${decision} }), toString: () => "mine" }, instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()], traceExporter: { export: (spans, done) => done({ code: 0 }), shutdown: async () => {} } }); sdk.start();
       const require = createRequire(import.meta.url); const http1 = require("node:http"); const express = require("express");
       const app = express(); app.get("/users/:id", (request, response) => response.end("user")); app.post("/chat", (request, response) => response.json({}));
       const server = http1.createServer(app); await once(server.listen(0, "127.0.0.1"), "listening"); const base = "http://127.0.0.1:" + server.address().port;
       for (let at = 0; at < 3; at += 1) await (await fetch(base + "/users/" + at)).text();
       await (await fetch(base + "/chat", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ anything: 1 }) })).text();
       await new Promise((resolve) => http1.get(base + "/users/9", (response) => response.resume().once("close", resolve)));
       server.close(); server.closeAllConnections(); await sdk.shutdown();`,
        { conventions: false },
      );
      assert.deepEqual(counts(run), { "GET /users/:id 200": 4, "POST /chat 200": 1 });
      assert.deepEqual(inProgress(run), [0]);
      const sent = new Map(
        run.points
          .filter(({ metric }) => metric === "http.client.request.duration")
          .map(({ labels, histogram }) => [labels["http.request.method"], histogram?.count]),
      );
      assert.deepEqual(Object.fromEntries(sent), { GET: 4, POST: 1 });
    });
  }
});
