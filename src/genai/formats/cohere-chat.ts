import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message, MessagePart, RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import {
  COHERE_PARAMETERS,
  cohereFinishReasons,
  readCohereError,
  readCohereParts,
  readCohereToolCalls,
  readCohereUsage,
} from "./cohere.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import {
  appendText,
  asArray,
  asNumber,
  asObject,
  asString,
  defined,
  type JsonObject,
  pickParameters,
} from "./reading.ts";

function readMessage(item: unknown): Message[] {
  const message = asObject(item);
  if (message === undefined) return [];
  const role = asString(message.role) ?? "user";
  const parts: MessagePart[] =
    role === "tool"
      ? [
          {
            type: "tool_call_response",
            result: message.content,
            ...defined({ id: asString(message.tool_call_id) }),
          },
        ]
      : [...readCohereParts(message.content), ...readCohereToolCalls(message.tool_calls)];
  return [{ role, parts }];
}

function readRequest(value: unknown, { captureContent }: ReadingOptions): RequestFacts | undefined {
  const body = asObject(value);
  const model = asString(body?.model);
  if (body === undefined || model === undefined || !Array.isArray(body.messages)) return undefined;
  const format = asString(asObject(body.response_format)?.type);
  const system = body.messages.filter((item) => asObject(item)?.role === "system");
  return {
    operation: OPERATION.chat,
    model,
    stream: body.stream === true,
    parameters: {
      ...pickParameters(body, COHERE_PARAMETERS),
      ...(format !== undefined && { [ATTR.outputType]: format === "text" ? "text" : "json" }),
    },
    ...(captureContent && {
      content: defined({
        [ATTR.systemInstructions]:
          system.length === 0 ? undefined : system.flatMap(readMessage).flatMap((m) => m.parts),
        [ATTR.inputMessages]: body.messages.filter((item) => !system.includes(item)).flatMap(readMessage),
        [ATTR.toolDefinitions]: body.tools,
      }),
    }),
  };
}

const outputOf = (parts: readonly MessagePart[], finishReasons: readonly string[] | undefined): object => ({
  [ATTR.outputMessages]: [{ role: "assistant", parts, finish_reason: finishReasons?.[0] ?? "stop" }],
});

function readResponse(value: unknown, { captureContent }: ReadingOptions): ResponseFacts {
  const body = asObject(value);
  if (body === undefined) return {};
  const finishReasons = cohereFinishReasons(body.finish_reason);
  const message = asObject(body.message);
  return defined({
    id: asString(body.id),
    usage: readCohereUsage(body.usage),
    finishReasons,
    error: readCohereError(body),
    content:
      captureContent && message !== undefined
        ? outputOf([...readCohereParts(message.content), ...readCohereToolCalls(message.tool_calls)], finishReasons)
        : undefined,
  }) as ResponseFacts;
}

/** Joins what the deltas of a streamed answer add. */
function createJoiner(): { add: (type: string, event: JsonObject) => void; parts: () => MessagePart[] } {
  let text = "";
  let thinking = "";
  const calls = new Map<number, { id?: string; name: string; arguments: string }>();
  return {
    add: (type, event) => {
      const message = asObject(asObject(event.delta)?.message);
      const content = asObject(message?.content);
      text = appendText(text, asString(content?.text));
      thinking = appendText(thinking, asString(content?.thinking));
      const call = asObject(message?.tool_calls);
      const fn = asObject(call?.function);
      const index = asNumber(event.index) ?? 0;
      if (type === "tool-call-start") {
        calls.set(index, { name: asString(fn?.name) ?? "", arguments: "", ...defined({ id: asString(call?.id) }) });
      }
      const open = calls.get(index);
      if (open !== undefined) open.arguments = appendText(open.arguments, asString(fn?.arguments));
    },
    parts: () => [
      ...(thinking === "" ? [] : [{ type: "reasoning", content: thinking } as const]),
      ...(text === "" ? [] : [{ type: "text", content: text } as const]),
      ...[...calls.values()].map((call) => ({ type: "tool_call", ...call }) as const),
    ],
  };
}

function createStreamReader({ captureContent }: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  const joiner = captureContent ? createJoiner() : undefined;
  return {
    event: (name, data) => {
      const event = asObject(data);
      if (event === undefined) return;
      const type = asString(event.type) ?? name;
      const delta = asObject(event.delta);
      if (type === "message-start") facts = defined({ ...facts, id: asString(event.id) }) as ResponseFacts;
      if (type === "message-end") {
        const message = asString(delta?.error);
        facts = defined({
          ...facts,
          usage: readCohereUsage(delta?.usage),
          finishReasons: cohereFinishReasons(delta?.finish_reason),
          error: message === undefined ? readCohereError({ finish_reason: delta?.finish_reason }) : { message },
        }) as ResponseFacts;
      }
      joiner?.add(type, event);
    },
    result: () => ({
      ...facts,
      ...(joiner !== undefined && {
        content: outputOf(joiner.parts(), facts.finishReasons) as Record<string, unknown>,
      }),
    }),
  };
}

/** Cohere chat, version 2 (docs.cohere.com/reference/chat). */
export const COHERE_CHAT: WireFormat = {
  name: "cohere.chat",
  provider: "cohere",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/v2/chat"),
  requestTemplate: {
    model: true,
    stream: true,
    messages: { role: true },
    response_format: { type: true },
    ...Object.fromEntries(Object.keys(COHERE_PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: { id: true, finish_reason: true, usage: true, message: true },
  readRequest,
  readResponse,
  createStreamReader,
};

type V1Facts = ResponseFacts & { readonly text?: string };

/** The whole answer of version 1, and what the last event of its stream holds. */
function readV1(body: JsonObject, captureContent: boolean, text = asString(body.text)): V1Facts {
  const finishReasons = cohereFinishReasons(body.finish_reason);
  const parts: MessagePart[] = [
    ...(text === undefined ? [] : [{ type: "text", content: text } as const]),
    ...readCohereToolCalls(body.tool_calls),
  ];
  return defined({
    id: asString(body.response_id) ?? asString(body.generation_id),
    usage: readCohereUsage(body.meta),
    finishReasons,
    error: readCohereError(body),
    content: captureContent ? outputOf(parts, finishReasons) : undefined,
  }) as V1Facts;
}

const V1_ROLES: Readonly<Record<string, string>> = { CHATBOT: "assistant", SYSTEM: "system", TOOL: "tool" };

function readV1History(body: JsonObject): Message[] {
  const turns = asArray(body.chat_history).flatMap((item): Message[] => {
    const turn = asObject(item);
    const text = asString(turn?.message);
    const role = V1_ROLES[asString(turn?.role) ?? ""] ?? "user";
    return text === undefined ? [] : [{ role, parts: [{ type: "text", content: text }] }];
  });
  return [...turns, { role: "user", parts: readCohereParts(body.message) }];
}

/** Cohere chat, version 1 (docs.cohere.com/v1/reference/chat): one message beside a history; a stream is lines of JSON. */
export const COHERE_CHAT_V1: WireFormat = {
  name: "cohere.chat_v1",
  provider: "cohere",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/v1/chat"),
  requestTemplate: {
    model: true,
    stream: true,
    message: "count",
    messages: "count",
    ...Object.fromEntries(Object.keys(COHERE_PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: {
    response_id: true,
    generation_id: true,
    finish_reason: true,
    meta: true,
    message: true,
  },
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    // `message` in a small body, the count of it in a large one. Who sends messages speaks something else.
    const speaks = typeof body?.message === "string" || body?.message === 1;
    if (body === undefined || !speaks || body.messages !== undefined) return undefined;
    const preamble = asString(body.preamble);
    return {
      operation: OPERATION.chat,
      ...defined({ model: asString(body.model) }),
      stream: body.stream === true,
      parameters: pickParameters(body, COHERE_PARAMETERS),
      ...(captureContent && {
        content: defined({
          [ATTR.systemInstructions]: preamble === undefined ? undefined : [{ type: "text", content: preamble }],
          [ATTR.inputMessages]: readV1History(body),
          [ATTR.toolDefinitions]: body.tools,
        }),
      }),
    };
  },
  readResponse: (value, { captureContent }) => {
    const body = asObject(value);
    return body === undefined ? {} : readV1(body, captureContent);
  },
  createStreamReader: ({ captureContent }) => {
    let facts: ResponseFacts = {};
    let text = "";
    return {
      event: (_name, data) => {
        const event = asObject(data);
        if (event === undefined) return;
        if (captureContent && event.event_type === "text-generation") text = appendText(text, asString(event.text));
        const generationId = asString(event.generation_id);
        if (generationId !== undefined) facts = { id: generationId, ...facts };
        if (event.event_type !== "stream-end") return;
        const response = asObject(event.response) ?? {};
        facts = { ...facts, ...readV1({ ...response, finish_reason: event.finish_reason }, false) };
        if (captureContent)
          facts = { ...facts, ...readV1({ ...response, finish_reason: event.finish_reason }, true, text) };
      },
      result: () => facts,
    };
  },
};
