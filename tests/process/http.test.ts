import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { describe, it } from "node:test";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { freePort, isInference, type ProgramType, runProgram } from "./run-program.ts";

const SERVER = 2;
const CLIENT = 3;

const HEAD: Readonly<Record<ProgramType, string>> = {
  module: `import express from "express"; import http from "node:http"; import OpenAI from "openai";`,
  commonjs: `const express = require("express"); const http = require("node:http"); const { OpenAI } = require("openai");`,
};

const byName = (spans: readonly ReceivedSpan[], name: string, kind: number): ReceivedSpan[] =>
  spans.filter((span) => span.name === name && span.kind === kind);

describe("an express server", () => {
  for (const type of ["module", "commonjs"] as const) {
    it(`has a span per request with its route, and all it does stands below: ${type}`, async () => {
      await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
      const run = await runProgram(
        `${HEAD[type]}
         async function main() {
           const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 0 });
           const app = express();
           app.get("/users/:id", async (request, response) => {
             const answer = await openai.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: request.params.id }] });
             const echoed = await (await fetch("http://127.0.0.1:" + port + "/echo?secret=x")).json();
             response.json({ said: answer.choices[0].message.content, traced: echoed.traceparent !== undefined });
           });
           app.get("/echo", (request, response) => response.json(request.headers));
           app.get("/fails", () => { throw new Error("mine"); });
           app.use((error, request, response, next) => response.status(500).end("failed"));
           const server = app.listen(0, "127.0.0.1");
           await new Promise((resolve) => server.once("listening", resolve));
           const { port } = server.address();
           const ask = (path) => new Promise((resolve, reject) => http.get({ port, path }, (response) => {
             let body = ""; response.on("data", (chunk) => { body += chunk; }); response.on("end", () => resolve(response.statusCode + " " + body));
           }).on("error", reject));
           const [one, two] = await Promise.all([ask("/users/1?token=abc"), ask("/users/2")]);
           console.log(one, two);
           console.log(await ask("/fails")); console.log((await ask("/nowhere")).slice(0, 3));
           server.close(); server.closeAllConnections();
         }
         main();`,
        { type, env: { BASE: double.url } },
      );
      assert.equal(run.code, 0, run.stderr);
      assert.equal(
        run.stdout,
        '200 {"said":"You said: 1","traced":true} 200 {"said":"You said: 2","traced":true}\n500 failed\n404\n',
      );
      const users = byName(run.spans, "GET /users/:id", SERVER);
      assert.equal(users.length, 2);
      assert.equal(new Set(users.map((span) => span.traceId)).size, 2, "two requests, two traces");
      for (const server of users) {
        assert.equal(server.attributes["http.route"], "/users/:id");
        assert.equal(server.attributes[ATTR.httpStatus], 200);
        assert.match(String(server.attributes["url.path"]), /^\/users\/[12]$/);
        const inTrace = run.spans.filter((span) => span.traceId === server.traceId);
        const client = inTrace.find((span) => span.spanId === server.parentSpanId);
        assert.equal(client?.kind, CLIENT, "the trace of the caller goes on");
        assert.equal(client?.name, "GET");
        const [call] = inTrace.filter(isInference);
        assert.equal(call?.parentSpanId, server.spanId);
        const [echo] = byName(inTrace, "GET /echo", SERVER);
        const fetched = inTrace.find((span) => span.spanId === echo?.parentSpanId);
        assert.equal(fetched?.parentSpanId, server.spanId);
        assert.match(String(fetched?.attributes["url.full"]), /^http:\/\/127\.0\.0\.1:\d+\/echo$/);
        assert.equal(inTrace.length, 5);
      }
      const [failed] = byName(run.spans, "GET /fails", SERVER);
      assert.equal(failed?.failed, true);
      assert.equal(failed?.attributes[ATTR.errorType], "500");
      const missing = run.spans.find((span) => span.kind === SERVER && span.attributes[ATTR.httpStatus] === 404);
      assert.equal(missing?.failed, false, "what a client asks wrongly is no failure of the server");
      assert.ok(!JSON.stringify(run.spans).includes("token=abc"));
    });
  }

  it("continues the trace that a caller sends, and keeps its decision on sampling", async () => {
    const run = await runProgram(
      `${HEAD.module}
       const app = express(); app.get("/", (request, response) => response.end("ok"));
       const server = app.listen(0, "127.0.0.1"); await new Promise((resolve) => server.once("listening", resolve));
       const ask = (flags, id) => new Promise((resolve) => http.get({ port: server.address().port, headers: { traceparent: "00-" + id.repeat(32) + "-00f067aa0ba902b7-" + flags } }, (response) => response.resume().once("end", resolve)));
       await ask("01", "a"); await ask("00", "b");
       server.close(); server.closeAllConnections();`,
    );
    assert.equal(run.code, 0, run.stderr);
    const servers = run.spans.filter((span) => span.kind === SERVER);
    assert.deepEqual(
      servers.map((span) => [span.traceId, span.parentSpanId]),
      [["a".repeat(32), "00f067aa0ba902b7"]],
    );
  });
});

describe("outgoing requests", () => {
  it("are client spans by fetch and by node:http, and carry the trace", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const closed = await freePort();
    const service = createServer((request, response) => {
      seen.push(request.headers);
      request.resume();
      response.writeHead(request.url?.startsWith("/bad") === true ? 503 : 200).end("ok");
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const address = service.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const run = await runProgram(
        `${HEAD.module} import { tool } from "agent-observatory";
         const base = "http://127.0.0.1:${port}";
         const done = (request) => new Promise((resolve) => { request.on("response", (response) => response.resume().once("end", () => resolve(response.statusCode))); request.on("error", (error) => resolve(error.code)); });
         await tool("work", async () => {
           console.log((await fetch(base + "/fetch", { method: "POST", body: "hello" })).status);
           console.log(await done(http.get(base + "/get")));
           const posted = http.request(base + "/post", { method: "POST" }); posted.write("a"); posted.end("b"); console.log(await done(posted));
           console.log((await fetch(base + "/bad")).status);
           console.log(await done(http.get("http://127.0.0.1:${closed}/refused")));
           console.log(await fetch("http://127.0.0.1:${closed}/refused").catch((error) => error.cause.code));
           const mine = "00-" + "c".repeat(32) + "-00f067aa0ba902b7-01";
           await (await fetch(base + "/own", { headers: { traceparent: mine } })).text();
           const destroyed = http.get(base + "/destroyed"); destroyed.destroy(); await new Promise((resolve) => { destroyed.once("error", resolve); destroyed.once("close", resolve); });
         })();`,
      );
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stdout, "200\n200\n200\n503\nECONNREFUSED\nECONNREFUSED\n");
      const tool = run.spans.find((span) => span.name === "execute_tool work");
      const of = (path: string) => run.spans.filter((span) => String(span.attributes["url.full"]).endsWith(path));
      for (const path of ["/fetch", "/get", "/post", "/bad", "/own", "/destroyed"]) {
        const [span, ...more] = of(path);
        assert.equal(more.length, 0, path);
        assert.equal(span?.kind, CLIENT, path);
        assert.equal(span?.parentSpanId, tool?.spanId, path);
        assert.equal(span?.attributes[ATTR.serverPort], port);
        assert.equal(span?.attributes[ATTR.serverAddress], "127.0.0.1");
      }
      assert.equal(of("/refused").length, 2);
      for (const span of of("/refused")) {
        assert.equal(span.failed, true);
        assert.equal(span.attributes[ATTR.errorType], "ECONNREFUSED");
      }
      assert.equal(of("/bad")[0]?.failed, true);
      assert.equal(of("/bad")[0]?.attributes[ATTR.errorType], "503");
      assert.equal(of("/destroyed")[0]?.failed, false);
      const carried = seen.map((headers) => headers["traceparent"]);
      for (const path of ["/fetch", "/get", "/post"]) {
        const [span] = of(path);
        assert.ok(carried.includes(`00-${span?.traceId}-${span?.spanId}-01`), path);
      }
      assert.ok(carried.includes(`00-${"c".repeat(32)}-00f067aa0ba902b7-01`), "what the program set stays");
    } finally {
      service.close();
      service.closeAllConnections();
    }
  });

  it("do not tell a public model provider of the trace", async () => {
    // The name is answered by a lookup of the program's own: nothing leaves the machine.
    await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
    const { port } = new URL(double.url);
    const run = await runProgram(
      `${HEAD.module} import dns from "node:dns";
       const lookup = dns.lookup;
       dns.lookup = (host, options, callback) => host === "api.openai.com" ? callback(null, options.all ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4) : lookup(host, options, callback);
       const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] });
       const headers = { "content-type": "application/json", authorization: "Bearer k" };
       const request = http.request({ host: "api.openai.com", port: ${port}, path: "/v1/chat/completions", method: "POST", headers });
       request.end(body);
       await new Promise((resolve, reject) => { request.on("error", reject); request.on("response", (response) => response.resume().once("end", resolve)); });
       await (await fetch("http://127.0.0.1:${port}/v1/chat/completions", { method: "POST", headers, body })).text();`,
    );
    assert.equal(run.code, 0, run.stderr);
    const [toPublic, toOwn] = double.requests;
    assert.equal(toPublic?.headers["host"], `api.openai.com:${port}`);
    assert.equal(toPublic?.headers["traceparent"], undefined);
    assert.match(toOwn?.headers["traceparent"] as string, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const calls = run.spans.filter(isInference);
    assert.deepEqual(
      calls.map((span) => span.attributes[ATTR.serverAddress]),
      ["api.openai.com", "127.0.0.1"],
    );
    for (const call of calls) {
      assert.equal(call.attributes[ATTR.provider], "openai");
      assert.equal(call.attributes[ATTR.outputTokens], 3);
      assert.deepEqual(call.attributes[ATTR.finishReasons], ["stop"]);
    }
  });
});

describe("a library that OpenTelemetry knows", () => {
  const instrumentation = `process.getBuiltinModule("module").createRequire(import.meta.url)`;

  it("gets its instrumentation with it and not before", async () => {
    const run = await runProgram(
      `const loaded = () => Object.keys(${instrumentation}.cache).filter((file) => file.includes("/dist/library/instrumentation-")).map((file) => /instrumentation-[a-z0-9]+/.exec(file)[0]);
       console.log(loaded().length);
       await import("ioredis");
       console.log([...new Set(loaded())].join());`,
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, "0\ninstrumentation-ioredis\n");
  });

  it("gets none where it is switched off", async () => {
    const run = await runProgram(
      `await import("ioredis"); console.log(Object.keys(${instrumentation}.cache).filter((file) => file.includes("instrumentation-")).length);`,
      { env: { AGENT_OBSERVATORY_DISABLED_INSTRUMENTATIONS: "ioredis" } },
    );
    assert.equal(run.stdout, "0\n", run.stderr);
  });

  const redisThere = spawnSync("redis-server", ["--version"]).status === 0;
  it("shows its commands below what called them: ioredis", {
    skip: redisThere ? false : "NOT RUN: there is no redis-server on this machine",
  }, async () => {
    const port = await freePort();
    const redis = spawn("redis-server", ["--port", String(port), "--save", "", "--bind", "127.0.0.1"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      await new Promise<void>((resolve) => {
        redis.stdout.on("data", (chunk: Buffer) => {
          if (chunk.includes("Ready to accept")) resolve();
        });
      });
      for (const [type, head] of [
        ["module", `import Redis from "ioredis"; import { tool } from "agent-observatory";`],
        ["commonjs", `const Redis = require("ioredis"); const { tool } = require("agent-observatory");`],
      ] as const) {
        const run = await runProgram(
          `${head}
             async function main() {
               const redis = new Redis(${port});
               await tool("remember", async () => { await redis.set("key", "zebraValue"); console.log(await redis.get("key")); })();
               redis.disconnect();
             }
             main();`,
          { type },
        );
        assert.equal(run.code, 0, run.stderr);
        assert.equal(run.stdout, "zebraValue\n");
        const tool = run.spans.find((span) => span.name === "execute_tool remember");
        const commands = run.spans.filter((span) => span.parentSpanId === tool?.spanId);
        assert.deepEqual(
          commands.map((span) => span.name.toLowerCase()),
          ["set", "get"],
        );
        assert.ok(!JSON.stringify(run.spans).includes("zebraValue"), "values are not on spans");
      }
    } finally {
      redis.kill();
      await once(redis, "exit");
    }
  });
});
