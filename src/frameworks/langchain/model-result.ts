import type { Attributes } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";

type Loose = { readonly [key: string]: Loose | undefined } & object;

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

/** Reads usage, model and finish reason of LangChain's LLMResult, for a call that the wire did not show. */
export function readModelResult(output: unknown): Attributes {
  const generations = (output as { generations?: unknown } | undefined)?.generations;
  const first = Array.isArray(generations) && Array.isArray(generations[0]) ? (generations[0][0] as Loose) : undefined;
  const message = first?.message;
  const usage = message?.usage_metadata;
  const response = message?.response_metadata;
  const found: Readonly<Record<string, unknown>> = {
    [ATTR.inputTokens]: count(usage?.input_tokens),
    [ATTR.outputTokens]: count(usage?.output_tokens),
    [ATTR.cacheReadTokens]: count(usage?.input_token_details?.cache_read),
    [ATTR.reasoningTokens]: count(usage?.output_token_details?.reasoning),
    [ATTR.responseModel]: response?.model_name ?? response?.model,
    [ATTR.finishReasons]: typeof response?.finish_reason === "string" ? [response.finish_reason] : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Attributes;
}
