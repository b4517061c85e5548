import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { type ServerOptions, startServers } from "./otlp-server.ts";

const PROTOBUF = "application/x-protobuf";

async function post(
  options: ServerOptions & { path?: string; method?: string },
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer> | string | undefined = Buffer.alloc(0),
) {
  await using servers = await startServers(options);
  const response = await fetch(`${servers.url}${options.path ?? "/v1/traces"}`, {
    method: options.method ?? "POST",
    headers,
    ...(options.method !== "GET" && { body }),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    answer,
    taken: servers.taken,
    refused: servers.refused,
    left: servers.budget.used(),
  };
}

describe("OTLP over HTTP", () => {
  it("hands protobuf and JSON on as they came, and answers in kind", async () => {
    for (const [type, encoding, empty] of [
      [PROTOBUF, "protobuf", ""],
      ["application/json; charset=utf-8", "json", "{}"],
    ] as const) {
      const { status, headers, answer, taken, left } = await post(
        { path: "/v1/logs" },
        { "content-type": type },
        "some",
      );
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), type.split(";", 1)[0]);
      assert.equal(answer.toString(), empty);
      assert.deepEqual(taken, [{ signal: "logs", encoding, bytes: Buffer.from("some") }]);
      assert.equal(left, 0);
    }
  });

  it("unpacks gzip and deflate", async () => {
    const body = Buffer.from("a body that is packed, ".repeat(1000));
    for (const [name, pack] of [
      ["gzip", gzipSync],
      ["deflate", deflateSync],
    ] as const) {
      const headers = { "content-type": PROTOBUF, "content-encoding": name };
      const { status, taken } = await post({}, headers, pack(body));
      assert.equal(status, 200);
      assert.deepEqual(taken[0]?.bytes, body);
    }
  });

  it("tells what was rejected of a request, in both encodings", async () => {
    const take = async () => ({ kind: "accepted", rejected: 300, message: "too old" }) as const;
    const binary = await post({ take, path: "/v1/metrics" }, { "content-type": PROTOBUF });
    // partial_success { rejected: 300, error_message }
    assert.deepEqual(binary.answer, Buffer.from([10, 12, 8, 0xac, 2, 18, 7, ...Buffer.from("too old")]));
    const json = await post({ take, path: "/v1/metrics" }, { "content-type": "application/json" });
    assert.deepEqual(JSON.parse(json.answer.toString()), {
      partialSuccess: { rejectedDataPoints: "300", errorMessage: "too old" },
    });
  });

  it("says what is wrong with a request as google.rpc.Status", async () => {
    const bad = async () => ({ kind: "bad", message: "no span" }) as const;
    const binary = await post({ take: bad }, { "content-type": PROTOBUF });
    assert.equal(binary.status, 400);
    assert.deepEqual(binary.answer, Buffer.from([8, 3, 18, 7, ...Buffer.from("no span")]));
    const json = await post({ take: bad }, { "content-type": "application/json" });
    assert.deepEqual(JSON.parse(json.answer.toString()), { code: 3, message: "no span" });
  });

  it("knows its paths, its method and what it can read", async () => {
    const type = { "content-type": PROTOBUF };
    assert.equal((await post({ path: "/v1/profiles" }, type)).status, 404);
    assert.equal((await post({ path: "/v1/traces/" }, type)).status, 404);
    assert.equal((await post({ path: "/v1/traces?x=1" }, type)).status, 200);
    const got = await post({ method: "GET" }, {});
    assert.deepEqual([got.status, got.headers.get("allow")], [405, "POST"]);
    assert.equal((await post({}, { "content-type": "text/plain" })).status, 415);
    assert.equal((await post({}, { ...type, "content-encoding": "br" })).status, 415);
  });

  it("asks to come back where there is no room, and where nothing can be stored", async () => {
    const type = { "content-type": PROTOBUF };
    const busy = await post({ take: async () => ({ kind: "busy", retryAfterMs: 2500 }) }, type);
    assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "3"]);
    const failed = await post({ take: async () => ({ kind: "failed", message: "the disk is full" }) }, type);
    assert.deepEqual([failed.status, failed.headers.get("retry-after")], [503, "1"]);
    const full = await post({ budgetBytes: 100 }, type, Buffer.alloc(1000));
    assert.deepEqual([full.status, full.taken.length, full.left], [429, 0, 0]);
  });

  it("lets pages of the named origins send, and no others", async () => {
    const origin = "http://app.test";
    const asking = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-key",
    };
    const allowed = await post({ corsOrigins: [origin], method: "OPTIONS" }, asking, undefined);
    assert.equal(allowed.status, 204);
    assert.equal(allowed.headers.get("access-control-allow-origin"), origin);
    assert.equal(allowed.headers.get("access-control-allow-headers"), "content-type,x-key");
    const sent = await post({ corsOrigins: [origin] }, { origin, "content-type": PROTOBUF });
    assert.deepEqual([sent.status, sent.headers.get("access-control-allow-origin")], [200, origin]);
    const other = await post({ corsOrigins: ["http://other.test"], method: "OPTIONS" }, asking, undefined);
    assert.deepEqual([other.status, other.headers.get("access-control-allow-origin")], [405, null]);
  });

  it("counts as refused what nobody looked at, and nothing else", async () => {
    const type = { "content-type": PROTOBUF };
    assert.deepEqual((await post({}, { "content-type": "text/plain" })).refused, ["415"]);
    for (const result of [
      { kind: "bad", message: "no OTLP" },
      { kind: "busy", retryAfterMs: 1000 },
      { kind: "failed", message: "full" },
    ] as const) {
      const { refused, taken } = await post({ take: async () => result }, type);
      assert.deepEqual([refused, taken.length], [[], 1]);
    }
  });

  it("hears only whom its guard lets in", async () => {
    const guard = ({ authorization }: { authorization: string | undefined }) =>
      authorization === "Bearer key" ? undefined : ({ status: 401, message: "expected a token" } as const);
    const type = { "content-type": PROTOBUF };
    const refused = await post({ guard }, type);
    assert.deepEqual(
      [refused.status, refused.headers.get("www-authenticate"), refused.taken.length],
      [401, "Bearer", 0],
    );
    assert.equal((await post({ guard }, { ...type, authorization: "Bearer key" })).status, 200);
  });
});
