import { SpanStatusCode } from "@opentelemetry/api";
import { createJsonReader, type StoreRequest, type VectorStore } from "../genai/index.ts";
import { ATTR, OPERATION } from "../model/index.ts";
import type { Described } from "./exchange.ts";
import { createResponseBody, type ResponseBody } from "./response-body.ts";

/** Names of collections by the ids under which a store speaks of them. */
export type CollectionNames = {
  readonly get: (id: string) => string | undefined;
  readonly set: (id: string, name: string) => void;
};

const MAX_NAMES = 1000;

export function createCollectionNames(): CollectionNames {
  const names = new Map<string, string>();
  return {
    get: (id) => names.get(id),
    set: (id, name) => {
      if (names.size < MAX_NAMES || names.has(id)) names.set(id, name);
    },
  };
}

/** Describes a request to a vector store as the database conventions want it; one that searches is a retrieval besides. */
export function describeVectorStore(store: VectorStore, request: StoreRequest, names: CollectionNames): Described {
  const { operation, isQuery, namespace, topK, dimension, batchSize } = request;
  const collection =
    request.collection === undefined ? undefined : (names.get(request.collection) ?? request.collection);
  const json = createJsonReader(store.responseTemplate);
  let status = 0;
  let body: ResponseBody | undefined;
  return {
    // The GenAI conventions name a retrieval by its source alone.
    name: isQuery
      ? [OPERATION.retrieval, ...(collection === undefined ? [] : [collection])].join(" ")
      : `${operation} ${collection ?? store.system}`,
    attributes: {
      [ATTR.dbSystem]: store.system,
      [ATTR.dbOperation]: operation,
      ...(collection !== undefined && { [ATTR.dbCollection]: collection }),
      ...(namespace !== undefined && namespace !== "" && { [ATTR.dbNamespace]: namespace }),
      // One is no batch (semantic conventions, database spans).
      ...(batchSize !== undefined && batchSize > 1 && { [ATTR.dbBatchSize]: batchSize }),
      ...(topK !== undefined && { [ATTR.vectorTopK]: topK }),
      ...(dimension !== undefined && { [ATTR.vectorDimension]: dimension }),
      ...(isQuery && {
        [ATTR.operation]: OPERATION.retrieval,
        ...(collection !== undefined && { [ATTR.dataSourceId]: collection }),
      }),
    },
    description: {
      responseHead: (code, header) => {
        status = code;
        if ((header("content-type") ?? "").includes("json")) {
          body = createResponseBody(header("content-encoding"), json.feed);
        }
      },
      responseChunk: (chunk) => body?.chunk(chunk),
      end: (span, outcome) => {
        body?.end();
        const value = body === undefined ? undefined : json.result();
        const isAnswer = typeof value === "object" && value !== null && !Array.isArray(value);
        const answer = isAnswer ? store.readResponse(value as Record<string, unknown>) : {};
        if (status !== 0) span.setAttribute(ATTR.httpStatus, status);
        if (outcome.kind === "failed" || status >= 400) {
          span.setAttribute(ATTR.errorType, outcome.kind === "failed" ? outcome.type : String(status));
          const message = outcome.kind === "failed" ? outcome.message : answer.error;
          span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
          return;
        }
        if (answer.named !== undefined) names.set(answer.named.id, answer.named.name);
        if (isQuery && answer.returned !== undefined) span.setAttribute(ATTR.dbReturnedRows, answer.returned);
      },
    },
  };
}
