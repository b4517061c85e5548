import { logLlmRequest, recordRecovery, retry } from "agent-observatory";
import OpenAI from "openai";
import type {
  ChatCompletion,
  ChatCompletionMessage,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import { log } from "./log.ts";

export type Message = ChatCompletionMessageParam;
export type Request = {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly ChatCompletionTool[];
  /** The name and the schema that the answer is to have. */
  readonly schema?: { readonly name: string; readonly schema: Record<string, unknown> };
  /** Gets the text piece by piece; the answer is streamed then. */
  readonly onText?: ((piece: string) => void) | undefined;
};

export type Model = {
  /** One answer of a model, or of the other one where the first cannot be reached. */
  readonly complete: (request: Request) => Promise<ChatCompletionMessage>;
  /** As `complete`, for an answer that was asked for by a schema. */
  readonly decide: <T>(request: Request) => Promise<T>;
  readonly embed: (texts: readonly string[]) => Promise<number[][]>;
};

const FALLBACK_MODEL = "gpt-4.1-mini";
const EMBEDDING_MODEL = "text-embedding-3-small";

function logCall(model: string, usage: { prompt_tokens: number; completion_tokens?: number } | undefined): void {
  logLlmRequest(log, {
    provider: "openai",
    model,
    ...(model === EMBEDDING_MODEL && { operation: "embeddings" }),
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
  });
}

export function createModel({ url, apiKey }: { readonly url: string; readonly apiKey: string }): Model {
  // The client would try again by itself, on top of ours: attempts would multiply.
  const client = new OpenAI({ baseURL: url, apiKey, maxRetries: 0, timeout: 20_000 });

  async function ask(request: Request, model: string): Promise<ChatCompletionMessage> {
    const { messages, tools, schema, onText } = request;
    const body = {
      model,
      temperature: 0.2,
      messages: [...messages],
      ...(tools !== undefined && { tools: [...tools] }),
      ...(schema !== undefined && {
        response_format: { type: "json_schema" as const, json_schema: { ...schema, strict: true } },
      }),
    };
    let completion: ChatCompletion;
    if (onText === undefined) completion = await client.chat.completions.create(body);
    else {
      const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
      stream.on("content", onText);
      completion = await stream.finalChatCompletion();
    }
    logCall(model, completion.usage);
    const message = completion.choices[0]?.message;
    if (message === undefined) throw new Error("the model gave no answer");
    return message;
  }

  /** The other model instead, which is a recovery whether it helps or not. */
  async function askFallback(request: Request, error: unknown): Promise<ChatCompletionMessage> {
    const startedMs = performance.now();
    const tell = (succeeded: boolean) =>
      recordRecovery({ strategy: "fallback_model", succeeded, durationMs: performance.now() - startedMs });
    log.warn("falling back to another model", { model: request.model, fallback: FALLBACK_MODEL });
    try {
      const message = await ask(request, FALLBACK_MODEL);
      tell(true);
      return message;
    } catch {
      tell(false);
      // What went wrong first is what somebody has to look at.
      throw error;
    }
  }

  async function complete(request: Request): Promise<ChatCompletionMessage> {
    let said = false;
    const heard: Request =
      request.onText === undefined
        ? request
        : {
            ...request,
            onText: (piece) => {
              said = true;
              request.onText?.(piece);
            },
          };
    try {
      // A customer who has read half an answer is not to get another one behind it.
      const attempts = request.onText === undefined ? 3 : 1;
      return await retry({ name: "ask-model", attempts, minDelayMs: 50 }, () => ask(heard, request.model));
    } catch (error) {
      if (said || !isOutage(error)) throw error;
      return askFallback(heard, error);
    }
  }

  return {
    complete,
    decide: async <T>(request: Request) => JSON.parse((await complete(request)).content ?? "") as T,
    embed: async (texts) => {
      const { data, usage } = await retry({ name: "embed", attempts: 3, minDelayMs: 50 }, () =>
        client.embeddings.create({ model: EMBEDDING_MODEL, input: [...texts], dimensions: 256 }),
      );
      logCall(EMBEDDING_MODEL, usage);
      return data.map(({ embedding }) => embedding);
    },
  };
}

/** Another model helps against limits and outages; against a wrong request or a spent budget it does not. */
function isOutage(error: unknown): boolean {
  if (error instanceof OpenAI.APIConnectionError) return !isBudget(error);
  return error instanceof OpenAI.APIError && (error.status === 429 || (error.status ?? 0) >= 500);
}

/** Whether a budget has stopped the call: SDKs have that as a cause of an error of their own. */
export function isBudget(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === "AO_BUDGET_EXCEEDED") return true;
  }
  return false;
}
