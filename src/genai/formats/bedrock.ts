/** What the APIs of Bedrock's runtime have in common (Amazon Bedrock API reference, "Amazon Bedrock Runtime"). */
import type { ResponseFacts, Usage } from "../facts.ts";
import type { HeaderLookup, RequestTarget } from "./format.ts";
import { asArray, asCount, asObject, asString, defined } from "./reading.ts";

const MODEL_PATH = /\/model\/(.+)\/([a-z-]+)$/;

/** Whether a request is a call of one of these actions of a model. */
export const isModelAction = ({ method, path }: RequestTarget, ...actions: readonly string[]): boolean =>
  method === "POST" && actions.includes(MODEL_PATH.exec(path)?.[2] ?? "");

/** The action that a path names, such as `converse-stream`. */
export const actionOf = (path: string): string => MODEL_PATH.exec(path)?.[2] ?? "";

/**
 * The model of the path: an id, an inference profile (`us.anthropic.…`), or the last part of an ARN, whose account number is nobody's model
 * name. Undefined where it is not even encoded right.
 */
export function modelOf(path: string): string | undefined {
  try {
    return modelName(decodeURIComponent(MODEL_PATH.exec(path)?.[1] ?? ""));
  } catch {
    return undefined;
  }
}

export const modelName = (id: string): string | undefined =>
  asString(id.startsWith("arn:") ? id.slice(id.lastIndexOf("/") + 1) : id);

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_call",
  content_filtered: "content_filter",
  guardrail_intervened: "content_filter",
  malformed_model_output: "error",
  malformed_tool_use: "error",
};
export const canonicalReason = (reason: string): string => FINISH_REASONS[reason] ?? reason;

const sum = (...counts: readonly (number | undefined)[]): number =>
  counts.reduce<number>((total, count) => total + (count ?? 0), 0);

/** Bedrock counts what was read from and written to the cache beside its input tokens; here they are parts of them. */
export function usageBesideCache(counts: {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheCreation: number | undefined;
  readonly cacheCreation1h?: number | undefined;
}): Usage | undefined {
  const { input, cacheRead, cacheCreation } = counts;
  const usage = defined({
    ...counts,
    input: input === undefined ? undefined : sum(input, cacheRead, cacheCreation),
  }) as Usage;
  return Object.keys(usage).length === 0 ? undefined : usage;
}

/** `TokenUsage` of Converse, which the Nova models use in InvokeModel too, with other names for the cache. */
export function readTokenUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const hour = asArray(usage.cacheDetails)
    .map(asObject)
    .filter((detail) => detail?.ttl === "1h")
    .map((detail) => asCount(detail?.inputTokens));
  return usageBesideCache({
    input: asCount(usage.inputTokens),
    output: asCount(usage.outputTokens),
    cacheRead: asCount(usage.cacheReadInputTokens) ?? asCount(usage.cacheReadInputTokenCount),
    cacheCreation: asCount(usage.cacheWriteInputTokens) ?? asCount(usage.cacheWriteInputTokenCount),
    cacheCreation1h: hour.length === 0 ? undefined : sum(...hour),
  });
}

const headerCount = (header: HeaderLookup, name: string): number | undefined => {
  const value = header(`x-amzn-bedrock-${name}-token-count`);
  return value === undefined || !/^\d{1,15}$/.test(value) ? undefined : Number(value);
};

/** The counts that the answer's headers carry, for models whose bodies have none. */
export const readUsageHeaders = (header: HeaderLookup): Usage | undefined =>
  usageBesideCache({
    input: headerCount(header, "input"),
    output: headerCount(header, "output"),
    cacheRead: headerCount(header, "cache-read-input"),
    cacheCreation: headerCount(header, "cache-write-input"),
  });

/** An error of the service: its type stands in a header, as `ThrottlingException:http://…`, its words in the body. */
export function readServiceError(body: unknown, header: HeaderLookup): ResponseFacts["error"] {
  const type = asString(header("x-amzn-errortype")?.split(":", 1)[0]);
  if (type === undefined) return undefined;
  const members = asObject(body);
  return defined({ type, message: asString(members?.message) ?? asString(members?.Message) });
}

/** An exception in the middle of a stream: `throttlingException` with a message. */
export const readStreamError = (name: string, data: unknown): ResponseFacts["error"] =>
  name.endsWith("Exception") || name === "error"
    ? defined({
        type: name === "error" ? asString(asObject(data)?.code) : name[0]?.toUpperCase() + name.slice(1),
        message: asString(asObject(data)?.message),
      })
    : undefined;
