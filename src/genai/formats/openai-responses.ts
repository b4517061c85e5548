import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message, MessagePart, ResponseFacts, StreamReader, Usage } from "../facts.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { readOpenAiError } from "./openai-error.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const PARAMETERS = {
  max_output_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  service_tier: ATTR.openaiRequestServiceTier,
};

function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  return defined({
    input: asCount(usage.input_tokens),
    output: asCount(usage.output_tokens),
    cacheRead: asCount(asObject(usage.input_tokens_details)?.cached_tokens),
    reasoning: asCount(asObject(usage.output_tokens_details)?.reasoning_tokens),
  });
}

/** The API has a status and an incomplete reason where the conventions have a finish reason. */
function readFinishReasons(body: JsonObject): string[] | undefined {
  const status = asString(body.status);
  if (status === undefined || status === "in_progress" || status === "queued") return undefined;
  if (status === "failed") return ["error"];
  if (status === "incomplete") {
    const reason = asString(asObject(body.incomplete_details)?.reason);
    return [reason === "max_output_tokens" ? "length" : (reason ?? status)];
  }
  const calls = asArray(body.output).some((item) => asString(asObject(item)?.type) === "function_call");
  return status === "completed" ? [calls ? "tool_call" : "stop"] : [status];
}

function readTextParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return [{ type: "text", content }];
  return asArray(content).flatMap((item): MessagePart[] => {
    const part = asObject(item);
    const text = asString(part?.text) ?? asString(part?.refusal);
    if (text !== undefined) return [{ type: "text", content: text }];
    const url = asString(part?.image_url);
    if (url === undefined) return [];
    return url.startsWith("data:")
      ? [{ type: "blob", modality: "image", size: url.length }]
      : [{ type: "uri", modality: "image", uri: url }];
  });
}

function readItem(value: unknown): Message[] {
  const item = asObject(value);
  if (item === undefined) return [];
  const type = asString(item.type) ?? "message";
  if (type === "function_call") {
    const call = {
      name: asString(item.name) ?? "",
      ...defined({ id: asString(item.call_id), arguments: item.arguments }),
    };
    return [{ role: "assistant", parts: [{ type: "tool_call", ...call }] }];
  }
  if (type === "function_call_output") {
    const id = defined({ id: asString(item.call_id) });
    return [{ role: "tool", parts: [{ type: "tool_call_response", result: item.output, ...id }] }];
  }
  if (type === "reasoning") {
    const parts = readTextParts(item.summary).map((part) => ({ ...part, type: "reasoning" }) as MessagePart);
    return parts.length === 0 ? [] : [{ role: "assistant", parts }];
  }
  if (type !== "message") return [];
  return [{ role: asString(item.role) ?? "user", parts: readTextParts(item.content) }];
}

function readBody(body: JsonObject, captureContent: boolean): ResponseFacts {
  const finishReasons = readFinishReasons(body);
  return defined({
    id: asString(body.id),
    model: asString(body.model),
    usage: readUsage(body.usage),
    error: readOpenAiError(body),
    finishReasons,
    parameters: pickParameters(body, { service_tier: ATTR.openaiResponseServiceTier }),
    content: captureContent
      ? {
          [ATTR.outputMessages]: asArray(body.output)
            .flatMap(readItem)
            .map((message) => ({ ...message, finish_reason: finishReasons?.[0] ?? "stop" })),
        }
      : undefined,
  }) as ResponseFacts;
}

function createStreamReader({ captureContent }: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  return {
    event: (name, data) => {
      const event = asObject(data);
      const type = asString(event?.type) ?? name;
      if (type === "error") {
        facts = { ...facts, error: readOpenAiError({ error: event?.error ?? event }) ?? {} };
        return;
      }
      // created, in_progress, completed, incomplete and failed carry the response as it then stands.
      const body = asObject(event?.response);
      if (body !== undefined) facts = { ...facts, ...readBody(body, captureContent) };
    },
    result: () => facts,
  };
}

/** OpenAI responses (platform.openai.com/docs/api-reference/responses). */
export const OPENAI_RESPONSES: WireFormat = {
  name: "openai.responses",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/responses"),
  requestTemplate: {
    model: true,
    stream: true,
    text: { format: { type: true } },
    conversation: true,
    ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: {
    id: true,
    model: true,
    status: true,
    usage: true,
    error: true,
    incomplete_details: { reason: true },
    service_tier: true,
    output: { type: true },
  },
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model);
    if (body === undefined || model === undefined) return undefined;
    const outputType = asString(asObject(asObject(body.text)?.format)?.type);
    const conversation = asString(body.conversation) ?? asString(asObject(body.conversation)?.id);
    const input = body.input;
    return {
      operation: OPERATION.chat,
      model,
      stream: body.stream === true,
      parameters: {
        [ATTR.openaiApiType]: "responses",
        ...pickParameters(body, PARAMETERS),
        ...(outputType !== undefined && { [ATTR.outputType]: outputType === "text" ? "text" : "json" }),
        ...(conversation !== undefined && { [ATTR.conversationId]: conversation }),
      },
      ...(captureContent && {
        content: defined({
          [ATTR.systemInstructions]: asString(body.instructions) && [{ type: "text", content: body.instructions }],
          [ATTR.inputMessages]:
            typeof input === "string"
              ? [{ role: "user", parts: [{ type: "text", content: input }] }]
              : asArray(input).flatMap(readItem),
          [ATTR.toolDefinitions]: body.tools,
        }),
      }),
    };
  },
  readResponse: (value, { captureContent }) => {
    const body = asObject(value);
    return body === undefined ? {} : readBody(body, captureContent);
  },
  createStreamReader,
};
