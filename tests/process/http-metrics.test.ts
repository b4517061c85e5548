import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedPoint } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { freePort, type ProgramRun, pushedValue, type RunOptions, runProgram } from "./run-program.ts";

const SERVER = "http.server.request.duration";
const CLIENT = "http.client.request.duration";
const ACTIVE = "http.server.active_requests";

const HEAD = `
  import { once } from "node:events"; import http from "node:http"; import net from "node:net";
  const agent = new http.Agent({ keepAlive: true });
  const serve = async (handler) => { const server = http.createServer(handler); await once(server.listen(0, "127.0.0.1"), "listening"); return server; };
  const ask = (server, path, { method = "GET", headers = {} } = {}) => new Promise((resolve) => {
    const request = http.request({ host: "127.0.0.1", port: server.address().port, path, method, headers, agent }, (response) => {
      let body = ""; response.on("data", (chunk) => { body += chunk; }); response.on("error", () => {});
      response.once("close", () => resolve(response.statusCode + " " + body));
    });
    request.once("error", (error) => resolve(error.code)); request.end();
  });
  const end = (server) => { agent.destroy(); server.close(); server.closeAllConnections(); };
`;

const run = (source: string, options?: RunOptions): Promise<ProgramRun> => runProgram(HEAD + source, options);

/** Series of a metric as they were pushed last, each as its labels that say something and its count. */
function series(points: readonly ReceivedPoint[], metric: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const point of points) {
    if (point.metric !== metric) continue;
    found[Object.values(point.labels).join(" ")] = point.histogram?.count ?? point.value;
  }
  return found;
}

describe("requests to a server", () => {
  it("count once each by method, route and status, over one connection, and none is in progress in the end", async () => {
    const result = await run(`
      import { trace } from "@opentelemetry/api";
      const server = await serve((request, response) => {
        if (request.url.startsWith("/users/")) trace.getActiveSpan().setAttribute("http.route", "/users/:id");
        if (request.url === "/missing") response.statusCode = 404;
        if (request.url === "/broken") response.statusCode = 503;
        response.end("ok");
      });
      const sockets = new Set(); server.on("connection", (socket) => sockets.add(socket));
      for (const path of ["/users/1", "/users/2?token=x", "/missing", "/broken", "/"]) await ask(server, path);
      await ask(server, "/", { method: "POST" }); await ask(server, "/", { method: "PROPFIND" }); await ask(server, "/", { method: "M-SEARCH" });
      console.log(sockets.size); end(server);`);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, "1\n");
    assert.deepEqual(series(result.points, SERVER), {
      "GET 200 /users/:id": 2,
      "GET 404 unmatched": 1,
      "GET 503 503 unmatched": 1,
      "GET 200 unmatched": 1,
      "POST 200 unmatched": 1,
      "_OTHER 200 unmatched": 2,
    });
    assert.deepEqual(series(result.points, ACTIVE), { GET: 0, POST: 0, _OTHER: 0 });
    const [other] = result.spans.filter((span) => span.attributes[ATTR.httpMethodOriginal] === "M-SEARCH");
    assert.deepEqual([other?.name, other?.attributes[ATTR.httpMethod]], ["HTTP", "_OTHER"]);
    assert.deepEqual(series(result.points, CLIENT), {
      "GET 200 127.0.0.1": 3,
      "GET 404 404 127.0.0.1": 1,
      "GET 503 503 127.0.0.1": 1,
      "POST 200 127.0.0.1": 1,
      "_OTHER 200 127.0.0.1": 2,
    });
  });

  it("have one label value for a thousand paths that nothing is at", async () => {
    const result = await run(`
      const server = await serve((request, response) => { response.statusCode = 404; response.end(); });
      for (let at = 0; at < 1000; at += 1) await ask(server, "/no/such/path/" + at);
      end(server);`);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(series(result.points, SERVER), { "GET 404 unmatched": 1000 });
    assert.equal(pushedValue(result.points, "agent_observatory_label_values_folded_total"), undefined);
  });

  it("do not depend on sampling, which decides about exemplars alone", async () => {
    const work = `
      const server = await serve((request, response) => { response.statusCode = request.url === "/broken" ? 500 : 200; response.end(); });
      for (let at = 0; at < 20; at += 1) await ask(server, at === 7 ? "/broken" : "/");
      end(server);`;
    const all = await run(work);
    const none = await run(work, { env: { TRACING_SAMPLE_RATE: "0" } });
    const unsampled = await run(
      work.replaceAll('"/"', '"/", { headers: { traceparent: "00-" + "a".repeat(32) + "-00f067aa0ba902b7-00" } }'),
      {
        env: { TRACING_SAMPLE_RATE: "0" },
      },
    );
    assert.equal(all.spans.length, 40);
    assert.deepEqual([none.spans.length, unsampled.spans.length], [0, 0]);
    for (const metric of [SERVER, CLIENT, ACTIVE]) {
      assert.deepEqual(series(none.points, metric), series(all.points, metric));
      assert.deepEqual(series(unsampled.points, metric), series(all.points, metric));
    }
    assert.equal(pushedValue(all.points, SERVER), 20);
    const spanIds = new Set(all.spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
    const exemplars = all.points.flatMap((point) =>
      point.metric === SERVER || point.metric === CLIENT ? point.exemplars : [],
    );
    assert.ok(exemplars.length > 1);
    for (const { traceId, spanId } of exemplars) assert.ok(spanIds.has(`${traceId}/${spanId}`));
    assert.deepEqual(
      none.points.flatMap((point) => point.exemplars),
      [],
    );
  });

  it("last until the last byte of a stream, and are in progress until then", async () => {
    const result = await run(
      `
      const server = await serve((request, response) => {
        response.write("first");
        const port = process.env.AGENT_OBSERVATORY_METRICS_PORT;
        setTimeout(async () => {
          const page = await (await fetch("http://127.0.0.1:" + port + "/metrics")).text();
          response.end(/^http_server_active_requests.*$/m.exec(page)[0]);
        }, 300);
      });
      console.log(await ask(server, "/stream")); end(server);`,
      { env: { AGENT_OBSERVATORY_METRICS_PORT: String(await freePort()) } },
    );
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, '200 firsthttp_server_active_requests{http_request_method="GET"} 1\n');
    const [point] = result.points.filter(({ metric }) => metric === SERVER).slice(-1);
    assert.equal(point?.histogram?.count, 1, "a scrape is no request of the program's");
    const { bounds = [], counts = [] } = point?.histogram ?? {};
    assert.ok((bounds[counts.findIndex((count) => Number(count) > 0) - 1] ?? 0) >= 0.25, "not until the first byte");
    assert.deepEqual(series(result.points, ACTIVE), { GET: 0 });
  });

  it("count as what they came to when a client leaves, the connection breaks, or requests wait behind another", async () => {
    const result = await run(`
      const held = [];
      const server = await serve((request, response) => {
        if (request.url === "/half") response.write("half");
        if (request.url === "/half" || request.url === "/hold") { held.push(response); server.emit("held"); return; }
        if (request.url === "/destroyed") response.destroy();
        else if (request.url === "/failed") { response.write("half"); response.destroy(Object.assign(new Error("disk"), { code: "EIO" })); }
        else response.end("ok");
      });
      const port = server.address().port;
      const leave = async (path) => { const request = http.get({ port, host: "127.0.0.1", path, agent: false }); request.on("error", () => {}); await once(server, "held"); const response = held.at(-1); request.destroy(); await once(response, "close"); };
      await leave("/hold"); await leave("/half");
      const reset = net.connect(port, "127.0.0.1"); reset.write("GET /hold HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n"); await once(server, "held"); reset.resetAndDestroy(); await once(held.at(-1), "close");
      const many = net.connect(port, "127.0.0.1"); many.write("GET /hold HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n".repeat(3)); await once(server, "held"); while (held.length < 6) await once(server, "held");
      const closed = once(held.at(-3), "close"); many.destroy(); await closed; await new Promise(setImmediate);
      console.log(await ask(server, "/destroyed"), await ask(server, "/failed"), await ask(server, "/"));
      end(server);`);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, "ECONNRESET ECONNRESET 200 ok\n");
    assert.deepEqual(series(result.points, SERVER), {
      "GET unmatched": 5,
      "GET 200 unmatched": 2,
      "GET connection_destroyed unmatched": 1,
      "GET 200 EIO unmatched": 1,
    });
    assert.deepEqual(series(result.points, ACTIVE), { GET: 0 });
    const left = result.spans.filter((span) => span.kind === 2 && span.attributes[ATTR.streamOutcome] === "abandoned");
    assert.deepEqual([left.length, left.filter(({ failed }) => failed).length], [6, 0]);
  });

  it("count when the handler throws: as what was answered, or as cancelled with the process", async () => {
    const survived = await run(`
      process.on("uncaughtException", () => {});
      const server = await serve((request) => { throw new Error("mine"); });
      server.on("request", () => {}); server.requestTimeout = 0;
      const request = http.get({ port: server.address().port, host: "127.0.0.1", timeout: 200, agent: false }); request.on("error", () => {});
      const [socket] = await once(server, "connection"); await once(request, "timeout"); request.destroy(); await once(socket, "close"); end(server);`);
    assert.equal(survived.code, 0, survived.stderr);
    assert.deepEqual(series(survived.points, SERVER), { "GET unmatched": 1 });
    const crashed = await run(`
      const server = await serve(() => { throw new Error("mine"); });
      await ask(server, "/"); end(server);`);
    assert.equal(crashed.code, 1);
    assert.match(crashed.stderr, /Error: mine/);
    assert.deepEqual(series(crashed.points, SERVER), { "GET cancelled unmatched": 1 });
    assert.deepEqual(series(crashed.points, ACTIVE), { GET: 0 });
  });

  it("are counted under load from many connections, each exactly once", async () => {
    const result = await run(`
      const server = await serve((request, response) => { if (request.url === "/later") setTimeout(() => response.end("x"), 2); else response.end("x"); });
      let statuses = 0;
      await Promise.all(Array.from({ length: 50 }, async (_, lane) => {
        for (let at = 0; at < 20; at += 1) if ((await ask(server, lane % 2 ? "/later" : "/")) === "200 x") statuses += 1;
      }));
      console.log(statuses); end(server);`);
    assert.equal(result.stdout, "1000\n", result.stderr);
    assert.deepEqual(series(result.points, SERVER), { "GET 200 unmatched": 1000 });
    assert.deepEqual(series(result.points, ACTIVE), { GET: 0 });
  });
});

describe("requests to a server of node:http2", () => {
  it("count as those over HTTP/1.1 do, each with its own context, and gRPC does not", async () => {
    const result = await run(`
      import http2 from "node:http2"; import { tool } from "agent-observatory";
      const server = http2.createServer((request, response) => {
        const { url } = request;
        if (url === "/hold") { response.write("half"); server.emit("held", response.stream); return; }
        if (url === "/reset") { response.stream.close(2); return; }
        if (url === "/destroyed") { response.stream.destroy(new Error("mine")); return; }
        setTimeout(() => { tool(url.slice(1), () => 1)(); response.writeHead(url === "/broken" ? 500 : 200).end("ok"); }, 5);
      });
      server.on("stream", (stream) => stream.on("error", () => {})); server.on("session", (session) => session.on("error", () => {}));
      await once(server.listen(0, "127.0.0.1"), "listening");
      const connect = () => http2.connect("http://127.0.0.1:" + server.address().port).on("error", () => {});
      const session = connect();
      const asked = (path, headers = {}, body) => new Promise((resolve) => {
        const request = session.request({ ":path": path, ...headers }, { endStream: body === undefined });
        let status = "-"; request.on("response", (given) => { status = given[":status"]; }).on("error", () => {}).on("close", () => resolve(status)).resume(); if (body !== undefined) request.end(body);
      });
      const all = await Promise.all([asked("/one"), asked("/two"), asked("/three", { ":method": "POST" }, "body"), asked("/four", { ":method": "HEAD" }), asked("/grpc", { ":method": "POST", "content-type": "application/grpc" }, "x")]);
      console.log(...all, await asked("/broken"), await asked("/reset"), await asked("/destroyed"));
      const held = async (session) => { const request = session.request({ ":path": "/hold" }); request.on("error", () => {}); const [stream] = await once(server, "held"); return { request, closed: once(stream, "close") }; };
      const left = await held(session); left.request.close(8); await left.closed;
      const other = connect(); const lost = await held(other); other.destroy(); await lost.closed;
      session.close(); server.close();`);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, "200 200 200 200 200 500 - -\n");
    assert.deepEqual(series(result.points, SERVER), {
      "GET 200 unmatched": 4,
      "POST 200 unmatched": 1,
      "HEAD 200 unmatched": 1,
      "GET 500 500 unmatched": 1,
      "GET stream_closed unmatched": 2,
    });
    assert.deepEqual(series(result.points, ACTIVE), { GET: 0, POST: 0, HEAD: 0 });
    for (const name of ["one", "two", "three", "four"]) {
      const tool = result.spans.find((span) => span.name === `execute_tool ${name}`);
      const server = result.spans.find((span) => span.kind === 2 && span.attributes["url.path"] === `/${name}`);
      assert.equal(tool?.parentSpanId, server?.spanId, name);
    }
    const grpc = result.spans.find((span) => span.name === "execute_tool grpc");
    assert.ok(grpc !== undefined && grpc.parentSpanId === undefined);
  });
});

describe("requests to others", () => {
  it("count by fetch and node:http alike, with what they failed of; those of the exporter do not", async () => {
    const closed = await freePort();
    const result = await run(`
      const server = await serve((request, response) => { response.statusCode = Number(request.url.slice(1)); response.end("ok"); });
      const base = "http://127.0.0.1:" + server.address().port;
      for (const status of [200, 404, 500]) { await (await fetch(base + "/" + status)).text(); await ask(server, "/" + status); }
      await fetch("http://127.0.0.1:${closed}/").catch(() => {});
      await ask({ address: () => ({ port: ${closed} }) }, "/");
      await (await fetch(base + "/200", { method: "PURGE" })).text();
      end(server);`);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(series(result.points, CLIENT), {
      "GET 200 127.0.0.1": 2,
      "GET 404 404 127.0.0.1": 2,
      "GET 500 500 127.0.0.1": 2,
      "GET ECONNREFUSED 127.0.0.1": 2,
      "_OTHER 200 127.0.0.1": 1,
    });
  });

  it("fold the addresses of servers beyond the limit of label values", async () => {
    const result = await run(
      `
      const server = await serve((request, response) => response.end("ok"));
      const lookup = (host, options, done) => done(null, options.all ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4);
      for (let at = 0; at < 30; at += 1) {
        await new Promise((resolve) => http.get({ host: "host-" + at + ".test", port: server.address().port, agent: false, lookup }, (response) => response.resume().once("close", resolve)));
      }
      end(server);`,
      { env: { AGENT_OBSERVATORY_LABEL_VALUE_LIMIT: "10" } },
    );
    assert.equal(result.code, 0, result.stderr);
    const found = series(result.points, CLIENT);
    assert.equal(Object.keys(found).length, 11);
    assert.equal(found["GET 200 other"], 20);
  });
});
