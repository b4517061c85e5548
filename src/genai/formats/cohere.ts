/** What Cohere's two API versions have in common (docs.cohere.com/reference). */
import { ATTR } from "../../model/index.ts";
import type { AttributeValue, MessagePart, ResponseFacts, Usage } from "../facts.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject } from "./reading.ts";

export const COHERE_PARAMETERS = {
  max_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  p: ATTR.requestTopP,
  k: ATTR.requestTopK,
  seed: ATTR.requestSeed,
  stop_sequences: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
};

const FINISH_REASONS: Readonly<Record<string, string>> = {
  COMPLETE: "stop",
  STOP_SEQUENCE: "stop",
  MAX_TOKENS: "length",
  TOOL_CALL: "tool_call",
  ERROR: "error",
  ERROR_LIMIT: "length",
  ERROR_TOXIC: "content_filter",
};

export function cohereFinishReasons(value: unknown): string[] | undefined {
  const reason = asString(value);
  return reason === undefined ? undefined : [FINISH_REASONS[reason] ?? reason.toLowerCase()];
}

/**
 * `usage` of version 2, `meta` of version 1: what is billed and what was used. Where both are told, the conventions want what is billed,
 * which leaves out the tokens that Cohere adds itself.
 */
export function readCohereUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  const billed = asObject(usage?.billed_units);
  const used = asObject(usage?.tokens);
  const counts = defined({
    input: asCount(billed?.input_tokens) ?? asCount(used?.input_tokens),
    output: asCount(billed?.output_tokens) ?? asCount(used?.output_tokens),
    cacheRead: asCount(usage?.cached_tokens),
    inputImage: asCount(billed?.image_tokens),
  }) as Usage;
  // Image tokens are billed beside the others; here they are a part of the input.
  const input = (counts.input ?? 0) + (counts.inputImage ?? 0);
  const all: Usage = counts.inputImage === undefined ? counts : { ...counts, input };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** Searches that rerank bills instead of tokens. */
export function readSearchUnits(value: unknown): Record<string, AttributeValue> {
  const units = asCount(asObject(asObject(value)?.billed_units)?.search_units);
  return units === undefined ? {} : { [ATTR.searchUnits]: units };
}

/** An error's body is `{message}`, whose presence says nothing where the answer is one. */
export function readCohereError(body: JsonObject): ResponseFacts["error"] {
  if (body.finish_reason === "ERROR" || body.finish_reason === "ERROR_TOXIC")
    return { type: String(body.finish_reason) };
  const message = asString(body.message);
  return message === undefined ? undefined : { message };
}

export function readCohereParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return asArray(content).flatMap((item): MessagePart[] => {
    const part = asObject(item);
    const thinking = asString(part?.thinking);
    if (thinking !== undefined) return [{ type: "reasoning", content: thinking }];
    const text = asString(part?.text);
    if (text !== undefined) return [{ type: "text", content: text }];
    const url = asString(asObject(part?.image_url)?.url);
    if (url === undefined) return [];
    return url.startsWith("data:")
      ? [{ type: "blob", modality: "image", size: url.length }]
      : [{ type: "uri", modality: "image", uri: url }];
  });
}

export function readCohereToolCalls(value: unknown): MessagePart[] {
  return asArray(value).flatMap((item): MessagePart[] => {
    const call = asObject(item);
    // Version 1 has the name at the call itself, and its arguments as `parameters`.
    const fn = asObject(call?.function) ?? call;
    const name = asString(fn?.name);
    if (name === undefined) return [];
    return [
      { type: "tool_call", name, ...defined({ id: asString(call?.id), arguments: fn?.arguments ?? fn?.parameters }) },
    ];
  });
}
