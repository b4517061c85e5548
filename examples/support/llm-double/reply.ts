import { asObject, type JsonObject } from "./json.ts";
import type { LlmRequest } from "./request.ts";

export type Usage = {
  inputTokens: number;
  outputTokens: number;
  /** Part of `inputTokens`. */
  cachedTokens?: number;
  /** Part of `outputTokens`. */
  reasoningTokens?: number;
};

export type ReplyToolCall = {
  name: string;
  /** An object is sent as JSON; a string is sent as it is, so that broken arguments can be scripted. */
  arguments: unknown;
  /** Given by the double when absent. */
  id?: string;
};

/** What the double shall answer. Everything is optional: `{}` is the default answer. */
export type Reply = {
  text?: string;
  toolCalls?: ReplyToolCall[];
  refusal?: string;
  /** `stop` or `tool_calls` when absent; `length` and `content_filter` make a Responses answer incomplete. */
  finishReason?: "stop" | "length" | "content_filter" | "tool_calls";
  /** `null` leaves the usage out of a 200 answer. */
  usage?: Usage | null;
  /** The model named in the answer; by default the dated snapshot of the one asked for. */
  model?: string;

  /** Wait before the response headers; drawn from the double's seed when absent. */
  latencyMs?: number;
  /** Wait between the headers and the first event of a stream. */
  firstChunkDelayMs?: number;
  /** Wait between the events of a stream. */
  chunkDelayMs?: number;
  /** Into how many pieces the text (or the arguments of each tool call) is cut in a stream. */
  chunks?: number;

  status?: number;
  error?: { message: string; type?: string | null; code?: string | null; param?: string | null };
  headers?: Record<string, string>;

  /** Never answers; the request ends when the client gives up. */
  hang?: boolean;
  /** Destroys the socket after so many events of a stream, or in the middle of a plain body. */
  cutAfterChunks?: number;
  /** Answers 200 (or `status`) with an HTML page, as a misconfigured proxy does. */
  html?: boolean | string;
  gzip?: boolean;
  /** Sent instead of everything the double would write, as `contentType` (JSON by default). */
  rawBody?: string | Uint8Array;
  contentType?: string;
};

/** The failures an OpenAI client meets most, with the bodies and headers the service sends. */
export const failures = {
  rateLimited(retryAfterSeconds = 0.05, limitRequests = 500): Reply {
    return {
      status: 429,
      error: {
        message: "Rate limit reached for requests per minute. Please slow down.",
        type: "requests",
        code: "rate_limit_exceeded",
      },
      headers: {
        "retry-after": String(retryAfterSeconds),
        "retry-after-ms": String(Math.round(retryAfterSeconds * 1000)),
        "x-ratelimit-limit-requests": String(limitRequests),
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": `${Math.round(retryAfterSeconds * 1000)}ms`,
        "x-ratelimit-limit-tokens": "200000",
        "x-ratelimit-remaining-tokens": "199000",
        "x-ratelimit-reset-tokens": "6ms",
      },
    };
  },
  serverError(status = 500): Reply {
    return {
      status,
      error: { message: "The server had an error while processing your request.", type: "server_error", code: null },
    };
  },
  contentFiltered(): Reply {
    return {
      status: 400,
      error: {
        message: "The response was filtered due to the prompt triggering the content management policy.",
        type: "invalid_request_error",
        code: "content_filter",
        param: "prompt",
      },
    };
  },
} as const;

/** A reply with nothing left open that the wire formats need. */
export type SettledReply = Omit<Reply, "toolCalls"> & {
  text: string;
  toolCalls: (ReplyToolCall & { id: string })[];
  model: string;
};

// The service answers an alias with the snapshot behind it; clients that price by the answer see these names.
const SNAPSHOTS: Record<string, string> = {
  "gpt-4o": "gpt-4o-2024-08-06",
  "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
  "gpt-4.1": "gpt-4.1-2025-04-14",
  "gpt-5": "gpt-5-2025-08-07",
  "gpt-5-mini": "gpt-5-mini-2025-08-07",
  "o4-mini": "o4-mini-2025-04-16",
};

/** About four characters a token, as English text has; at least one. */
export function countTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

/** Fills the script's reply up: default text, token counts from text lengths, ids, model snapshot. */
export function settleReply(reply: Reply, request: LlmRequest, nextId: () => string): SettledReply {
  const toolCalls = (reply.toolCalls ?? []).map((call) => ({ ...call, id: call.id ?? nextId() }));
  const text = reply.text ?? (toolCalls.length > 0 || reply.refusal !== undefined ? "" : echo(request));
  const answered = text + (reply.refusal ?? "") + toolCalls.map((call) => call.name + argumentsText(call)).join("");
  const usage =
    reply.usage === undefined
      ? { inputTokens: countTokens(request.prompt), outputTokens: countTokens(answered) }
      : reply.usage;
  return { ...reply, text, toolCalls, usage, model: reply.model ?? SNAPSHOTS[request.model] ?? request.model };
}

export function argumentsText(call: ReplyToolCall): string {
  return typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments ?? {});
}

function echo(request: LlmRequest): string {
  const format = asObject(request.body.response_format ?? asObject(request.body.text).format);
  const said = `You said: ${request.lastUserText.slice(0, 200)}`;
  if (format.type === "json_object") return JSON.stringify({ answer: said });
  if (format.type === "json_schema") {
    return JSON.stringify(instanceOf(asObject(asObject(format.json_schema).schema ?? format.schema), said));
  }
  return said;
}

/** The smallest value a JSON schema accepts, as far as structured-output schemas go. */
function instanceOf(schema: JsonObject, text: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(asObject(schema.properties)).map(([name, inner]) => [name, instanceOf(asObject(inner), text)]),
      );
    case "array":
      return [instanceOf(asObject(schema.items), text)];
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return true;
    default:
      return text;
  }
}
