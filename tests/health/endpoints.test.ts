import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpCheck, type LlmEndpointOptions, llmEndpointCheck, vectorStoreCheck } from "../../src/health/index.ts";
import { checked } from "./checked.ts";
import { type Reply, startDouble, startHungServer } from "./endpoint-double.ts";

const KEY = "test-key-of-the-endpoint";
const OK = ["healthy", "ok"];
const LIST = { object: "list", data: [{ id: "gpt-4o-mini", object: "model" }, null, { id: 7 }] };

describe("httpCheck", () => {
  it("is healthy for 200 to 399, unless something else is expected", async () => {
    for (const [status, expect, expected] of [
      [204, undefined, "healthy"],
      [302, undefined, "healthy"],
      [404, undefined, "unhealthy"],
      [503, undefined, "unhealthy"],
      [503, { status: 503 }, "healthy"],
      [200, { status: [201, 202] }, "unhealthy"],
    ] as const) {
      await using double = await startDouble(() => ({ status, headers: { location: "http://127.0.0.1:1/" } }));
      const [result, message] = await checked(httpCheck({ url: double.url, ...(expect && { expect }) }));
      assert.deepEqual([result, message], [expected, `it answered ${status}`]);
    }
  });

  it("looks for what the body has to hold, run after run", async () => {
    await using double = await startDouble(() => ({ body: "state: READY" }));
    for (const [body, expected] of [
      ["READY", "healthy"],
      [/ready$/i, "healthy"],
      [/ready/gi, "healthy"],
      ["starting", "unhealthy"],
    ] as const) {
      const check = httpCheck({ url: double.url, expect: { body } });
      for (let run = 0; run < 2; run++) assert.equal((await checked(check))[0], expected, String(body));
    }
  });

  it("sends the method and the headers that it is given", async () => {
    await using double = await startDouble(() => ({}));
    assert.equal(
      (await checked(httpCheck({ url: `${double.url}/a?b=1`, method: "HEAD", headers: { "x-a": "1" } })))[0],
      "healthy",
    );
    const [asked] = double.asked;
    assert.deepEqual([asked?.method, asked?.path, asked?.headers["x-a"]], ["HEAD", "/a?b=1", "1"]);
  });

  it("reads no more than a megabyte of a body that does not end", async () => {
    let written = 0;
    await using double = await startDouble((_, response) => {
      const chunk = "x".repeat(65_536);
      const write = (): void => {
        while (!response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", write);
        }
      };
      write();
      return undefined;
    });
    assert.equal((await checked(httpCheck({ url: double.url })))[0], "healthy");
    assert.ok(written < 50_000_000, String(written));
  });

  it("gives up on a server that takes the connection and is silent, and on one that drips", {
    timeout: 20_000,
  }, async () => {
    await using hung = await startHungServer();
    const late = ["unhealthy", "no answer within 150 ms"];
    assert.deepEqual(await checked(httpCheck({ url: `http://127.0.0.1:${hung.port}` }), { timeoutMs: 150 }), late);
    await using dripping = await startDouble((_, response) => {
      const timer = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(timer));
      return undefined;
    });
    assert.deepEqual(await checked(httpCheck({ url: dripping.url }), { timeoutMs: 150 }), late);
  });

  it("says what is wrong where nothing listens, and where the address is none", async () => {
    assert.deepEqual(await checked(httpCheck({ url: "http://127.0.0.1:1/" })), [
      "unhealthy",
      "connect ECONNREFUSED 127.0.0.1:1",
    ]);
    assert.deepEqual(await checked(httpCheck({ url: "no address" })), ["unhealthy", "Invalid URL"]);
  });
});

describe("llmEndpointCheck", () => {
  const against = async (
    reply: (path: string) => Reply,
    options: Omit<LlmEndpointOptions, "url"> & { readonly base?: string } = {},
  ) => {
    await using double = await startDouble(({ path }) => reply(path));
    const { base = "/v1", ...others } = options;
    const result = await checked(llmEndpointCheck({ url: double.url + base, apiKey: KEY, ...others }));
    return { result, asked: double.asked };
  };

  it("reads the list of models, with the key where each kind wants it, and spends no tokens", async () => {
    for (const [kind, base, path, header, value] of [
      ["openai", "/v1", "/v1/models", "authorization", `Bearer ${KEY}`],
      ["openai", "", "/v1/models", "authorization", `Bearer ${KEY}`],
      ["openai", "/openai/v1/", "/openai/v1/models", "authorization", `Bearer ${KEY}`],
      ["azure", "", "/openai/models?api-version=2024-10-21", "api-key", KEY],
      ["azure", "/openai/v1", "/openai/v1/models", "api-key", KEY],
      ["anthropic", "", "/v1/models", "x-api-key", KEY],
      ["gemini", "", "/v1beta/models", "x-goog-api-key", KEY],
      ["ollama", "", "/api/tags", "authorization", `Bearer ${KEY}`],
    ] as const) {
      const { result, asked } = await against(() => ({ body: LIST }), { kind, base });
      assert.deepEqual(result, OK);
      assert.deepEqual(
        asked.map((one) => [one.method, one.path, one.headers[header], one.body]),
        [["GET", path, value, ""]],
      );
    }
  });

  it("looks for the model in the list", async () => {
    const ollama = { models: [{ name: "llama3.2:latest" }] };
    for (const [body, model, expected] of [
      [LIST, "gpt-4o-mini", OK],
      [LIST, "gpt-5", ["unhealthy", "it does not offer gpt-5"]],
      [ollama, "llama3.2", OK],
      [ollama, "llama3.2:latest", OK],
      [{ data: Array.from({ length: 30_000 }, (_, i) => ({ id: `model-${i}` })) }, "model-29999", OK],
      ["<html>", "gpt-5", ["healthy", "it answers, and its list of models cannot be read"]],
    ] as const) {
      assert.deepEqual((await against(() => ({ body }), { model })).result, expected);
    }
  });

  it("asks for the one model where it has an address, which aliases have as well", async () => {
    const reply = (path: string): Reply => ({ status: path.endsWith("/claude-sonnet-4-0") ? 200 : 404 });
    const known = await against(reply, { kind: "anthropic", base: "", model: "claude-sonnet-4-0" });
    assert.deepEqual([known.result, known.asked.map(({ path }) => path)], [OK, ["/v1/models/claude-sonnet-4-0"]]);
    const unknown = await against(reply, { kind: "anthropic", base: "", model: "claude-1/../x" });
    assert.deepEqual(unknown.result, ["unhealthy", "it does not offer claude-1/../x"]);
    assert.deepEqual(
      unknown.asked.map(({ path }) => path),
      ["/v1/models/claude-1%2F..%2Fx"],
    );
  });

  it("tells a refused key from an endpoint in trouble, one that is busy, and one without a list", async () => {
    for (const [status, expected] of [
      [401, ["unhealthy", "it refuses the key (401)"]],
      [403, ["unhealthy", "it refuses the key (403)"]],
      [429, ["degraded", "it is over its rate limit (429)"]],
      [529, ["degraded", "it is overloaded (529)"]],
      [500, ["unhealthy", "it answered 500"]],
      [307, ["unhealthy", "it redirects (307)"]],
    ] as const) {
      const echo = { error: `Incorrect API key provided: ${KEY}` };
      const { result, asked } = await against(() => ({ status, body: echo, headers: { location: "/elsewhere" } }));
      assert.deepEqual([result, asked.length], [expected, 1], "a redirect does not get the key");
    }
    const { result, asked } = await against(() => ({ status: 404 }));
    assert.deepEqual(result, ["healthy", "it answers, and has no list of models"]);
    assert.deepEqual(
      asked.map(({ method }) => method),
      ["GET", "HEAD"],
    );
  });
});

describe("vectorStoreCheck", () => {
  it("asks each kind in its way", async () => {
    for (const [kind, body, path, header, value, expected] of [
      ["qdrant", "all shards are ready", "GET /readyz", "api-key", KEY, OK],
      ["chroma", { "nanosecond heartbeat": 1 }, "GET /api/v2/heartbeat", "x-chroma-token", KEY, OK],
      ["weaviate", "", "GET /v1/.well-known/ready", "authorization", `Bearer ${KEY}`, OK],
      ["milvus", { code: 0, data: [] }, "POST /v2/vectordb/collections/list", "authorization", `Bearer ${KEY}`, OK],
      [
        "milvus",
        { code: 1800 },
        "POST /v2/vectordb/collections/list",
        "authorization",
        `Bearer ${KEY}`,
        ["unhealthy", "it answered with the code 1800"],
      ],
      ["pinecone", {}, "POST /describe_index_stats", "api-key", KEY, OK],
      ["elasticsearch", { status: "green" }, "GET /_cluster/health", "authorization", `ApiKey ${KEY}`, OK],
      [
        "elasticsearch",
        { status: "yellow" },
        "GET /_cluster/health",
        "authorization",
        `ApiKey ${KEY}`,
        ["degraded", "the cluster is yellow"],
      ],
      [
        "opensearch",
        { status: "red" },
        "GET /_cluster/health",
        "authorization",
        `ApiKey ${KEY}`,
        ["unhealthy", "the cluster is red"],
      ],
    ] as const) {
      await using double = await startDouble(() => ({ body }));
      assert.deepEqual(await checked(vectorStoreCheck({ url: double.url, kind, apiKey: KEY })), expected, kind);
      assert.deepEqual(
        double.asked.map((one) => [`${one.method} ${one.path}`, one.headers[header]]),
        [[path, value]],
      );
    }
  });

  it("asks an older Chroma at its older address", async () => {
    await using double = await startDouble(({ path }) => ({ status: path.includes("/v1/") ? 200 : 404 }));
    assert.deepEqual(await checked(vectorStoreCheck({ url: double.url, kind: "chroma" })), OK);
  });

  it("is unhealthy where the store is not ready, refuses the key, is not there, or is of no known kind", async () => {
    for (const [status, message] of [
      [503, "it answered 503"],
      [401, "it refuses the key (401)"],
      [404, "it answered 404"],
    ] as const) {
      await using double = await startDouble(() => ({ status }));
      assert.deepEqual(await checked(vectorStoreCheck({ url: double.url, kind: "qdrant" })), ["unhealthy", message]);
    }
    assert.equal((await checked(vectorStoreCheck({ url: "http://127.0.0.1:1", kind: "qdrant" })))[0], "unhealthy");
    const kind = "faiss" as "qdrant";
    assert.deepEqual(await checked(vectorStoreCheck({ url: "http://127.0.0.1:1", kind })), [
      "unhealthy",
      "the check knows no kind faiss",
    ]);
  });
});
