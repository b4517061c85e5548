import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { ask, otlp, type RunningObservatory, runObservatory, send } from "./running-observatory.ts";

const ORIGIN = "http://app.test";

describe("the web server of the embedded process", () => {
  let observatory: RunningObservatory;
  before(async () => {
    observatory = await runObservatory({ settings: { allowedHosts: ["observatory.test"], corsOrigins: [ORIGIN] } });
  });
  after(() => observatory[Symbol.asyncDispose]());

  it("tells how it is, and what it has", async () => {
    assert.equal((await observatory.get("/-/healthy")).status, 200);
    assert.equal((await observatory.get("/-/ready")).status, 200);
    assert.equal((await observatory.get("/ready")).status, 200);
    assert.ok((await observatory.get("/")).body.includes(observatory.urls.otlpGrpc));
    assert.equal((await observatory.get("/nothing")).status, 404);
    assert.equal((await ask(`${observatory.urls.web}/metrics`, {}, "DELETE")).status, 405);
  });

  it("is asked by names of this machine, and by those that are allowed", async () => {
    const statuses = await Promise.all(
      [
        "localhost:1",
        "127.0.0.1",
        "[::1]:4319",
        "10.0.0.1",
        "observatory.test:80",
        "rebound.test",
        "localhost.rebound.test",
        "127.0.0.1.rebound.test",
        "127.rebound.test",
      ].map(async (host) => (await observatory.get("/api/v1/query?query=1", { host })).status),
    );
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 403, 403, 403, 403]);
    const sent = await ask(`${observatory.urls.otlpHttp}/v1/traces`, { host: "rebound.test" }, "POST");
    assert.equal(sent.status, 403);
  });

  it("lets pages of the named origins ask", async () => {
    const asked = await observatory.get("/api/v1/query?query=1", { origin: ORIGIN });
    assert.equal(asked.headers["access-control-allow-origin"], ORIGIN);
    const preflight = await ask(
      `${observatory.urls.web}/api/v1/query`,
      { origin: ORIGIN, "access-control-request-method": "POST" },
      "OPTIONS",
    );
    assert.deepEqual([preflight.status, preflight.headers["access-control-allow-methods"]], [204, "GET, POST"]);
    const other = await observatory.get("/api/v1/query?query=1", { origin: "http://other.test" });
    assert.equal(other.headers["access-control-allow-origin"], undefined);
  });

  it("reads queries from the URL and from forms, the form first", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const url = `${observatory.urls.web}/api/v1/query?query=1`;
    const { body } = await ask(url, form, "POST", "query=2&time=5");
    assert.deepEqual(JSON.parse(body).data, { resultType: "scalar", result: [5, "2"] });
    assert.equal(JSON.parse((await ask(url, {}, "POST", "query=2")).body).data.result[1], "1");
    assert.equal((await ask(url, form, "POST", `query=${"x".repeat(11_000_000)}`)).status, 413);
  });

  it("packs large answers for who takes them", async () => {
    await send(observatory.urls.otlpHttp, "metrics", otlp.gauge("wide", Date.now(), Array<number>(100).fill(1)));
    const path = "/api/v1/query?query=wide";
    const plain = await observatory.get(path);
    assert.equal(plain.headers["content-encoding"], undefined);
    const refused = await observatory.get(path, { "accept-encoding": "gzip;q=0" });
    assert.equal(refused.headers["content-encoding"], undefined);
    const packed = await fetch(`${observatory.urls.web}${path}`, {
      headers: { "accept-encoding": "deflate, gzip;q=0.5" },
    });
    assert.equal(packed.headers.get("content-encoding"), "gzip");
    const result = (text: string): unknown =>
      JSON.parse(text).data.result.map(({ metric }: { metric: object }) => metric);
    assert.deepEqual(result(await packed.text()), result(plain.body));
  });

  it("serves the runbooks that alerts link to, and no other file", async () => {
    const runbook = await observatory.get("/user/runbooks/Watchdog.md");
    const file = new URL("../../alerts/runbooks/Watchdog.md", import.meta.url);
    assert.deepEqual([runbook.status, runbook.body], [200, await readFile(file, "utf8")]);
    for (const path of [
      "/user/runbooks/None.md",
      "/user/runbooks/..%2f..%2fpackage.md",
      "/user/runbooks/../../README.md",
    ])
      assert.equal((await observatory.get(path)).status, 404, path);
  });

  it("answers hostile requests with an error and lives on", async () => {
    const deep = "(".repeat(100_000);
    const paths = [
      "/api/v1/query?query=%",
      `/api/v1/query?query=${"a".repeat(10_000)}{`,
      "/loki/api/v1/query_range?query=%7B",
      "/api/traces/not-hex",
      "//",
      "/%00",
      "/api/v1/label/%ff/values",
    ];
    for (const path of paths) {
      const { status } = await observatory.get(path);
      assert.ok(status >= 400 && status < 500, `${status} for ${path}`);
    }
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const { status } = await ask(`${observatory.urls.web}/api/v1/query`, form, "POST", `query=${deep}`);
    assert.ok(status >= 400 && status < 500, String(status));
    assert.equal((await observatory.get("/api/v1/query?query=1")).status, 200);
    assert.deepEqual(observatory.said, []);
  });

  it("reads rules again when this machine asks for it, but not for a page", async () => {
    const url = `${observatory.urls.web}/-/reload`;
    assert.equal((await ask(url, {}, "POST")).status, 200);
    assert.equal((await ask(url)).status, 405);
    assert.equal((await ask(url, { origin: "http://other.test" }, "POST")).status, 403);
  });
});
