import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freePort, pushedValue, runProgram } from "../process/run-program.ts";
import { startHungServer } from "./endpoint-double.ts";

const complaints = (stderr: string): string[] =>
  stderr.split("\n").filter((line) => line.startsWith("agent-observatory:"));

describe("health in a program", () => {
  it("is served on the port of the settings, makes no spans, and keeps no process", async () => {
    const port = await freePort();
    const run = await runProgram(
      `import { Agent, get } from "node:http";
       import { text } from "node:stream/consumers";
       import { healthCheck } from "agent-observatory";
       const agent = new Agent({ keepAlive: true });
       const asked = (path) => new Promise((resolve, reject) =>
         get({ host: "127.0.0.1", port: ${port}, path, agent }, async (response) =>
           resolve([response.statusCode, await text(response)])).on("error", reject));
       healthCheck("feed", () => ({ status: "degraded", message: "late" }));
       const answers = [await asked("/healthz"), await asked("/readyz"), await asked("/metrics")];
       console.log(JSON.stringify(answers));`,
      {
        env: { AGENT_OBSERVATORY_HEALTH_HOST: "127.0.0.1" },
        files: { "observatory.yaml": `telemetry:\n  health:\n    port: ${port}\n` },
      },
    );
    assert.deepEqual([run.code, complaints(run.stderr)], [0, []], run.stderr);
    const [alive, ready, metrics] = JSON.parse(run.stdout) as [number, string][];
    assert.deepEqual([alive?.[0], ready?.[0], metrics?.[0]], [200, 200, 200]);
    assert.equal(JSON.parse(ready?.[1] ?? "").checks[0].message, "late");
    assert.match(metrics?.[1] ?? "", /health_check_status\{check="feed"\} 0\.5/);
    assert.equal(pushedValue(run.points, "health_check_status", { check: "feed" }), 0.5);
    assert.ok(run.elapsedMs < 10_000, "a held connection does not keep it");
    assert.deepEqual(
      run.spans.filter(({ kind }) => kind === 2),
      [],
    );
  });

  it("shares a port with the metrics, and threads do not want it once more", async () => {
    const port = String(await freePort());
    const run = await runProgram(
      `import { Worker } from "node:worker_threads";
       const worker = new Worker("1", { eval: true });
       await new Promise((resolve) => worker.once("exit", resolve));
       const status = async (path) => (await fetch("http://127.0.0.1:${port}" + path)).status;
       console.log(await status("/readyz"), await status("/metrics"), await status("/else"));`,
      { env: { AGENT_OBSERVATORY_HEALTH_PORT: port, AGENT_OBSERVATORY_METRICS_PORT: port } },
    );
    assert.deepEqual([run.code, run.stdout, complaints(run.stderr)], [0, "200 200 404\n", []]);
  });

  it("runs as ever where the port is taken, which is said in one line", async () => {
    const port = await freePort();
    const run = await runProgram(
      `import { serveHealth } from "agent-observatory";
       console.log(typeof await serveHealth({ port: ${port} }).listening, typeof await serveHealth({ port: 0 }).listening);`,
      { env: { AGENT_OBSERVATORY_HEALTH_PORT: String(port) } },
    );
    assert.deepEqual([run.code, run.stdout], [0, "undefined number\n"], run.stderr);
    assert.deepEqual(complaints(run.stderr), [
      `agent-observatory: could not listen on 127.0.0.1:${port}: another program has it. Give serveHealth another port; health is not served.`,
    ]);
  });

  it("is looked at by itself, which keeps no process however a check hangs", async () => {
    await using hung = await startHungServer();
    const run = await runProgram(
      `import { healthCheck, httpCheck } from "agent-observatory";
       healthCheck("hung", httpCheck({ url: "http://127.0.0.1:${hung.port}" }), { timeoutMs: 60_000 });
       healthCheck("never", () => new Promise(() => {}), { timeoutMs: 60_000 });
       let runs = 0;
       await new Promise((resolve) => {
         const timer = setTimeout(() => {}, 60_000);
         healthCheck("counted", () => { if (++runs === 2) { clearTimeout(timer); resolve(); } }, { cacheMs: 0 });
         healthCheck("other", () => { throw new Error("down"); });
       });
       console.log("done");`,
      { env: { AGENT_OBSERVATORY_HEALTH_INTERVAL_MS: "20" } },
    );
    assert.deepEqual([run.code, run.stdout], [0, "done\n"], run.stderr);
    assert.ok(run.elapsedMs < 20_000, `${run.elapsedMs} ms`);
    assert.equal(pushedValue(run.points, "health_check_status", { check: "counted" }), 1);
    assert.equal(pushedValue(run.points, "health_check_status", { check: "other" }), 0);
    assert.equal(run.logs.filter(({ body }) => String(body).includes("other")).length, 1, "told once");
  });

  it("is waited for by who asks, though nothing else keeps the process", async () => {
    await using hung = await startHungServer();
    for (const mode of ["require", "none"] as const) {
      const run = await runProgram(
        `import { checkHealth, healthCheck, httpCheck } from "agent-observatory";
         healthCheck("hung", httpCheck({ url: "http://127.0.0.1:${hung.port}" }), { timeoutMs: 200 });
         healthCheck("never", () => new Promise(() => {}), { timeoutMs: 300, critical: false });
         console.log((await checkHealth()).status);`,
        { mode },
      );
      assert.deepEqual([run.code, run.stdout], [0, "unhealthy\n"], run.stderr);
    }
  });

  it("has routes of its own where it is asked for on the program's server", async () => {
    const run = await runProgram(
      `import { once } from "node:events";
       import { createServer } from "node:http";
       import express from "express";
       import { healthCheck, healthMiddleware } from "agent-observatory";
       healthCheck("feed", () => false);
       const health = healthMiddleware();
       const app = express();
       app.use("/internal", health);
       const servers = [createServer(app), createServer((request, response) => health(request, response) || response.end("else"))];
       for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
       const [web, plain] = servers.map((server) => "http://127.0.0.1:" + server.address().port);
       const urls = [web + "/internal/readyz?x=1", web + "/internal/healthz", plain + "/readyz", plain + "/else"];
       console.log((await Promise.all(urls.map(async (url) => (await fetch(url)).status))).join());
       for (const server of servers) { server.close(); server.closeAllConnections(); }`,
    );
    assert.deepEqual([run.code, run.stdout], [0, "503,200,503,200\n"], run.stderr);
    const routes = ["/internal/readyz", "/internal/healthz", "/readyz", "unmatched"].map((route) =>
      pushedValue(run.points, "http.server.request.duration", { "http.route": route }),
    );
    assert.deepEqual(routes, [1, 1, 1, 1]);
  });

  it("works, but for the metrics, where the package is not preloaded", async () => {
    const run = await runProgram(
      `const { healthCheck, serveHealth, healthMiddleware } = require("agent-observatory");
       healthMiddleware();
       healthCheck("feed", () => false);
       healthCheck("wrong");
       const server = serveHealth({ port: 0 });
       server.listening.then(async (port) => {
         const statuses = ["/healthz", "/readyz", "/metrics"].map(async (path) => (await fetch("http://127.0.0.1:" + port + path)).status);
         console.log((await Promise.all(statuses)).join());
       });
       const hold = setInterval(() => {}, 1000);
       process.stdout.write = new Proxy(process.stdout.write, { apply: (write, self, args) => { clearInterval(hold); return Reflect.apply(write, self, args); } });`,
      { mode: "none", type: "commonjs" },
    );
    assert.deepEqual([run.code, run.stdout], [0, "200,503,404\n"], run.stderr);
    assert.deepEqual(complaints(run.stderr), [
      "agent-observatory: healthCheck expects a name and a function, got string and undefined; nothing is checked.",
    ]);
  });
});
