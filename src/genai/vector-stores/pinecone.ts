import type { RequestTarget } from "../formats/format.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject } from "../formats/reading.ts";
import { countOf } from "../json-projector.ts";
import { pathPart, type StoreRequest, type VectorStore } from "./store.ts";

const RECORDS = /\/records\/namespaces\/([^/]+)\/search$/;
const ACTION = /\/(query|vectors\/upsert|vectors\/update|vectors\/delete)$/;

/** An index has a host of its own: its name, the project's id, and where it runs. */
const indexOf = (host: string): string | undefined => /^(.+)-[a-z0-9]{7}\.svc\..*pinecone\.io$/.exec(host)?.[1];

function readAction(body: JsonObject, path: string): StoreRequest | undefined {
  const action = ACTION.exec(path)?.[1];
  const namespace = defined({ namespace: asString(body.namespace) });
  if (action === "query") {
    const near = countOf(body.vector) ?? countOf(body.sparseVector) ?? countOf(body.id);
    const topK = asCount(body.topK);
    if (topK === undefined || near === undefined) return undefined;
    return { operation: "query", isQuery: true, topK, ...namespace, ...defined({ dimension: countOf(body.vector) }) };
  }
  if (action === "vectors/upsert" && Array.isArray(body.vectors)) {
    const dimension = countOf(asObject(asArray(body.vectors)[0])?.values);
    const batchSize = body.vectors.length;
    return { operation: "upsert", isQuery: false, batchSize, ...namespace, ...defined({ dimension }) };
  }
  if (action === "vectors/update" && asString(body.id) !== undefined) {
    return { operation: "update", isQuery: false, ...namespace };
  }
  const deletes = countOf(body.ids) ?? countOf(body.deleteAll) ?? countOf(body.filter);
  if (action !== "vectors/delete" || deletes === undefined) return undefined;
  return { operation: "delete", isQuery: false, ...namespace, ...defined({ batchSize: countOf(body.ids) }) };
}

function readRequest(body: JsonObject, { host, path }: RequestTarget): StoreRequest | undefined {
  const collection = defined({ collection: indexOf(host) });
  const namespace = RECORDS.exec(path)?.[1];
  if (namespace === undefined) {
    const request = readAction(body, path);
    return request === undefined ? undefined : { ...request, ...collection };
  }
  const topK = asCount(asObject(body.query)?.top_k);
  if (topK === undefined) return undefined;
  return { operation: "search", isQuery: true, topK, ...collection, ...defined({ namespace: pathPart(namespace) }) };
}

/** Pinecone's HTTP API of an index (docs.pinecone.io/reference/api); its gRPC is not seen. */
export const PINECONE: VectorStore = {
  system: "pinecone",
  matches: ({ method, path }) => method === "POST" && (ACTION.test(path) || RECORDS.test(path)),
  requestTemplate: {
    namespace: true,
    topK: true,
    id: true,
    vector: "count",
    sparseVector: "count",
    vectors: { values: "count" },
    ids: "count",
    deleteAll: "count",
    filter: "count",
    query: { top_k: true },
  },
  responseTemplate: { matches: "count", result: { hits: "count" }, message: true, error: { message: true } },
  readRequest,
  readResponse: (body) =>
    defined({
      returned: countOf(body.matches) ?? countOf(asObject(body.result)?.hits),
      error: asString(asObject(body.error)?.message) ?? asString(body.message),
    }),
};
