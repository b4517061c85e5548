import type { RequestTarget } from "../formats/format.ts";
import { asCount, asObject, asString, defined, type JsonObject } from "../formats/reading.ts";
import { countOf } from "../json-projector.ts";
import { pathPart, type StoreRequest, type VectorStore } from "./store.ts";

const PATH =
  /\/collections\/([^/]+)\/points(?:\/(search|query|recommend|discover|scroll|count|delete|batch)(?:\/(batch|groups))?)?$/;

const QUERIES = new Set(["search", "query", "recommend", "discover"]);

/** A member that each action's body has. Scrolling and counting may ask for everything. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  search: ["vector"],
  query: ["query", "prefetch", "limit"],
  recommend: ["positive", "negative"],
  discover: ["target", "context"],
  delete: ["points", "filter"],
  batch: ["operations"],
};

/** The numbers of a vector: bare, or with a name beside it. */
const dimensionOf = (vector: unknown): number | undefined =>
  Array.isArray(vector) && typeof vector[0] === "number" ? vector.length : undefined;

function readBatchSize(body: JsonObject, isUpsert: boolean): number | undefined {
  if (!isUpsert) return countOf(body.searches) ?? countOf(body.operations);
  return countOf(body.points) ?? countOf(asObject(body.batch)?.ids);
}

function readRequest(body: JsonObject, { method, path }: RequestTarget): StoreRequest | undefined {
  const [, name, action, variant] = PATH.exec(path) ?? [];
  const isUpsert = action === undefined && method === "PUT";
  // Without an action, points are fetched by their ids.
  const operation = isUpsert ? "upsert" : (action ?? "retrieve");
  const members = isUpsert ? ["points", "batch"] : action === undefined ? ["ids"] : MEMBERS[action];
  const speaks = variant === "batch" ? ["searches"] : members;
  if (speaks !== undefined && !speaks.some((member) => countOf(body[member]) !== undefined)) return undefined;
  const named = asObject(body.vector)?.vector;
  return {
    operation,
    isQuery: QUERIES.has(operation),
    ...defined({
      collection: pathPart(name),
      topK: asCount(body.limit),
      dimension: dimensionOf(body.vector) ?? dimensionOf(named) ?? dimensionOf(body.query),
      batchSize: readBatchSize(body, isUpsert),
    }),
  };
}

/** `result`: points, or an object with points or groups of them, or a list of such for a batch. */
function countReturned(result: unknown): number | undefined {
  const inside = asObject(result);
  const items = inside === undefined ? result : (inside.points ?? inside.groups);
  if (!Array.isArray(items)) return undefined;
  const nested = items.map((item) => (Array.isArray(item) || asObject(item)?.points !== undefined ? item : undefined));
  if (nested.every((item) => item === undefined)) return items.length;
  return nested.reduce<number>((sum, item) => sum + (countReturned(item) ?? 0), 0);
}

/** Qdrant's HTTP API of a collection (api.qdrant.tech). */
export const QDRANT: VectorStore = {
  system: "qdrant",
  matches: ({ method, path }) => {
    const found = PATH.exec(path);
    if (found === null) return false;
    return method === "POST" || (method === "PUT" && found[2] === undefined);
  },
  requestTemplate: {
    limit: true,
    vector: true,
    query: true,
    searches: "count",
    operations: "count",
    points: "count",
    batch: { ids: "count" },
    ids: "count",
    filter: "count",
    positive: "count",
    negative: "count",
    target: "count",
    context: "count",
    prefetch: "count",
  },
  responseTemplate: { result: { points: { id: true }, groups: { id: true }, id: true, status: true }, status: true },
  readRequest,
  readResponse: (body) =>
    defined({
      returned: countReturned(body.result),
      error: asString(asObject(body.status)?.error),
    }),
};
