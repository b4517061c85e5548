/** What the bodies of InvokeModel have in common, of whichever maker the model is: each keeps its own names. */
import { ATTR } from "../../model/index.ts";
import type { Message, Usage } from "../facts.ts";
import { canonicalReason, readTokenUsage, usageBesideCache } from "./bedrock.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject } from "./reading.ts";

/** Request members by attribute: Llama, Mistral, Cohere, AI21, DeepSeek, Qwen, gpt-oss at the top level. */
export const BODY_PARAMETERS: Readonly<Record<string, string>> = {
  max_tokens: ATTR.requestMaxTokens,
  max_completion_tokens: ATTR.requestMaxTokens,
  max_gen_len: ATTR.requestMaxTokens,
  maxTokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  p: ATTR.requestTopP,
  topP: ATTR.requestTopP,
  seed: ATTR.requestSeed,
  stop: ATTR.requestStopSequences,
  stop_sequences: ATTR.requestStopSequences,
  stopSequences: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
  dimensions: ATTR.embeddingsDimensionCount,
};
/** Titan's, inside `textGenerationConfig`. */
export const TITAN_PARAMETERS: Readonly<Record<string, string>> = {
  maxTokenCount: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  topP: ATTR.requestTopP,
  stopSequences: ATTR.requestStopSequences,
};

/** `usage` as OpenAI's imitators write it (gpt-oss, Qwen, AI21's Jamba, Mistral's chat), else as Converse does. */
function readUsageMember(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const input = asCount(usage.prompt_tokens);
  const output = asCount(usage.completion_tokens);
  if (input === undefined && output === undefined) return readTokenUsage(usage);
  const cacheRead = asCount(asObject(usage.prompt_tokens_details)?.cached_tokens);
  return defined({ input, output, cacheRead }) as Usage;
}

function titanOutput(body: JsonObject): number | undefined {
  const counts = asArray(body.results).map((result) => asCount(asObject(result)?.tokenCount));
  if (counts.length === 0 || counts.includes(undefined)) return undefined;
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}

/** What Bedrock itself measured, at the end of every stream of InvokeModel. */
function readInvocationMetrics(body: JsonObject): Usage | undefined {
  const metrics = asObject(body["amazon-bedrock-invocationMetrics"]);
  return (
    metrics &&
    usageBesideCache({
      input: asCount(metrics.inputTokenCount),
      output: asCount(metrics.outputTokenCount),
      cacheRead: asCount(metrics.cacheReadInputTokenCount),
      cacheCreation: asCount(metrics.cacheWriteInputTokenCount),
    })
  );
}

/** The counts of a body or of a stream's chunk: of its maker, else of Bedrock. */
export function readBodyUsage(body: JsonObject): Usage | undefined {
  const own = defined({
    input: asCount(body.prompt_token_count) ?? asCount(body.inputTextTokenCount),
    output: asCount(body.generation_token_count) ?? asCount(body.totalOutputTextTokenCount) ?? titanOutput(body),
  }) as Usage;
  return (
    readInvocationMetrics(body) ?? readUsageMember(body.usage) ?? (Object.keys(own).length === 0 ? undefined : own)
  );
}

/** Makers' words for why a model stopped, in lower case; what is not listed passes unchanged. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  finish: "stop",
  complete: "stop",
  endoftext: "stop",
  length: "length",
  tool_calls: "tool_call",
  error_toxic: "content_filter",
};

function readReason(item: JsonObject | undefined): string | undefined {
  const reason =
    asString(item?.finish_reason) ??
    asString(item?.stop_reason) ??
    asString(item?.completionReason) ??
    asString(asObject(item?.finishReason)?.reason);
  if (reason === undefined) return undefined;
  const lower = reason.toLowerCase();
  return FINISH_REASONS[lower] ?? canonicalReason(lower);
}

/** Where the makers keep their candidates. */
const CANDIDATES = ["choices", "results", "outputs", "generations", "completions"] as const;

const candidatesOf = (body: JsonObject): (JsonObject | undefined)[] => {
  const member = CANDIDATES.find((name) => Array.isArray(body[name]));
  return member === undefined ? [body] : asArray(body[member]).map(asObject);
};

export function readFinishReasons(body: JsonObject): string[] | undefined {
  const reasons = candidatesOf(body).flatMap((item) => readReason(item) ?? []);
  return reasons.length === 0 ? undefined : reasons;
}

/** The text of one candidate, or the piece of it that a chunk carries. */
function textOf(item: JsonObject | undefined): string {
  const message = asObject(item?.message) ?? asObject(item?.delta);
  return (
    asString(message?.content) ??
    asString(item?.generation) ??
    asString(item?.outputText) ??
    asString(item?.text) ??
    asString(asObject(item?.data)?.text) ??
    ""
  );
}

export const readTexts = (body: JsonObject): string[] => candidatesOf(body).map(textOf);

/** The members of the answers that are not content. */
export const ANSWER_TEMPLATE = {
  usage: true,
  model: true,
  id: true,
  generation_id: true,
  message: true,
  stopReason: true,
  stop_reason: true,
  finish_reason: true,
  prompt_token_count: true,
  generation_token_count: true,
  inputTextTokenCount: true,
  "amazon-bedrock-invocationMetrics": true,
  ...Object.fromEntries(
    CANDIDATES.map((name) => [
      name,
      { finish_reason: true, stop_reason: true, completionReason: true, finishReason: true, tokenCount: true },
    ]),
  ),
} as const;

/** What was said to a model that takes a text or OpenAI's messages. */
export function readPlainInput(body: JsonObject): Message[] {
  const prompt = asString(body.prompt) ?? asString(body.inputText) ?? asString(body.message);
  if (prompt !== undefined) return [{ role: "user", parts: [{ type: "text", content: prompt }] }];
  return asArray(body.messages).flatMap((item): Message[] => {
    const message = asObject(item);
    const content = asString(message?.content);
    return content === undefined
      ? []
      : [{ role: asString(message?.role) ?? "user", parts: [{ type: "text", content }] }];
  });
}
