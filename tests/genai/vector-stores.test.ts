import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createJsonReader, type StoreRequest, VECTOR_STORES } from "../../src/genai/index.ts";

type Asked = readonly [method: string, path: string, body: unknown];

/** As the wire does: by the template, in pieces, or whole. */
function read([method, path, body]: Asked, bufferedBytes: number): (StoreRequest & { system: string }) | undefined {
  const target = { method, path, host: "store.example" };
  for (const store of VECTOR_STORES.filter((one) => one.matches(target))) {
    const reader = createJsonReader(store.requestTemplate, bufferedBytes);
    reader.feed(Buffer.from(JSON.stringify(body) ?? ""));
    const members = reader.result();
    const isObject = typeof members === "object" && members !== null && !Array.isArray(members);
    const request = store.readRequest(isObject ? (members as Record<string, unknown>) : {}, target);
    if (request !== undefined) return { system: store.system, ...request };
  }
  return undefined;
}

const chroma = "/api/v2/tenants/t/databases/d/collections";
const vector = [0.1, 0.2, 0.3];

describe("a request to a vector store", () => {
  const cases: readonly (readonly [asked: Asked, expected: object])[] = [
    [
      ["POST", `${chroma}/c1/query`, { query_embeddings: [vector], n_results: 4 }],
      {
        system: "chroma",
        operation: "query",
        isQuery: true,
        collection: "c1",
        namespace: "d",
        topK: 4,
        dimension: 3,
        batchSize: 1,
      },
    ],
    [
      ["POST", "/api/v1/collections/c1/upsert", { ids: ["a"], embeddings: [vector] }],
      { system: "chroma", operation: "upsert", isQuery: false, collection: "c1", batchSize: 1 },
    ],
    [
      ["POST", `${chroma}/c1/search`, { searches: [{}, {}] }],
      { system: "chroma", operation: "search", isQuery: true, collection: "c1", namespace: "d", batchSize: 2 },
    ],
    [
      ["GET", `${chroma}/my%20docs`, undefined],
      { system: "chroma", operation: "get_collection", isQuery: false, collection: "my docs", namespace: "d" },
    ],
    [
      ["POST", "/query", { topK: 3, sparseVector: { indices: [1], values: [1] }, namespace: "n" }],
      { system: "pinecone", operation: "query", isQuery: true, topK: 3, namespace: "n" },
    ],
    [
      ["POST", "/vectors/delete", { deleteAll: true }],
      { system: "pinecone", operation: "delete", isQuery: false, batchSize: undefined },
    ],
    [
      ["POST", "/collections/c/points/query", { query: vector, limit: 2 }],
      { system: "qdrant", operation: "query", isQuery: true, collection: "c", topK: 2, dimension: 3 },
    ],
    [
      ["POST", "/collections/c/points/search", { vector: { name: "x", vector }, limit: 2 }],
      { system: "qdrant", operation: "search", isQuery: true, collection: "c", topK: 2, dimension: 3 },
    ],
    [
      ["PUT", "/collections/c/points", { batch: { ids: [1, 2], vectors: [vector, vector] } }],
      { system: "qdrant", operation: "upsert", isQuery: false, collection: "c", batchSize: 2 },
    ],
    [
      ["POST", "/collections/c/points", { ids: [1] }],
      { system: "qdrant", operation: "retrieve", isQuery: false, collection: "c" },
    ],
  ];
  for (const [asked, expected] of cases) {
    it(`is known: ${asked[0]} ${asked[1]}`, () => {
      const known = Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined));
      assert.deepEqual(read(asked, 65_536), known);
      assert.deepEqual(read(asked, 0), known, "large");
    });
  }

  it("is left alone where only its path looks so", () => {
    const others: readonly Asked[] = [
      ["POST", "/query", { query: "{ me { name } }" }],
      ["POST", "/query", { topK: 3 }],
      ["GET", "/query", undefined],
      ["POST", "/vectors/upsert", { items: [] }],
      ["POST", "/collections/c/points/search", { text: "x" }],
      ["POST", `${chroma}/c1/query`, { text: "x" }],
      ["POST", chroma, { title: "x" }],
      ["GET", chroma, undefined],
      ["DELETE", `${chroma}/c1`, undefined],
      ["POST", "/shop/collections", { name: "summer" }],
      ["POST", "/collections/summer/points", { add: 5 }],
    ];
    for (const asked of others) assert.equal(read(asked, 65_536), undefined, `${asked[0]} ${asked[1]}`);
  });

  it("and its answer may be anything at all", () => {
    for (const store of VECTOR_STORES) {
      for (const value of [null, 5, "x", [], [[[]]], {}, { points: 5 }, { status: [] }, { error: 1 }]) {
        for (const member of ["ids", "matches", "result", "status", "error", "query_embeddings", "vectors", "vector"]) {
          store.readResponse({ [member]: value });
          for (const path of [`${chroma}/c/query`, "/query", "/vectors/upsert", "/collections/c/points/search"]) {
            store.readRequest({ [member]: value, topK: 1 }, { method: "POST", path, host: "" });
          }
        }
      }
    }
  });
});
