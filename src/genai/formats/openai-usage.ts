import { ATTR } from "../../model/index.ts";
import type { Usage } from "../facts.ts";
import type { HeaderLookup } from "./format.ts";
import { asCount, asNumber, asObject, asString, defined, type JsonObject, sumOf } from "./reading.ts";

/** The first of several places in which servers that imitate OpenAI write the same count. */
const firstCount = (...places: readonly unknown[]): number | undefined =>
  places.map(asCount).find((count) => count !== undefined);

/**
 * Output with its reasoning in it. OpenAI counts reasoning as output; some who imitate it (xAI, Gemini) count it beside the output, which
 * shows in the total.
 */
function wholeOutput(
  output: number | undefined,
  reasoning: number | undefined,
  input: number | undefined,
  total: number | undefined,
): number | undefined {
  if (output === undefined || reasoning === undefined || input === undefined) return output;
  return total === input + output + reasoning && reasoning > 0 ? output + reasoning : output;
}

/** `usage` of chat completions, text completions and embeddings, in the words of OpenAI and of those who imitate it. */
export function readCompletionUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const prompt = asObject(usage.prompt_tokens_details);
  const completion = asObject(usage.completion_tokens_details);
  const input = asCount(usage.prompt_tokens);
  const output = asCount(usage.completion_tokens);
  const reasoning = firstCount(completion?.reasoning_tokens, usage.reasoning_tokens);
  return defined({
    input,
    output: wholeOutput(output, reasoning, input, asCount(usage.total_tokens)),
    // DeepSeek, Moonshot and LiteLLM have places of their own.
    cacheRead: firstCount(
      prompt?.cached_tokens,
      usage.prompt_cache_hit_tokens,
      usage.cached_tokens,
      usage.cache_read_input_tokens,
    ),
    // OpenRouter; LiteLLM; Alibaba.
    cacheCreation: firstCount(
      prompt?.cache_write_tokens,
      prompt?.cache_creation_tokens,
      prompt?.cache_creation_input_tokens,
      usage.cache_creation_input_tokens,
    ),
    reasoning,
    inputAudio: asCount(prompt?.audio_tokens),
    outputAudio: asCount(completion?.audio_tokens),
    inputImage: asCount(prompt?.image_tokens),
    outputImage: asCount(completion?.image_tokens),
    // Perplexity; OpenRouter.
    webSearches: firstCount(usage.num_search_queries, asObject(usage.server_tool_use)?.web_search_requests),
  });
}

/** `usage` of responses. */
export function readResponsesUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const inputs = asObject(usage.input_tokens_details);
  const outputs = asObject(usage.output_tokens_details);
  const input = asCount(usage.input_tokens);
  const output = asCount(usage.output_tokens);
  const reasoning = asCount(outputs?.reasoning_tokens);
  return defined({
    input,
    output: wholeOutput(output, reasoning, input, asCount(usage.total_tokens)),
    cacheRead: asCount(inputs?.cached_tokens),
    cacheCreation: asCount(inputs?.cache_write_tokens),
    reasoning,
    inputAudio: asCount(inputs?.audio_tokens),
    outputAudio: asCount(outputs?.audio_tokens),
    inputImage: asCount(inputs?.image_tokens),
    outputImage: asCount(outputs?.image_tokens),
  });
}

const asPrice = (value: unknown): number | undefined => {
  const price = asNumber(value);
  return price !== undefined && price >= 0 ? price : undefined;
};

/** xAI counts in ten-billionths of a dollar. */
const XAI_TICKS_PER_USD = 1e10;

/**
 * What the provider says that the call cost, where it says so in dollars: OpenRouter (a credit is a dollar; with a key of one's own the
 * upstream provider bills beside it), Perplexity, xAI, DeepInfra, LiteLLM.
 */
export function readReportedCost(body: JsonObject, host: string, header: HeaderLookup): number | undefined {
  const usage = asObject(body.usage);
  const ticks = asPrice(usage?.cost_in_usd_ticks);
  if (ticks !== undefined) return ticks / XAI_TICKS_PER_USD;
  const total = asPrice(asObject(usage?.cost)?.total_cost);
  if (total !== undefined && host.endsWith("perplexity.ai")) return total;
  if (host.endsWith("openrouter.ai") || (asString(body.id)?.startsWith("gen-") && asString(body.provider))) {
    const cost = asPrice(usage?.cost);
    const upstream = asPrice(asObject(usage?.cost_details)?.upstream_inference_cost);
    return cost !== undefined && usage?.is_byok === true ? sumOf([cost, upstream]) : cost;
  }
  if (host.endsWith("deepinfra.com")) return asPrice(usage?.estimated_cost);
  const gateway = header("x-litellm-response-cost");
  return gateway === undefined || gateway.trim() === "" ? undefined : asPrice(Number(gateway));
}

/** The cost as the attribute that is believed. */
export function reportedCost(body: JsonObject, host: string, header: HeaderLookup): Record<string, number> {
  const cost = readReportedCost(body, host, header);
  return cost === undefined ? {} : { [ATTR.costUsd]: cost };
}
