import { asArray, asCount, asObject, asString, defined } from "../formats/reading.ts";
import { countOf } from "../json-projector.ts";
import { pathPart, type StoreRequest, type VectorStore } from "./store.ts";

/** Tenant and database stand in the path since version 2 of the API. */
const PATH = /\/api\/v[12](?:\/tenants\/[^/]+\/databases\/([^/]+))?\/collections(?:\/([^/]+)(?:\/([a-z_]+))?)?$/;

/** Actions of a collection, and the member that a request of each must have. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  query: ["query_embeddings", "query_texts"],
  search: ["searches"],
  add: ["ids"],
  upsert: ["ids"],
  update: ["ids"],
  get: ["limit", "ids", "where", "where_document", "include"],
  delete: ["ids", "where", "where_document"],
};

const WRITES = new Set(["add", "upsert", "update"]);

/** The numbers of the first of several vectors; a newer client sends them as base64 of 32-bit floats. */
function dimensionOf(embeddings: unknown): number | undefined {
  const first = asArray(embeddings)[0];
  if (Array.isArray(first)) return first.length;
  return typeof first === "string" ? Math.floor((first.length * 3) / 4 / 4) : undefined;
}

function readAction(body: Readonly<Record<string, unknown>>, action: string): Omit<StoreRequest, "collection"> {
  const isQuery = action === "query" || action === "search";
  return {
    operation: action,
    isQuery,
    ...defined({
      topK: action === "query" ? asCount(body.n_results) : undefined,
      dimension: dimensionOf(body.query_embeddings),
      batchSize: isQuery
        ? (countOf(body.query_embeddings) ?? countOf(body.searches))
        : WRITES.has(action)
          ? countOf(body.ids)
          : undefined,
    }),
  };
}

/** Chroma's HTTP API, versions 1 and 2 (docs.trychroma.com). A collection is spoken of by its id; its name is known once it was looked up. */
export const CHROMA: VectorStore = {
  system: "chroma",
  matches: ({ method, path }) => {
    const found = PATH.exec(path);
    if (found === null) return false;
    const [, , collection, action] = found;
    if (action !== undefined) return method === "POST" && Object.hasOwn(ACTIONS, action);
    return collection === undefined ? method === "POST" : method === "GET";
  },
  requestTemplate: {
    name: true,
    n_results: true,
    limit: true,
    query_embeddings: true,
    searches: "count",
    ids: "count",
    where: "count",
    where_document: "count",
    include: "count",
  },
  responseTemplate: { id: true, name: true, ids: true, error: true, message: true },
  readRequest: (body, { method, path }) => {
    const [, database, id, action] = PATH.exec(path) ?? [];
    const namespace = pathPart(database);
    const place = defined({ collection: pathPart(id), namespace });
    if (action !== undefined) {
      const speaks = ACTIONS[action]?.some((member) => countOf(body[member]) !== undefined);
      return speaks === true ? { ...readAction(body, action), ...place } : undefined;
    }
    if (method === "GET") return { operation: "get_collection", isQuery: false, ...place };
    const name = asString(body.name);
    if (name === undefined) return undefined;
    return { operation: "create_collection", isQuery: false, collection: name, ...defined({ namespace }) };
  },
  readResponse: (body) => {
    const ids = asArray(body.ids);
    // A query answers a list of ids for each of its vectors.
    const returned = ids.reduce<number>((sum, item) => sum + (Array.isArray(item) ? item.length : 1), 0);
    const [id, name] = [asString(body.id), asString(body.name)];
    return defined({
      returned: Array.isArray(body.ids) ? returned : undefined,
      named: id !== undefined && name !== undefined ? { id, name } : undefined,
      error: asString(body.error) ?? asString(asObject(body.error)?.message),
    });
  },
};
