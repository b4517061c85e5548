import { ATTR, OPERATION } from "../../model/index.ts";
import type { ResponseFacts } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import { readCohereError, readCohereUsage, readSearchUnits } from "./cohere.ts";
import type { WireFormat } from "./format.ts";
import { asCount, asObject, asString, defined, pickParameters } from "./reading.ts";

const noStream: WireFormat["createStreamReader"] = () => ({ event: () => {}, result: () => ({}) });

/** Cohere embed, versions 1 and 2 (docs.cohere.com/reference/embed). The vectors are never read. */
export const COHERE_EMBED: WireFormat = {
  name: "cohere.embed",
  provider: "cohere",
  matches: ({ method, path }) => method === "POST" && /\/v[12]\/embed$/.test(path),
  requestTemplate: {
    model: true,
    texts: "count",
    images: "count",
    inputs: "count",
    output_dimension: true,
    embedding_types: true,
  },
  responseTemplate: { id: true, meta: true, message: true },
  readRequest: (value) => {
    const body = asObject(value);
    if (body === undefined) return undefined;
    if ((countOf(body.texts) ?? countOf(body.images) ?? countOf(body.inputs)) === undefined) return undefined;
    return {
      operation: OPERATION.embeddings,
      ...defined({ model: asString(body.model) }),
      stream: false,
      parameters: pickParameters(body, {
        output_dimension: ATTR.embeddingsDimensionCount,
        embedding_types: ATTR.requestEncodingFormats,
      }),
    };
  },
  readResponse: (value) => {
    const body = asObject(value);
    if (body === undefined) return {};
    return defined({
      id: asString(body.id),
      usage: readCohereUsage(body.meta),
      error: readCohereError(body),
    }) as ResponseFacts;
  },
  createStreamReader: noStream,
};

/** Reranking by Cohere and by those that imitate it: Jina, Voyage, vLLM (docs.cohere.com/reference/rerank). */
export const COHERE_RERANK: WireFormat = {
  name: "cohere.rerank",
  provider: "cohere",
  matches: ({ method, path }) => method === "POST" && /\/rerank$/.test(path),
  requestTemplate: { model: true, query: "count", documents: "count", top_n: true, top_k: true },
  responseTemplate: { id: true, model: true, meta: true, usage: true, message: true, results: "count", data: "count" },
  readRequest: (value) => {
    const body = asObject(value);
    const documents = countOf(body?.documents);
    if (body === undefined || documents === undefined || countOf(body.query) === undefined) return undefined;
    return {
      operation: OPERATION.rerank,
      ...defined({ model: asString(body.model) }),
      stream: false,
      parameters: defined({
        [ATTR.rerankDocuments]: documents,
        [ATTR.requestTopK]: asCount(body.top_n) ?? asCount(body.top_k),
      }) as Record<string, number>,
    };
  },
  readResponse: (value) => {
    const body = asObject(value);
    if (body === undefined) return {};
    // Jina and Voyage count tokens, in OpenAI's place for them.
    const tokens = asCount(asObject(body.usage)?.total_tokens);
    return defined({
      id: asString(body.id),
      model: asString(body.model),
      usage: readCohereUsage(body.meta) ?? (tokens === undefined ? undefined : { input: tokens }),
      parameters: readSearchUnits(body.meta),
      error: readCohereError(body),
    }) as ResponseFacts;
  },
  createStreamReader: noStream,
};
