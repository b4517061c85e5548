import type { HealthCheck } from "../check.ts";
import type { Verdict } from "../verdict.ts";
import { ask, below, type Incoming, jsonOf } from "./outgoing.ts";

export type VectorStoreKind = "qdrant" | "chroma" | "weaviate" | "milvus" | "pinecone" | "elasticsearch" | "opensearch";

export type VectorStoreOptions = {
  /** The URL that the program uses; of Pinecone an index's host, or https://api.pinecone.io. */
  readonly url: string;
  readonly kind: VectorStoreKind;
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

type Question = { readonly url: URL; readonly method?: string; readonly body?: string };
type Store = {
  /** Asked in turn, until one is not answered by 404. */
  readonly questions: (base: string) => readonly Question[];
  readonly headers: (apiKey: string) => Readonly<Record<string, string>>;
  /** Of an answer that succeeded. */
  readonly read?: (answer: Incoming) => Verdict;
};

const HEALTHY: Verdict = { status: "healthy", message: "ok" };
const bearer = (apiKey: string) => ({ authorization: `Bearer ${apiKey}` });

const CLUSTER: Store = {
  questions: (base) => [{ url: below(base, "/_cluster/health") }],
  headers: (apiKey) => ({ authorization: `ApiKey ${apiKey}` }),
  read: ({ text }) => {
    const { status } = jsonOf(text);
    if (status === "red") return { status: "unhealthy", message: "the cluster is red" };
    if (status === "yellow") return { status: "degraded", message: "the cluster is yellow" };
    return HEALTHY;
  },
};

const STORES: Readonly<Record<VectorStoreKind, Store>> = {
  qdrant: { questions: (base) => [{ url: below(base, "/readyz") }], headers: (apiKey) => ({ "api-key": apiKey }) },
  chroma: {
    questions: (base) => [{ url: below(base, "/api/v2/heartbeat") }, { url: below(base, "/api/v1/heartbeat") }],
    headers: (apiKey) => ({ "x-chroma-token": apiKey }),
  },
  weaviate: { questions: (base) => [{ url: below(base, "/v1/.well-known/ready") }], headers: bearer },
  milvus: {
    questions: (base) => [{ url: below(base, "/v2/vectordb/collections/list"), method: "POST", body: "{}" }],
    headers: bearer,
    // Whatever is wrong, Milvus answers 200.
    read: ({ text }) => {
      const { code } = jsonOf(text);
      return code === 0 ? HEALTHY : { status: "unhealthy", message: `it answered with the code ${String(code)}` };
    },
  },
  pinecone: {
    questions: (base) =>
      new URL(base).hostname === "api.pinecone.io"
        ? [{ url: below(base, "/indexes") }]
        : [{ url: below(base, "/describe_index_stats"), method: "POST", body: "{}" }],
    headers: (apiKey) => ({ "api-key": apiKey }),
  },
  elasticsearch: CLUSTER,
  opensearch: CLUSTER,
};

/** Whether a vector store is ready, by what it has for that. What speaks another protocol (pgvector, Redis) is for `databaseCheck`. */
export function vectorStoreCheck({ url, kind, apiKey, headers = {} }: VectorStoreOptions): HealthCheck {
  return async ({ signal }) => {
    const store = STORES[kind];
    if (store === undefined) return { status: "unhealthy", message: `the check knows no kind ${String(kind)}` };
    const authorization = apiKey === undefined ? {} : store.headers(apiKey);
    for (const { url: asked, method = "GET", body } of store.questions(url)) {
      const answer = await ask(asked, {
        method,
        headers: {
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...authorization,
          ...headers,
        },
        ...(body !== undefined && { body }),
        signal,
      });
      if (answer.status === 404) continue;
      if (answer.status >= 200 && answer.status < 300) return store.read?.(answer) ?? HEALTHY;
      const refused = answer.status === 401 || answer.status === 403;
      return {
        status: "unhealthy",
        message: refused ? `it refuses the key (${answer.status})` : `it answered ${answer.status}`,
      };
    }
    return { status: "unhealthy", message: "it answered 404" };
  };
}
