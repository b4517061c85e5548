import { log } from "./log.ts";
import type { Model } from "./model.ts";

export type Handbook = {
  /** Writes all pages; those that are there already stay as they are. */
  readonly index: () => Promise<void>;
  readonly search: (words: string) => Promise<readonly string[]>;
};

const COLLECTION = "handbook";
const PAGES = [
  "To reset your password, open Settings, choose Security and then Reset password. A link comes by mail.",
  "Opening hours: people answer from 9 to 17 on weekdays. The desk answers at any time.",
  "Plans: Free has one seat, Team costs 49 dollars a month for five, Annual 480 dollars a year.",
  "Refunds: within 30 days the full price. They reach the card within five days.",
  "Errors 502 and 504 mean that our gateway could not reach the service. Look at the status page first.",
];

type Points = { readonly result: { readonly points: readonly { readonly payload: { readonly text: string } }[] } };

/** The handbook in a vector store that speaks Qdrant's API, of which three requests are needed. */
export function createHandbook(url: string, model: Model): Handbook {
  async function ask(method: "PUT" | "POST", path: string, body: object): Promise<unknown> {
    const response = await fetch(`${url}/collections/${COLLECTION}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    // 409: the collection is there already.
    if (!response.ok && response.status !== 409) throw new Error(`the handbook answered with ${response.status}`);
    return response.json();
  }

  return {
    index: async () => {
      const vectors = await model.embed(PAGES);
      await ask("PUT", "", { vectors: { size: vectors[0]?.length, distance: "Cosine" } });
      await ask("PUT", "/points?wait=true", {
        points: PAGES.map((text, id) => ({ id, vector: vectors[id], payload: { text } })),
      });
      log.info("handbook indexed", { pages: PAGES.length });
    },
    search: async (words) => {
      const [vector] = await model.embed([words]);
      // The preload sees this request as what it is: a retrieval from a vector store.
      const { result } = (await ask("POST", "/points/query", {
        query: vector,
        limit: 2,
        with_payload: true,
      })) as Points;
      return result.points.map(({ payload }) => payload.text);
    },
  };
}
