import type { AttributeValue, ResponseFacts, Usage } from "./facts.ts";
import { ANTHROPIC_MESSAGES } from "./formats/anthropic-messages.ts";
import type { ReadingOptions, RequestTarget, WireFormat } from "./formats/format.ts";
import { OPENAI_CHAT } from "./formats/openai-chat.ts";
import { OPENAI_EMBEDDINGS } from "./formats/openai-embeddings.ts";
import { OPENAI_RESPONSES } from "./formats/openai-responses.ts";
import { asObject, asString, type JsonObject } from "./formats/reading.ts";
import { createJsonLinesFramer } from "./framing/index.ts";

/** Where results are fetched from: a file of OpenAI, Azure or Mistral, which may be any other file too; Anthropic's own address. */
export const isBatchResults = ({ method, path }: RequestTarget): boolean =>
  method === "GET" && /\/files\/[^/]+\/content$|\/messages\/batches\/[^/]+\/results$/.test(path);

/** One answered call of a batch. `model` is absent where the answer did not say. */
export type BatchAnswer = {
  readonly model?: string;
  readonly usage?: Usage;
  readonly parameters: Readonly<Record<string, AttributeValue>>;
  readonly failed: boolean;
};

/** Which format an answer is in, by what it calls itself. */
function formatOf(body: JsonObject): WireFormat {
  if (body.type === "message") return ANTHROPIC_MESSAGES;
  if (body.object === "response") return OPENAI_RESPONSES;
  return body.object === "list" ? OPENAI_EMBEDDINGS : OPENAI_CHAT;
}

/** The answer of a line, or that there is none: `response` with a status at OpenAI and Mistral, `result` at Anthropic. */
function readLine(line: JsonObject): { readonly body: JsonObject | undefined; readonly failed: boolean } | undefined {
  if (asString(line.custom_id) === undefined) return undefined;
  const result = asObject(line.result);
  if (result !== undefined) return { body: asObject(result.message), failed: result.type !== "succeeded" };
  if (!("response" in line) && !("error" in line)) return undefined;
  const response = asObject(line.response);
  const status = response?.status_code;
  return { body: asObject(response?.body), failed: typeof status !== "number" || status >= 400 };
}

export type BatchResultsReader = {
  readonly feed: (chunk: Uint8Array) => void;
  readonly end: () => void;
  /** How many results there were so far. */
  readonly count: () => number;
};

/** Reads results as they pass, a line of JSON each. A file whose first line is no result is read no further. */
export function createBatchResultsReader(
  options: ReadingOptions,
  onAnswer: (answer: BatchAnswer, at: number) => void,
): BatchResultsReader {
  let count = 0;
  let isForeign = false;
  const readAnswer = (body: JsonObject | undefined): ResponseFacts =>
    body === undefined ? {} : formatOf(body).readResponse(body, { ...options, captureContent: false });
  const framer = createJsonLinesFramer((_name, data) => {
    if (isForeign) return;
    const line = readLine(asObject(data) ?? {});
    if (line === undefined) {
      isForeign = count === 0;
      return;
    }
    const { model, usage, parameters = {} } = readAnswer(line.body);
    const known = { ...(model !== undefined && { model }), ...(usage !== undefined && { usage }) };
    onAnswer({ ...known, parameters, failed: line.failed }, count);
    count += 1;
  });
  return {
    feed: (chunk) => {
      if (!isForeign) framer.feed(chunk);
    },
    end: () => {
      if (!isForeign) framer.end();
    },
    count: () => count,
  };
}
