import assert from "node:assert/strict";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { WebSocket } from "ws";
import {
  ask,
  createDirectory,
  otlp,
  type RunningObservatory,
  runObservatory,
  send,
  writeQuickRouting,
} from "./running-observatory.ts";

const TOKEN = "a-token-of-some-length";
const BEARER = { authorization: `Bearer ${TOKEN}` };
/** Everything that the web server answers. */
const PATHS = [
  "/",
  "/metrics",
  "/ready",
  "/api/v1/query?query=1",
  "/api/v1/rules",
  "/api/v1/alerts",
  "/api/v1/alertmanagers",
  "/api/v1/status/buildinfo",
  "/api/v1/status/config",
  "/api/v1/status/flags",
  "/api/v1/status/runtimeinfo",
  "/api/v1/status/tsdb",
  "/api/v1/targets",
  "/loki/api/v1/labels",
  "/loki/api/v1/status/buildinfo",
  "/api/services",
  "/api/dependencies?endTs=1",
  "/ui/feedback",
  "/nothing",
];
/** The same in every copy of the package, and without them there is no page that could ask for a token. */
const OPEN_PATHS = [
  "/favicon.svg",
  "/dashboards/index.json",
  "/dashboards/ao-overview.json",
  "/user/runbooks/Watchdog.md",
];
const SIGNALS = { traces: "trace.v1.TraceService", metrics: "metrics.v1.MetricsService", logs: "logs.v1.LogsService" };

/** All that comes back to raw bytes, until the server ends its side. The client does not end its own before that. */
async function raw(url: string, text: string, untilGone = false): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  let answer = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, "end");
  if (untilGone) {
    // Who has let go of a connection resets it when something comes.
    const poking = setInterval(() => socket.write("x"), 50);
    await new Promise((resolve) => socket.once("close", resolve));
    clearInterval(poking);
  }
  socket.destroy();
  return answer;
}

function callGrpc(url: string, service: string, authorization?: string): Promise<number> {
  const client = new grpc.Client(new URL(url).host, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  if (authorization !== undefined) metadata.set("authorization", authorization);
  const path = `/opentelemetry.proto.collector.${service}/Export`;
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, (error) => {
      client.close();
      resolve(error?.code ?? 0);
    });
  });
}

describe("the embedded process with a token", () => {
  let observatory: RunningObservatory;
  let directory: string;
  const webhook = "http://127.0.0.1:9/hooks/T000/B000/very-secret-path";
  const alertmanager = "http://admin:very-secret-password@127.0.0.1:9/am?key=very-secret-key";
  before(async () => {
    directory = await createDirectory();
    const file = join(directory, "rules.yml");
    await writeFile(file, "groups: [{ name: test, interval: 1s, rules: [{ alert: Always, expr: vector(1) }] }]");
    const routing = await writeQuickRouting(directory);
    const rules = { files: [file], alertmanagers: [alertmanager], webhooks: [webhook], routing };
    observatory = await runObservatory({ settings: { token: TOKEN, rules } });
  });
  after(async () => {
    await observatory[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it("asks for it on every path and every port", async () => {
    const { web, otlpHttp, otlpGrpc } = observatory.urls;
    const wrong = ["", "Bearer", `Bearer ${TOKEN}x`, `bearer ${TOKEN}`, TOKEN, `Basic ${btoa(`x:${TOKEN}`)}`];
    for (const path of [...PATHS, "/-/reload"]) {
      for (const authorization of wrong) {
        for (const method of ["GET", "POST", "OPTIONS"]) {
          const { status, headers } = await ask(`${web}${path}`, { authorization }, method);
          assert.deepEqual(
            [status, headers["www-authenticate"]],
            [401, "Bearer"],
            `${method} ${path} ${authorization}`,
          );
        }
      }
      assert.notEqual((await ask(`${web}${path}`, BEARER)).status, 401, path);
    }
    for (const path of OPEN_PATHS) {
      assert.equal((await ask(`${web}${path}`)).status, 200, path);
      assert.equal((await ask(`${web}${path}`, {}, "POST")).status, 401, path);
    }
    for (const [signal, service] of Object.entries(SIGNALS)) {
      assert.equal((await send(otlpHttp, signal as "traces", {})).status, 401);
      assert.equal(await callGrpc(otlpGrpc, service), grpc.status.UNAUTHENTICATED);
      assert.equal(await callGrpc(otlpGrpc, service, `Bearer ${TOKEN}x`), grpc.status.UNAUTHENTICATED);
      assert.equal(await callGrpc(otlpGrpc, service, BEARER.authorization), grpc.status.OK);
    }
    const socket = new WebSocket(`${web.replace("http", "ws")}/loki/api/v1/tail?query={a="b"}`);
    socket.on("error", () => {});
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
    assert.equal(response.statusCode, 401);
    for (const path of ["/-/healthy", "/-/ready"]) assert.equal((await ask(`${web}${path}`)).status, 200);
  });

  it("shows a browser the page, which asks for the token, and nothing else", async () => {
    const { web } = observatory.urls;
    const accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (const path of ["/", "/traces", "/session/ada@example.test", "/nothing"]) {
      const { status, headers, body } = await ask(`${web}${path}`, { accept });
      assert.deepEqual([status, headers["content-type"]], [200, "text/html; charset=utf-8"], path);
      assert.match(String(headers["content-security-policy"]), /default-src 'none'; script-src 'self'/);
      assert.ok(!body.includes(observatory.settings.dataDirectory));
    }
    for (const path of [
      "/api/v1/query?query=1",
      "/loki/api/v1/labels",
      "/metrics",
      "/ready",
      "/ui/feedback",
      "/-/reload",
    ])
      assert.equal((await ask(`${web}${path}`, { accept })).status, 401, path);
    const rebound = await ask(`${web}/`, { accept, host: "rebound.test" });
    assert.equal(rebound.status, 403);
  });

  it("has a browser ask ahead for a trace where it has the token to do so", async () => {
    const path = `${observatory.urls.web}/trace/${"7".padStart(32, "0")}`;
    const ahead = `</api/traces?traceID=${"7".padStart(32, "0")}>; rel=preload; as=fetch; crossorigin=anonymous`;
    assert.equal((await ask(path, { accept: "text/html", ...BEARER })).headers["link"], ahead);
    assert.equal((await ask(path, { accept: "text/html" })).headers["link"], undefined);
    assert.equal((await ask(`${path}g`, { accept: "text/html", ...BEARER })).headers["link"], undefined);
  });

  it("shows no secret anywhere", async () => {
    // An alert fires at once and cannot be delivered, which is told.
    while (!observatory.said.join().includes("AO_RULES_NOTIFY")) await new Promise(setImmediate);
    const { web } = observatory.urls;
    const shown = await Promise.all(PATHS.map(async (path) => (await ask(`${web}${path}`, BEARER)).body));
    shown.push((await ask(`${web}/-/ready`)).body, ...observatory.said);
    const text = shown.join("\n");
    assert.ok(text.includes('"http://127.0.0.1:9/am"'), "an address is shown");
    for (const secret of [TOKEN, "very-secret-path", "very-secret-password", "very-secret-key"])
      assert.ok(!text.includes(secret), secret);
  });
});

describe("the web server, from hostile clients", () => {
  let observatory: RunningObservatory;
  before(async () => {
    observatory = await runObservatory();
  });
  after(() => observatory[Symbol.asyncDispose]());

  it("refuses requests that two servers could read differently", async () => {
    const post =
      "POST /api/v1/query HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    const odd = [
      `${post}content-length: 7\r\ncontent-length: 8\r\n\r\nquery=1`,
      `${post}content-length: 7\r\ntransfer-encoding: chunked\r\n\r\n7\r\nquery=1\r\n0\r\n\r\n`,
      `${post}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      `${post}content-length: +7\r\n\r\nquery=1`,
      `${post}content-length : 7\r\n\r\nquery=1`,
      "GET / HTTP/1.1\r\nhost: localhost\r\nx: a\nb: c\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET /\u0000 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ];
    for (const url of [observatory.urls.web, observatory.urls.otlpHttp]) {
      for (const text of odd) assert.match(await raw(url, text), /^HTTP\/1.1 400 /, text);
      const long = `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(20_000)}\r\n\r\n`;
      assert.match(await raw(url, long), /^HTTP\/1.1 431 /);
    }
    const absolute = "GET http://rebound.test/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert.match(await raw(observatory.urls.web, absolute), /^HTTP\/1.1 404 /);
  });

  it("keeps no connection that it refused a WebSocket", { timeout: 20_000 }, async () => {
    const upgrade = (path: string): string =>
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${btoa("0123456789abcdef")}\r\n\r\n`;
    // The client never closes its side.
    const refused = ["/nothing", "/loki/api/v1/tail?query={"].map((path) =>
      raw(observatory.urls.web, upgrade(path), true),
    );
    const [unknown = "", wrong = ""] = await Promise.all(refused);
    assert.match(unknown, /^HTTP\/1.1 404 /);
    assert.match(wrong, /^HTTP\/1.1 400 /);
  });

  it("gives who sends slowly, or nothing, no more than 10 seconds", { timeout: 30_000 }, async () => {
    const { web, otlpHttp } = observatory.urls;
    const answers = await Promise.all([
      raw(web, ""),
      raw(web, "GET /api/v1/query HTTP/1.1\r\nhost: loc"),
      raw(otlpHttp, "POST /v1/traces HTTP/1.1\r\nhost: loc"),
    ]);
    assert.match(answers[1] ?? "", /^HTTP\/1.1 408 /);
    assert.match(answers[2] ?? "", /^HTTP\/1.1 408 /);
  });

  it("leads by no path out of the runbooks", async () => {
    const paths = [
      "../../package.json",
      "..%2f..%2fpackage.json",
      "%2e%2e/%2e%2e/README.md",
      "....//README.md",
      "Watchdog.md%00.md",
      "Watchdog.md/../../../README.md",
      "/etc/passwd.md",
      "Watchdog%2emd",
      "watchdog/../Watchdog.md",
    ];
    for (const path of paths) {
      const answer = await raw(
        observatory.urls.web,
        `GET /user/runbooks/${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1.1 404 /, path);
    }
  });

  it("is not made to do anything by pages of others", async () => {
    const { web, otlpHttp } = observatory.urls;
    const origin = "http://other.test";
    assert.equal((await ask(`${web}/-/reload`, { origin }, "POST")).status, 403);
    for (const type of ["application/json", "application/x-protobuf"]) {
      const headers = {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      };
      const preflight = await ask(`${otlpHttp}/v1/traces`, headers, "OPTIONS");
      assert.equal(preflight.headers["access-control-allow-origin"], undefined, type);
    }
    // What a page may send without asking beforehand is no OTLP.
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const body = JSON.stringify(otlp.span(1, Date.now()));
      assert.equal((await ask(`${otlpHttp}/v1/traces`, { origin, "content-type": type }, "POST", body)).status, 415);
    }
    assert.deepEqual(await observatory.data("/api/services"), []);
  });
});
