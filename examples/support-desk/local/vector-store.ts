import { json } from "node:stream/consumers";
import { listen } from "./listen.ts";

export type VectorStore = {
  readonly url: string;
  /** What was served, by operation. */
  readonly served: Readonly<Record<"create" | "upsert" | "query", number>>;
  readonly close: () => Promise<void>;
};

type Point = { readonly id: number; readonly vector: readonly number[]; readonly payload: object };
type Query = { readonly query: readonly number[]; readonly limit: number };

/** Stands in for Qdrant, in memory: the requests that the desk makes, answered as Qdrant answers them. */
export async function startVectorStore(): Promise<VectorStore> {
  const collections = new Map<string, Map<number, Point>>();
  const served = { create: 0, upsert: 0, query: 0 };

  const near = (points: Iterable<Point>, { query, limit }: Query) =>
    [...points]
      .map(({ id, vector, payload }) => {
        const score = vector.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0);
        return { id, version: 0, score, payload };
      })
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit);

  const server = await listen(async (request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ time: 0.001, ...body }));
    };
    const [, , name = "", points, action] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
    if (request.url === "/readyz") {
      response.end("all shards are ready");
      return;
    }
    const body = (await json(request).catch(() => ({}))) as { points?: Point[] } & Query;
    const collection = collections.get(name);
    if (points === undefined) {
      served.create += 1;
      if (collection !== undefined) {
        answer(409, { status: { error: `Wrong input: Collection \`${name}\` already exists!` } });
        return;
      }
      collections.set(name, new Map());
      answer(200, { result: true, status: "ok" });
    } else if (collection === undefined) {
      answer(404, { status: { error: `Not found: Collection \`${name}\` doesn't exist!` } });
    } else if (action === "query") {
      served.query += 1;
      answer(200, { result: { points: near(collection.values(), body) }, status: "ok" });
    } else {
      served.upsert += 1;
      for (const point of body.points ?? []) collection.set(point.id, point);
      answer(200, { result: { operation_id: served.upsert, status: "completed" }, status: "ok" });
    }
  });
  return { ...server, served };
}
