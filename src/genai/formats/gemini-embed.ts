import { ATTR, OPERATION } from "../../model/index.ts";
import type { ResponseFacts } from "../facts.ts";
import type { RequestTarget, WireFormat } from "./format.ts";
import { readGoogleError } from "./gemini-error.ts";
import { type ModelPath, readModelPath } from "./gemini-path.ts";
import { readUsageMetadata } from "./gemini-usage.ts";
import { asArray, asCount, asObject, defined, type JsonObject, sumOf } from "./reading.ts";

/** The dimensions that a request asks for: of all its texts alike, where it has several. */
function dimensionsOf(body: JsonObject): number | undefined {
  const first = asObject(asArray(body.requests)[0]);
  const of = (part: JsonObject | undefined): unknown =>
    part?.outputDimensionality ??
    part?.output_dimensionality ??
    asObject(part?.embedContentConfig)?.outputDimensionality;
  return asCount(of(body) ?? of(first) ?? of(asObject(body.parameters)));
}

/** Vertex' `predict` says the tokens text by text. */
function predictedTokens(body: JsonObject): number | undefined {
  return sumOf(
    asArray(body.predictions).map((item) => {
      const statistics = asObject(asObject(asObject(item)?.embeddings)?.statistics);
      return asCount(statistics?.token_count) ?? asCount(statistics?.tokenCount);
    }),
  );
}

const STATISTICS = { statistics: { token_count: true, tokenCount: true } } as const;

const FORMAT: Omit<WireFormat, "name" | "provider" | "matches"> = {
  requestTemplate: {
    outputDimensionality: true,
    output_dimensionality: true,
    embedContentConfig: { outputDimensionality: true },
    parameters: { outputDimensionality: true },
    requests: { outputDimensionality: true, output_dimensionality: true },
  },
  responseTemplate: { usageMetadata: true, error: true, predictions: { embeddings: STATISTICS } },
  readRequest: (value, { target }) => {
    const body = asObject(value);
    const place = readModelPath(target.path);
    if (body === undefined || place === undefined) return undefined;
    return {
      operation: OPERATION.embeddings,
      model: place.model,
      stream: false,
      parameters: defined({
        [ATTR.embeddingsDimensionCount]: dimensionsOf(body),
        [ATTR.inferenceGeo]: place.location,
      }),
    };
  },
  readResponse: (value) => {
    const body = asObject(value);
    if (body === undefined) return {};
    const tokens = readUsageMetadata(body.usageMetadata)?.input ?? predictedTokens(body);
    return defined({
      usage: tokens === undefined ? undefined : { input: tokens },
      error: readGoogleError(body),
    }) as ResponseFacts;
  },
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

const isEmbedding = ({ method, path }: RequestTarget): ModelPath | undefined => {
  const place = method === "POST" ? readModelPath(path) : undefined;
  if (place?.action === "embedContent" || place?.action === "batchEmbedContents") return place;
  // Any model of anybody answers to `predict`: only by its name is one of Google's an embedding.
  const predicts = place?.action === "predict" && place.publisher === "google" && /embedding|gecko/.test(place.model);
  return predicts ? place : undefined;
};

const isVertex = (path: string): boolean => path.includes("/projects/") || path.includes("/publishers/");

/** Embeddings of the Gemini API (ai.google.dev/api/embeddings). The vectors are never read. */
export const GEMINI_EMBED: WireFormat = {
  name: "gemini.embed_content",
  provider: "gcp.gemini",
  matches: (target) => isEmbedding(target) !== undefined && !isVertex(target.path),
  ...FORMAT,
};

/** Embeddings on Vertex AI, by `embedContent` or the older `predict`. */
export const VERTEX_EMBED: WireFormat = {
  name: "vertex.embed_content",
  provider: "gcp.vertex_ai",
  matches: (target) => isEmbedding(target) !== undefined && isVertex(target.path),
  ...FORMAT,
};
