import { ATTR, OPERATION } from "../../model/index.ts";
import type { MessagePart, RequestFacts, ResponseFacts, StreamReader, Usage } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import type { ReadingOptions, RequestTarget, WireFormat } from "./format.ts";
import { joinParts, readContents, readParts } from "./gemini-content.ts";
import { readGoogleError } from "./gemini-error.ts";
import { type ModelPath, readModelPath } from "./gemini-path.ts";
import { readTier, readUsageMetadata } from "./gemini-usage.ts";
import {
  asArray,
  asCount,
  asNumber,
  asObject,
  asString,
  defined,
  type JsonObject,
  pickParameters,
  sumOf,
} from "./reading.ts";

/** Google's JSON takes both spellings. */
const PARAMETERS = {
  temperature: ATTR.requestTemperature,
  topP: ATTR.requestTopP,
  top_p: ATTR.requestTopP,
  topK: ATTR.requestTopK,
  top_k: ATTR.requestTopK,
  maxOutputTokens: ATTR.requestMaxTokens,
  max_output_tokens: ATTR.requestMaxTokens,
  stopSequences: ATTR.requestStopSequences,
  stop_sequences: ATTR.requestStopSequences,
  seed: ATTR.requestSeed,
  frequencyPenalty: ATTR.requestFrequencyPenalty,
  presencePenalty: ATTR.requestPresencePenalty,
};

/** `finishReason` in the conventions' words; what is not listed passes in lower case. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
  MALFORMED_FUNCTION_CALL: "error",
  UNEXPECTED_TOOL_CALL: "error",
  TOO_MANY_TOOL_CALLS: "error",
};

function readFinishReason(candidate: JsonObject | undefined, calls: boolean): string | undefined {
  const reason = asString(candidate?.finishReason);
  if (reason === undefined || reason === "FINISH_REASON_UNSPECIFIED") return undefined;
  // Gemini has no reason of its own for a call of a tool.
  return reason === "STOP" && calls ? "tool_call" : (FINISH_REASONS[reason] ?? reason.toLowerCase());
}

const hasCalls = (candidate: JsonObject | undefined): boolean =>
  asArray(asObject(candidate?.content)?.parts).some((part) => asObject(asObject(part)?.functionCall) !== undefined);

function outputTypeOf(config: JsonObject | undefined): string | undefined {
  const modalities = asArray(config?.responseModalities ?? config?.response_modalities);
  if (modalities.includes("IMAGE")) return "image";
  if (modalities.includes("AUDIO")) return "speech";
  const mimeType = asString(config?.responseMimeType ?? config?.response_mime_type);
  if (mimeType === undefined) return undefined;
  return mimeType === "application/json" ? "json" : "text";
}

function readRequest(body: JsonObject, place: ModelPath, captureContent: boolean): RequestFacts {
  const config = asObject(body.generationConfig) ?? asObject(body.generation_config);
  const choiceCount = asCount(config?.candidateCount ?? config?.candidate_count);
  const system = readParts(body.systemInstruction ?? body.system_instruction);
  return {
    operation: OPERATION.generateContent,
    model: place.model,
    stream: place.action === "streamGenerateContent",
    parameters: {
      ...pickParameters(config ?? {}, PARAMETERS),
      ...defined({
        [ATTR.outputType]: outputTypeOf(config),
        [ATTR.requestChoiceCount]: choiceCount === 1 ? undefined : choiceCount,
        [ATTR.inferenceGeo]: place.location,
      }),
    },
    ...(captureContent && {
      content: defined({
        [ATTR.systemInstructions]: system.length === 0 ? undefined : system,
        [ATTR.inputMessages]: readContents(body.contents),
        [ATTR.toolDefinitions]: body.tools,
      }),
    }),
  };
}

type Candidate = { reason: string | undefined; calls: boolean; searches: number | undefined; parts: MessagePart[] };

/** A server that answers with more candidates than this is not read any further. */
const MAX_CANDIDATES = 1000;

/** Reads an answer event by event; one that comes in one piece is a stream of one event. */
function createReader({ captureContent, header }: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  let usage: Usage | undefined;
  let tier: string | undefined;
  let blocked = false;
  const candidates = new Map<number, Candidate>();

  const addCandidate = (value: unknown): void => {
    const piece = asObject(value);
    if (piece === undefined) return;
    const index = asNumber(piece.index) ?? 0;
    const candidate = candidates.get(index) ?? { reason: undefined, calls: false, searches: undefined, parts: [] };
    candidate.calls ||= hasCalls(piece);
    candidate.reason = readFinishReason(piece, candidate.calls) ?? candidate.reason;
    candidate.searches = countOf(asObject(piece.groundingMetadata)?.webSearchQueries) ?? candidate.searches;
    if (captureContent) candidate.parts = joinParts(candidate.parts, readParts(piece.content));
    if (candidates.size < MAX_CANDIDATES) candidates.set(index, candidate);
  };
  return {
    event: (_name, data) => {
      const event = asObject(data);
      if (event === undefined) return;
      const id = asString(event.responseId);
      const model = asString(event.modelVersion);
      const error = readGoogleError(event);
      facts = { ...facts, ...defined({ id, model, error }) };
      const metadata = asObject(event.usageMetadata);
      // Counts are cumulative, and not every event repeats them all.
      if (metadata !== undefined) usage = { ...usage, ...readUsageMetadata(metadata) };
      tier = readTier(metadata?.serviceTier, metadata?.trafficType) ?? tier;
      blocked ||= asString(asObject(event.promptFeedback)?.blockReason) !== undefined;
      for (const item of asArray(event.candidates)) addCandidate(item);
    },
    result: () => {
      const all = [...candidates.values()];
      const reasons = all.flatMap(({ reason }) => reason ?? []);
      if (blocked && reasons.length === 0) reasons.push("content_filter");
      const webSearches = sumOf(all.map(({ searches }) => searches));
      const served = tier ?? readTier(header("x-gemini-service-tier"));
      return {
        ...facts,
        parameters: defined({ [ATTR.serviceTier]: served }),
        ...(usage !== undefined && { usage: { ...usage, ...defined({ webSearches }) } }),
        ...(reasons.length > 0 && { finishReasons: reasons }),
        ...(captureContent &&
          all.length > 0 && {
            content: {
              [ATTR.outputMessages]: all.map(({ parts, reason }) => ({
                role: "assistant",
                parts,
                finish_reason: reason ?? "stop",
              })),
            },
          }),
      };
    },
  };
}

const isGenerating = (target: RequestTarget): ModelPath | undefined => {
  const place = target.method === "POST" ? readModelPath(target.path) : undefined;
  const generates = place?.action === "generateContent" || place?.action === "streamGenerateContent";
  return generates ? place : undefined;
};

const REQUEST: Omit<WireFormat, "name" | "provider" | "matches"> = {
  requestTemplate: {
    generationConfig: true,
    generation_config: true,
    contents: "count",
  },
  responseTemplate: {
    responseId: true,
    modelVersion: true,
    usageMetadata: true,
    error: true,
    promptFeedback: { blockReason: true },
    candidates: {
      index: true,
      finishReason: true,
      content: { parts: { functionCall: { name: true } } },
      groundingMetadata: { webSearchQueries: "count" },
    },
  },
  readRequest: (value, { target, captureContent }) => {
    const place = isGenerating(target);
    const body = asObject(value);
    if (place === undefined || body === undefined || countOf(body.contents) === undefined) return undefined;
    return readRequest(body, place, captureContent);
  },
  readResponse: (body, options) => {
    const reader = createReader(options);
    // Without `alt=sse` a stream is one array.
    for (const event of Array.isArray(body) ? body : [body]) reader.event("", event);
    return reader.result();
  },
  createStreamReader: createReader,
};

const isVertex = (path: string): boolean => path.includes("/projects/") || path.includes("/publishers/");

/** Gemini API (ai.google.dev/api/generate-content). */
export const GEMINI_GENERATE: WireFormat = {
  name: "gemini.generate_content",
  provider: "gcp.gemini",
  matches: (target) => isGenerating(target) !== undefined && !isVertex(target.path),
  ...REQUEST,
};

/** Gemini on Vertex AI (cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference). */
export const VERTEX_GENERATE: WireFormat = {
  name: "vertex.generate_content",
  provider: "gcp.vertex_ai",
  matches: (target) => isGenerating(target) !== undefined && isVertex(target.path),
  ...REQUEST,
};
