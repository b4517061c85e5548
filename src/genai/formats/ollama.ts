import { ATTR, OPERATION } from "../../model/index.ts";
import type { AttributeValue, Message, MessagePart, RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import { countOf, type Template } from "../json-projector.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { readOpenAiError } from "./openai-error.ts";
import {
  appendText,
  asArray,
  asCount,
  asNumber,
  asObject,
  asString,
  defined,
  type JsonObject,
  pickParameters,
} from "./reading.ts";

const OPTIONS = {
  num_predict: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  top_k: ATTR.requestTopK,
  seed: ATTR.requestSeed,
  stop: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
};

/** Durations in nanoseconds, that the answer carries beside its counts. */
const DURATIONS = {
  total_duration: ATTR.serverSeconds,
  load_duration: ATTR.serverLoadSeconds,
  prompt_eval_duration: ATTR.serverPromptSeconds,
  eval_duration: ATTR.serverGenerationSeconds,
};

const ANSWER_TEMPLATE: Template = {
  model: true,
  done: true,
  done_reason: true,
  prompt_eval_count: true,
  eval_count: true,
  error: true,
  ...Object.fromEntries(Object.keys(DURATIONS).map((member) => [member, true] as const)),
};

function readParameters(body: JsonObject): Record<string, AttributeValue> {
  return {
    ...pickParameters(asObject(body.options) ?? {}, OPTIONS),
    ...(body.format !== undefined && body.format !== "" && { [ATTR.outputType]: "json" }),
  };
}

function readToolCalls(value: unknown): MessagePart[] {
  return asArray(value).flatMap((item): MessagePart[] => {
    const fn = asObject(asObject(item)?.function);
    const name = asString(fn?.name);
    return name === undefined ? [] : [{ type: "tool_call", name, ...defined({ arguments: fn?.arguments }) }];
  });
}

function readParts(message: JsonObject): MessagePart[] {
  const thinking = asString(message.thinking);
  const content = asString(message.content);
  return [
    ...(thinking === undefined ? [] : [{ type: "reasoning", content: thinking } as const]),
    ...(content === undefined ? [] : [{ type: "text", content } as const]),
    ...asArray(message.images).map(
      (image) => ({ type: "blob", modality: "image", size: asString(image)?.length ?? 0 }) as const,
    ),
    ...readToolCalls(message.tool_calls),
  ];
}

function readMessages(value: unknown): Message[] {
  return asArray(value).flatMap((item): Message[] => {
    const message = asObject(item);
    if (message === undefined) return [];
    const role = asString(message.role) ?? "user";
    return role === "tool"
      ? [{ role, parts: [{ type: "tool_call_response", result: message.content }] }]
      : [{ role, parts: readParts(message) }];
  });
}

/** A stream unless the body says otherwise: that is this API's default. */
const streams = (body: JsonObject): boolean => body.stream !== false;

function readChatRequest(value: unknown, { captureContent }: ReadingOptions): RequestFacts | undefined {
  const body = asObject(value);
  const model = asString(body?.model);
  if (body === undefined || model === undefined || !Array.isArray(body.messages)) return undefined;
  // Without messages a model is only loaded. The AI SDK's chat apps have the same path, and messages of another shape.
  const foreign = body.messages.some((item) => asObject(item)?.parts !== undefined) || body.id !== undefined;
  if (body.messages.length === 0 || foreign) return undefined;
  return {
    operation: OPERATION.chat,
    model,
    stream: streams(body),
    parameters: readParameters(body),
    ...(captureContent && {
      content: defined({ [ATTR.inputMessages]: readMessages(body.messages), [ATTR.toolDefinitions]: body.tools }),
    }),
  };
}

function readGenerateRequest(value: unknown, { captureContent }: ReadingOptions): RequestFacts | undefined {
  const body = asObject(value);
  const model = asString(body?.model);
  // Without a prompt a model is only loaded.
  if (body === undefined || model === undefined || body.prompt === "" || countOf(body.prompt) === undefined) {
    return undefined;
  }
  const system = asString(body.system);
  const prompt = asString(body.prompt);
  return {
    operation: OPERATION.textCompletion,
    model,
    stream: streams(body),
    parameters: readParameters(body),
    ...(captureContent && {
      content: defined({
        [ATTR.systemInstructions]: system === undefined ? undefined : [{ type: "text", content: system }],
        [ATTR.inputMessages]: [
          { role: "user", parts: prompt === undefined ? [] : [{ type: "text", content: prompt }] },
        ],
      }),
    }),
  };
}

/** The message of a chat, or the text of a completion, as a message. */
const answeredMessage = (body: JsonObject): JsonObject =>
  asObject(body.message) ?? defined({ content: asString(body.response), thinking: asString(body.thinking) });

function readFacts(body: JsonObject): ResponseFacts {
  const reason = asString(body.done_reason);
  const usage = defined({ input: asCount(body.prompt_eval_count), output: asCount(body.eval_count) });
  const durations = Object.entries(DURATIONS).flatMap(([member, attribute]) => {
    const nanoseconds = asNumber(body[member]);
    return nanoseconds === undefined ? [] : [[attribute, nanoseconds / 1e9] as const];
  });
  return defined({
    model: asString(body.model),
    usage: Object.keys(usage).length === 0 ? undefined : usage,
    finishReasons: reason === undefined ? (body.done === true ? ["stop"] : undefined) : [reason],
    error: readOpenAiError(body),
    parameters: durations.length === 0 ? undefined : Object.fromEntries(durations),
  }) as ResponseFacts;
}

const outputOf = (parts: readonly MessagePart[], facts: ResponseFacts): Record<string, unknown> => ({
  [ATTR.outputMessages]: [{ role: "assistant", parts, finish_reason: facts.finishReasons?.[0] ?? "stop" }],
});

function readResponse(value: unknown, { captureContent }: ReadingOptions): ResponseFacts {
  const body = asObject(value);
  if (body === undefined) return {};
  const facts = readFacts(body);
  return captureContent && facts.error === undefined
    ? { ...facts, content: outputOf(readParts(answeredMessage(body)), facts) }
    : facts;
}

function createStreamReader({ captureContent }: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  let content = "";
  let thinking = "";
  const calls: unknown[] = [];
  return {
    event: (_name, data) => {
      const chunk = asObject(data);
      if (chunk === undefined) return;
      facts = { ...facts, ...readFacts(chunk) };
      if (!captureContent) return;
      const message = answeredMessage(chunk);
      content = appendText(content, asString(message.content));
      thinking = appendText(thinking, asString(message.thinking));
      if (calls.length < MAX_CALLS) calls.push(...asArray(message.tool_calls));
    },
    result: () =>
      captureContent
        ? { ...facts, content: outputOf(readParts({ content, thinking, tool_calls: calls }), facts) }
        : facts,
  };
}

/** More calls than a model makes in one answer. */
const MAX_CALLS = 1000;

const at =
  (...ends: readonly string[]): WireFormat["matches"] =>
  ({ method, path }) =>
    method === "POST" && ends.some((end) => path.endsWith(end));

/** Ollama's own chat API (docs.ollama.com/api/chat); it speaks OpenAI's as well, under OpenAI's paths. */
export const OLLAMA_CHAT: WireFormat = {
  name: "ollama.chat",
  provider: "ollama",
  matches: at("/api/chat"),
  requestTemplate: {
    model: true,
    stream: true,
    format: true,
    options: true,
    id: true,
    messages: { role: true, parts: "count" },
  },
  responseTemplate: ANSWER_TEMPLATE,
  readRequest: readChatRequest,
  readResponse,
  createStreamReader,
};

/** Ollama's completion of a text (docs.ollama.com/api/generate). */
export const OLLAMA_GENERATE: WireFormat = {
  name: "ollama.generate",
  provider: "ollama",
  matches: at("/api/generate"),
  requestTemplate: { model: true, stream: true, format: true, options: true, prompt: "count" },
  responseTemplate: ANSWER_TEMPLATE,
  readRequest: readGenerateRequest,
  readResponse,
  createStreamReader,
};

/** Ollama's embeddings, and their older form with one prompt (docs.ollama.com/api/embed). */
export const OLLAMA_EMBED: WireFormat = {
  name: "ollama.embed",
  provider: "ollama",
  matches: at("/api/embed", "/api/embeddings"),
  requestTemplate: { model: true, dimensions: true, input: "count", prompt: "count" },
  responseTemplate: ANSWER_TEMPLATE,
  readRequest: (value, { target }) => {
    const body = asObject(value);
    const model = asString(body?.model);
    if (body === undefined || model === undefined) return undefined;
    // At the older path a prompt is asked for; who sends an input there speaks as OpenAI does.
    if (countOf(target.path.endsWith("/embed") ? body.input : body.prompt) === undefined) return undefined;
    return {
      operation: OPERATION.embeddings,
      model,
      stream: false,
      parameters: pickParameters(body, { dimensions: ATTR.embeddingsDimensionCount }),
    };
  },
  readResponse: (value) => {
    const { finishReasons: _none, ...facts } = readFacts(asObject(value) ?? {});
    return facts;
  },
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};
