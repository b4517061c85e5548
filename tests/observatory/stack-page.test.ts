import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { createBackends } from "../../src/backends/index.ts";
import { type StackPage, startStackPage } from "../../src/observatory/index.ts";
import { protocolsOf } from "../../ui/src/app/token-text.ts";
import { ask, otlp, type RunningObservatory, runObservatory, send } from "./running-observatory.ts";

const TOKEN = "the-token-of-the-page";
const BEARER = { authorization: `Bearer ${TOKEN}` };
const SECRET = "a-password-of-the-stack";

async function serve(answer: RequestListener) {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("the page beside a stack", () => {
  // The embedded process answers as all of them do.
  let stack: RunningObservatory;
  let page: StackPage;
  before(async () => {
    stack = await runObservatory();
    await send(stack.urls.otlpHttp, "traces", otlp.span(7, Date.now()));
    await send(stack.urls.otlpHttp, "logs", otlp.logs(["before"], Date.now()));
    await send(stack.urls.otlpHttp, "metrics", otlp.gauge("wide", Date.now(), [1, 2, 3]));
    const { web, otlpHttp } = stack.urls;
    page = await startStackPage({
      host: "127.0.0.1",
      port: 0,
      token: TOKEN,
      allowedHosts: [],
      prometheusUrl: web,
      lokiUrl: web,
      jaegerUrl: `${web}/`,
      alertmanagerUrl: web,
      otlpUrl: otlpHttp,
    });
  });
  after(async () => {
    await page.close();
    await stack[Symbol.asyncDispose]();
  });

  it("serves the page, and passes its questions on for those who know the token", async () => {
    const html = await ask(`${page.url}/traces`, { accept: "text/html" });
    assert.deepEqual([html.status, html.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    assert.match(String(html.headers["content-security-policy"]), /default-src 'none'/);
    assert.equal((await ask(`${page.url}/api/v1/query?query=1`)).status, 401);
    const { prometheus, loki, jaeger } = createBackends({ url: page.url, token: TOKEN });
    const { result } = await prometheus.query("count(wide)");
    assert.equal("series" in result && result.series[0]?.points[0]?.value, 3);
    // Too long for an address: it goes as a form.
    await prometheus.query(`wide{index=~"${"1|".repeat(3000)}2"}`);
    assert.deepEqual(await jaeger.services(), ["program"]);
    assert.equal((await jaeger.trace("7".padStart(32, "0")))?.spans.length, 1);
    assert.ok((await loki.labels()).includes("service_name"));
    await assert.rejects(prometheus.query("1 +"), /parse error/);
  });

  it("passes nothing else on", async () => {
    const wrong: readonly (readonly [method: string, path: string, status: number])[] = [
      ["POST", "/api/v1/admin/tsdb/delete_series", 405],
      ["POST", "/api/v1/write", 405],
      ["POST", "/api/v1/otlp/v1/metrics", 405],
      ["POST", "/loki/api/v1/push", 405],
      ["POST", "/loki/api/v1/query", 405],
      ["POST", "/-/reload", 405],
      ["DELETE", "/api/traces/7", 405],
      ["GET", "/api/v1/status/config", 404],
      ["GET", "/metrics", 404],
      ["GET", "/api/v1/label/../status/config", 404],
      ["GET", "/api/v1/label/%2e%2e/values", 404],
      ["GET", "/api/v1/label/..%2f..%2fmetrics/values", 404],
    ];
    for (const [method, path, status] of wrong)
      assert.equal((await ask(`${page.url}${path}`, BEARER, method)).status, status, `${method} ${path}`);
  });

  it("follows logs", async () => {
    const query = encodeURIComponent('{service_name="program"} |= "follow"');
    const url = `${page.url.replace("http", "ws")}/loki/api/v1/tail?query=${query}`;
    const socket = new WebSocket(url, protocolsOf(TOKEN), { headers: { origin: page.url } });
    await once(socket, "open");
    await send(stack.urls.otlpHttp, "logs", otlp.logs(["follow me"], Date.now()));
    const [data] = await once(socket, "message");
    assert.match(String(data), /follow me/);
    socket.close();
    const statusOf = async (address: string, protocols: string[], origin: string): Promise<number> => {
      const refused = new WebSocket(address, protocols, { headers: { origin } });
      refused.on("error", () => {});
      const [, response] = (await once(refused, "unexpected-response")) as [unknown, IncomingMessage];
      refused.terminate();
      return response.statusCode ?? 0;
    };
    assert.equal(await statusOf(url, [], page.url), 401);
    assert.equal(await statusOf(url, protocolsOf(TOKEN), "http://other.test"), 403);
    assert.equal(await statusOf(url.replace(query, "%7B"), protocolsOf(TOKEN), page.url), 400);
  });

  it("sends feedback to where OTLP goes", async () => {
    const body = JSON.stringify({ thumbs: "down", sessionId: "s9", service: "program", agent: "planner" });
    const headers = { ...BEARER, "content-type": "application/json" };
    assert.equal((await ask(`${page.url}/ui/feedback`, headers, "POST", body)).status, 201);
    const { result } = await createBackends({ url: stack.urls.web }).prometheus.query(
      'agent_feedback_total{job="program", rating="down"}',
    );
    assert.equal("series" in result && result.series[0]?.points[0]?.value, 1);
    const foreign = { ...headers, origin: "http://other.test" };
    assert.equal((await ask(`${page.url}/ui/feedback`, foreign, "POST", body)).status, 403);
    assert.equal((await ask(`${page.url}/api/v2/silences`, foreign, "POST", body)).status, 403);
  });
});

describe("the page beside a stack that misbehaves", () => {
  it("gives away no password, follows no redirect, and shows no page of others", async () => {
    const heard: IncomingMessage["headers"][] = [];
    const upstream = await serve((request, response) => {
      heard.push(request.headers);
      if (request.url?.startsWith("/prefix/api/v1/query?"))
        response.writeHead(302, { location: `http://user:${SECRET}@elsewhere.test/`, "set-cookie": SECRET });
      else if (request.url?.startsWith("/prefix/api/v1/rules"))
        response.writeHead(200, { "content-type": "text/html", "set-cookie": "a=b", "x-secret": SECRET });
      else response.destroy();
      response.end("<script>alert(1)</script>");
    });
    const withPassword = `http://user:${SECRET}@127.0.0.1:${upstream.port}/prefix/`;
    const page = await startStackPage({
      host: "127.0.0.1",
      port: 0,
      allowedHosts: [],
      prometheusUrl: withPassword,
      lokiUrl: withPassword,
      jaegerUrl: `http://user:${SECRET}@127.0.0.1:9`,
    });
    try {
      const asked = { authorization: "Bearer of-the-page", cookie: "a=b" };
      const redirected = await ask(`${page.url}/api/v1/query?query=1`, asked);
      const html = await ask(`${page.url}/api/v1/rules`, asked);
      const broken = await ask(`${page.url}/api/v1/labels`, asked);
      const nobody = await ask(`${page.url}/api/services`, asked);
      assert.deepEqual([redirected.status, html.status, broken.status, nobody.status], [502, 200, 502, 502]);
      assert.equal(html.headers["content-type"], "text/plain; charset=utf-8");
      assert.equal(html.headers["x-content-type-options"], "nosniff");
      assert.match(String(html.headers["content-security-policy"]), /default-src 'none'/);
      assert.match(nobody.body, /expected Jaeger at http:\/\/127.0.0.1:9 to answer; got connection refused/);
      assert.ok(!JSON.stringify([redirected, html, broken, nobody]).includes(SECRET));
      assert.ok(heard.every(({ authorization }) => authorization === `Basic ${btoa(`user:${SECRET}`)}`));
      assert.ok(heard.every(({ cookie }) => cookie === undefined));
      assert.equal((await ask(`${page.url}/api/v2/silences`)).status, 404);
      const feedback = await ask(
        `${page.url}/ui/feedback`,
        { "content-type": "application/json" },
        "POST",
        '{"thumbs":"up","sessionId":"s"}',
      );
      assert.equal(feedback.status, 501);
    } finally {
      await page.close();
      upstream.close();
    }
  });

  it("ends an answer without end, and one that nobody waits for", async () => {
    let closed = 0;
    const upstream = await serve((_, response) => {
      response.once("close", () => {
        closed += 1;
      });
      response.writeHead(200, { "content-type": "application/json" });
      response.write("[");
    });
    const { url } = upstream;
    const page = await startStackPage({
      host: "127.0.0.1",
      port: 0,
      allowedHosts: [],
      prometheusUrl: url,
      lokiUrl: url,
      jaegerUrl: url,
    });
    const abort = new AbortController();
    const asked = await fetch(`${page.url}/api/services`, { signal: abort.signal });
    assert.equal(asked.status, 200);
    abort.abort();
    while (closed === 0) await new Promise(setImmediate);
    await page.close();
    upstream.close();
  });

  it("refuses what is no address, and a host that others reach without a token", async () => {
    const good = { host: "127.0.0.1", port: 0, allowedHosts: [], prometheusUrl: "http://a", lokiUrl: "http://a" };
    await assert.rejects(startStackPage({ ...good, jaegerUrl: `ftp://user:${SECRET}@x` }), (error: Error) => {
      assert.match(error.message, /the URL of Jaeger/);
      return !error.message.includes(SECRET);
    });
    await assert.rejects(startStackPage({ ...good, host: "0.0.0.0", jaegerUrl: "http://a" }), /a token/);
  });
});
