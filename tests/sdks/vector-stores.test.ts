/** Vector stores through their own clients, against exact bytes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { startPostgres } from "./doubles/postgres.ts";
import { json, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const NAMES = [
  ATTR.dbSystem,
  ATTR.dbOperation,
  ATTR.dbCollection,
  ATTR.dbNamespace,
  ATTR.dbBatchSize,
  ATTR.dbReturnedRows,
  ATTR.vectorTopK,
  ATTR.vectorDimension,
  ATTR.operation,
];
const isStore = (span: ReceivedSpan): boolean => span.attributes[ATTR.dbSystem] !== undefined;
const query = { [ATTR.operation]: "retrieval" };

const ID = "0b7ac6c6-7a40-4a8b-9d65-0d9ed3b8d7a1";
const CHROMA: Routes = [
  [
    /^GET \/api\/v2\/(auth\/identity|pre-flight-checks|heartbeat|version)$/,
    ({ path }) =>
      json(
        path.endsWith("identity")
          ? { user_id: "u", tenant: "t1", databases: ["d1"] }
          : path.endsWith("version")
            ? "1.0.0"
            : { max_batch_size: 100, supports_base64_encoding: false },
      ),
  ],
  [
    /^POST \/api\/v2\/tenants\/[^/]+\/databases\/[^/]+\/collections$/,
    json({
      id: ID,
      name: "docs",
      configuration_json: {},
      metadata: null,
      tenant: "t1",
      database: "d1",
      dimension: null,
      log_position: 0,
      version: 0,
    }),
  ],
  [/\/add$/, json({})],
  [
    /\/query$/,
    json({
      ids: [["a", "b"], ["c"]],
      distances: [[0.1, 0.2], [0.3]],
      documents: [["secret words", "x"], ["y"]],
      metadatas: null,
      embeddings: null,
      uris: null,
      include: ["documents"],
    }),
  ],
  [
    /\/get$/,
    json({
      ids: ["a"],
      documents: ["secret words"],
      metadatas: null,
      embeddings: null,
      uris: null,
      include: ["documents"],
    }),
  ],
  [/\/delete$/, { ...json({ error: "InvalidArgument", message: "no" }), status: 400 }],
];
const CHROMA_PROGRAM = `
import { ChromaClient } from "chromadb";
const url = new URL(process.env.STORE_URL);
const client = new ChromaClient({ host: url.hostname, port: Number(url.port), ssl: false, tenant: "t1", database: "d1" });
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run())); } catch (error) { console.log(name, error.constructor.name, error.message); }
};
const collection = await client.getOrCreateCollection({ name: "docs", embeddingFunction: null });
await attempt("add", () => collection.add({ ids: ["a", "b"], embeddings: [[1, 2, 3], [4, 5, 6]], documents: ["secret words", "x"] }));
await attempt("query", () => collection.query({ queryEmbeddings: [[1, 2, 3], [4, 5, 6]], nResults: 2 }));
await attempt("get", () => collection.get({ ids: ["a"] }));
await attempt("delete", () => collection.delete({ ids: ["a"] }));
`;

describe("Chroma", () => {
  it("is seen through its client, by the names of its collections", async () => {
    await using server = await startRoutes(CHROMA);
    const run = await runObserved(CHROMA_PROGRAM, { env: { STORE_URL: server.url } });
    const place = { [ATTR.dbSystem]: "chroma", [ATTR.dbCollection]: "docs", [ATTR.dbNamespace]: "d1" };
    const spans = run.spans.filter(isStore);
    assert.deepEqual(
      spans.map((span) => seen(span, NAMES)),
      [
        { ...place, [ATTR.dbOperation]: "create_collection" },
        { ...place, [ATTR.dbOperation]: "add", [ATTR.dbBatchSize]: 2 },
        {
          ...place,
          ...query,
          [ATTR.dbOperation]: "query",
          [ATTR.dbBatchSize]: 2,
          [ATTR.dbReturnedRows]: 3,
          [ATTR.vectorTopK]: 2,
          [ATTR.vectorDimension]: 3,
        },
        { ...place, [ATTR.dbOperation]: "get" },
        { ...place, [ATTR.dbOperation]: "delete" },
      ],
    );
    assert.deepEqual(
      spans.map((span) => [span.name, span.failed]),
      [
        ["create_collection docs", false],
        ["add docs", false],
        ["retrieval docs", false],
        ["get docs", false],
        ["delete docs", true],
      ],
    );
    assert.equal(spans[2]?.attributes[ATTR.dataSourceId], "docs");
    assert.ok(!JSON.stringify(run.spans).includes("secret words"));
  });
});

const PINECONE: Routes = [
  [
    /^POST \/query$/,
    ({ body }) =>
      body.includes("missing")
        ? { ...json({ code: 5, message: "no such namespace", details: [] }), status: 404 }
        : json({
            results: [],
            matches: [
              { id: "a", score: 0.9, values: [] },
              { id: "b", score: 0.8, values: [] },
            ],
            namespace: "n1",
            usage: { readUnits: 6 },
          }),
  ],
  [/^POST \/vectors\/upsert$/, json({ upsertedCount: 2 })],
  [/^POST \/vectors\/delete$/, json({})],
  [
    /^POST \/records\/namespaces\/n1\/search$/,
    json({ result: { hits: [{ _id: "a", _score: 0.5, fields: {} }] }, usage: { readUnits: 1, embedTotalTokens: 4 } }),
  ],
];
const PINECONE_PROGRAM = `
import { Pinecone } from "@pinecone-database/pinecone";
const client = new Pinecone({ apiKey: "k" });
const index = (client.index.length > 0 ? client.index({ host: process.env.STORE_URL, name: "idx" }) : client.Index("idx", process.env.STORE_URL)).namespace("n1");
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run())); } catch (error) { console.log(name, error.constructor.name, error.message); }
};
const vector = Array.from({ length: 1536 }, (_, at) => at / 7);
await attempt("upsert", () => index.upsert({ records: [{ id: "a", values: [1, 2, 3] }, { id: "b", values: [1, 2, 3] }] }));
await attempt("query", () => index.query({ topK: 5, vector, includeMetadata: true }));
await attempt("query id", () => index.query({ topK: 3, id: "a" }));
await attempt("search", () => index.searchRecords({ query: { topK: 4, inputs: { text: "secret words" } } }));
await attempt("missing", () => index.query({ topK: 3, id: "missing" }));
await attempt("delete", () => index.deleteMany({ ids: ["a", "b"] }));
const other = await fetch(process.env.STORE_URL + "/query", { method: "POST", body: JSON.stringify({ query: "{ user { name } }" }) });
console.log(other.status);
`;

describe("Pinecone", () => {
  it("is seen through its client, and no other service that has a path like its own", async () => {
    await using server = await startRoutes(PINECONE);
    const run = await runObserved(PINECONE_PROGRAM, { env: { STORE_URL: server.url } });
    const place = { [ATTR.dbSystem]: "pinecone", [ATTR.dbNamespace]: "n1" };
    const spans = run.spans.filter(isStore);
    assert.deepEqual(
      spans.map((span) => seen(span, NAMES)),
      [
        { ...place, [ATTR.dbOperation]: "upsert", [ATTR.dbBatchSize]: 2, [ATTR.vectorDimension]: 3 },
        {
          ...place,
          ...query,
          [ATTR.dbOperation]: "query",
          [ATTR.dbReturnedRows]: 2,
          [ATTR.vectorTopK]: 5,
          [ATTR.vectorDimension]: 1536,
        },
        { ...place, ...query, [ATTR.dbOperation]: "query", [ATTR.dbReturnedRows]: 2, [ATTR.vectorTopK]: 3 },
        { ...place, ...query, [ATTR.dbOperation]: "search", [ATTR.dbReturnedRows]: 1, [ATTR.vectorTopK]: 4 },
        { ...place, ...query, [ATTR.dbOperation]: "query", [ATTR.vectorTopK]: 3 },
        { ...place, [ATTR.dbOperation]: "delete", [ATTR.dbBatchSize]: 2 },
      ],
    );
    assert.equal(spans[4]?.statusMessage, "no such namespace");
    assert.equal(run.spans.filter((span) => span.name === "POST").length, 1);
    assert.ok(!JSON.stringify(run.spans).includes("secret words"));
  });
});

const points = [
  { id: 1, version: 1, score: 0.9, payload: { text: "secret words" } },
  { id: 2, version: 1, score: 0.8 },
];
const answer = (result: unknown): ReturnType<typeof json> => json({ result, status: "ok", time: 0.001 });
const QDRANT: Routes = [
  [/^PUT \/collections\/my%20docs\/points$/, answer({ operation_id: 1, status: "completed" })],
  [/^POST \/collections\/my%20docs\/points\/search$/, answer(points)],
  [/^POST \/collections\/my%20docs\/points\/search\/batch$/, answer([points, points])],
  [/^POST \/collections\/my%20docs\/points\/query$/, answer({ points })],
  [/^POST \/collections\/my%20docs\/points\/scroll$/, answer({ points, next_page_offset: null })],
  [/^POST \/collections\/my%20docs\/points\/count$/, answer({ count: 7 })],
  [
    /^POST \/collections\/my%20docs\/points\/delete$/,
    { ...json({ status: { error: "Wrong input" }, time: 0.1 }), status: 400 },
  ],
];
const QDRANT_PROGRAM = `
import { QdrantClient } from "@qdrant/js-client-rest";
const client = new QdrantClient({ url: process.env.STORE_URL, checkCompatibility: false });
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run())); } catch (error) { console.log(name, error.constructor.name, error.message); }
};
const vector = Array.from({ length: 768 }, (_, at) => at / 7);
await attempt("upsert", () => client.upsert("my docs", { points: [{ id: 1, vector: [1, 2], payload: { text: "secret words" } }, { id: 2, vector: [1, 2] }] }));
await attempt("search", () => client.search("my docs", { vector, limit: 3 }));
await attempt("searchBatch", () => client.searchBatch("my docs", { searches: [{ vector, limit: 3 }, { vector, limit: 3 }] }));
await attempt("query", () => client.query("my docs", { query: vector, limit: 4 }));
await attempt("scroll", () => client.scroll("my docs", { limit: 10 }));
await attempt("count", () => client.count("my docs"));
await attempt("delete", () => client.delete("my docs", { points: [1] }));
`;

describe("Qdrant", () => {
  it("is seen through its client", async () => {
    await using server = await startRoutes(QDRANT);
    const run = await runObserved(QDRANT_PROGRAM, { env: { STORE_URL: server.url } });
    const place = { [ATTR.dbSystem]: "qdrant", [ATTR.dbCollection]: "my docs" };
    const spans = run.spans.filter(isStore);
    assert.deepEqual(
      spans.map((span) => seen(span, NAMES)),
      [
        { ...place, [ATTR.dbOperation]: "upsert", [ATTR.dbBatchSize]: 2 },
        {
          ...place,
          ...query,
          [ATTR.dbOperation]: "search",
          [ATTR.dbReturnedRows]: 2,
          [ATTR.vectorTopK]: 3,
          [ATTR.vectorDimension]: 768,
        },
        { ...place, ...query, [ATTR.dbOperation]: "search", [ATTR.dbReturnedRows]: 4, [ATTR.dbBatchSize]: 2 },
        {
          ...place,
          ...query,
          [ATTR.dbOperation]: "query",
          [ATTR.dbReturnedRows]: 2,
          [ATTR.vectorTopK]: 4,
          [ATTR.vectorDimension]: 768,
        },
        { ...place, [ATTR.dbOperation]: "scroll", [ATTR.vectorTopK]: 10 },
        { ...place, [ATTR.dbOperation]: "count" },
        { ...place, [ATTR.dbOperation]: "delete" },
      ],
    );
    assert.equal(spans[6]?.statusMessage, "Wrong input");
    assert.ok(!JSON.stringify(run.spans).includes("secret words"));
  });
});

const PG_PROGRAM = `
import pg from "pg";
const client = new pg.Client({ host: "127.0.0.1", port: Number(process.env.STORE_PORT), user: "u", database: "d" });
await client.connect();
const vector = JSON.stringify([0.5, 0.25, 0.125]);
const answer = await client.query("SELECT id FROM items ORDER BY embedding <-> $1 LIMIT $2", [vector, 2]);
const plain = await client.query("SELECT id FROM items");
console.log(JSON.stringify([answer.rows, answer.rowCount, plain.rows]));
await client.end();
`;

describe("pgvector", () => {
  for (const type of ["module", "commonjs"] as const) {
    it(`is seen through pg, beside other statements, in a ${type} program`, async () => {
      await using server = await startPostgres();
      const source =
        type === "module"
          ? PG_PROGRAM
          : `(async () => {${PG_PROGRAM.replace('import pg from "pg";', 'const pg = require("pg");')}})();`;
      const run = await runObserved(source, { type, env: { STORE_PORT: String(server.port) } });
      const spans = run.spans.filter(isStore);
      assert.deepEqual(
        spans.map((span) => span.name),
        ["retrieval items", "pg.query:SELECT d"],
      );
      assert.deepEqual(seen(spans[0], NAMES), {
        ...query,
        [ATTR.dbSystem]: "postgresql",
        [ATTR.dbOperation]: "SELECT",
        [ATTR.dbCollection]: "items",
        [ATTR.dbNamespace]: "d",
        [ATTR.dbReturnedRows]: 2,
        [ATTR.vectorTopK]: 2,
        [ATTR.vectorDimension]: 3,
      });
      assert.equal(spans[1]?.attributes[ATTR.operation], undefined);
    });
  }
});
