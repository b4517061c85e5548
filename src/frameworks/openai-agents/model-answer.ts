import type { Attributes } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";
import type { SpanData } from "./reported-spans.ts";

type Loose = { readonly [key: string]: Loose | undefined } & object;

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What a span about a model tells of its call; undefined where it does not know what the call used. */
export function readModelAnswer(
  data: SpanData,
): { readonly model: string | undefined; readonly attributes: Attributes } | undefined {
  const response = data._response as Loose | undefined;
  const usage = (data.usage ?? response?.usage) as Loose | undefined;
  const input = count(usage?.["input_tokens"] ?? usage?.["prompt_tokens"]);
  const output = count(usage?.["output_tokens"] ?? usage?.["completion_tokens"]);
  if (input === undefined && output === undefined) return undefined;
  const model = text(data.model) ?? text(response?.["model"]);
  const found: Readonly<Record<string, Attributes[string]>> = {
    [ATTR.requestModel]: model,
    // Only OpenAI's own API has responses; a generation may be anybody's.
    [ATTR.provider]: data.type === "response" ? "openai" : "unknown",
    [ATTR.responseId]: text(data.response_id),
    [ATTR.inputTokens]: input,
    [ATTR.outputTokens]: output,
    [ATTR.cacheReadTokens]: count(usage?.["input_tokens_details"]?.["cached_tokens"]),
    [ATTR.reasoningTokens]: count(usage?.["output_tokens_details"]?.["reasoning_tokens"]),
  };
  return {
    model,
    attributes: Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
  };
}
