import { ATTR, OPERATION } from "../../model/index.ts";
import type { RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import { countOf, type Template } from "../json-projector.ts";
import { readAnswer, readMessages, readSystem } from "./anthropic-content.ts";
import { readAnthropicUsage } from "./anthropic-usage.ts";
import type { WireFormat } from "./format.ts";
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

const PARAMETERS = {
  max_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  top_k: ATTR.requestTopK,
  stop_sequences: ATTR.requestStopSequences,
};

/** `stop_reason` in the conventions' words; what is not listed passes unchanged. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_call",
  refusal: "content_filter",
};

export const anthropicFinishReason = (reason: string): string => FINISH_REASONS[reason] ?? reason;

/** Also for the clouds that pass the same body on: Bedrock's InvokeModel, Vertex' rawPredict. */
export const MESSAGES_REQUEST_TEMPLATE: Template = {
  model: true,
  stream: true,
  messages: "count",
  output_config: { format: { type: true } },
  output_format: { type: true },
  ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
};

export const MESSAGES_RESPONSE_TEMPLATE: Template = {
  id: true,
  model: true,
  stop_reason: true,
  usage: true,
  error: true,
  content: { type: true, from: { model: true } },
};

/** Where the path says what the body does not. */
export type MessagesPlace = { readonly model?: string; readonly stream?: boolean };

/** Undefined where the body is no request for a message. */
export function readMessagesRequest(
  value: unknown,
  captureContent: boolean,
  place: MessagesPlace = {},
): RequestFacts | undefined {
  const body = asObject(value);
  const model = place.model ?? asString(body?.model);
  if (body === undefined || model === undefined) return undefined;
  if (countOf(body.messages) === undefined && asCount(body.max_tokens) === undefined) return undefined;
  const format = asObject(asObject(body.output_config)?.format) ?? asObject(body.output_format);
  return {
    operation: OPERATION.chat,
    model,
    stream: place.stream === true || body.stream === true,
    parameters: {
      ...pickParameters(body, PARAMETERS),
      ...(asString(format?.type) !== undefined && { [ATTR.outputType]: "json" }),
    },
    ...(captureContent && {
      content: defined({
        [ATTR.systemInstructions]: readSystem(body.system),
        [ATTR.inputMessages]: readMessages(body.messages),
        [ATTR.toolDefinitions]: body.tools,
      }),
    }),
  };
}

function readError(body: JsonObject): ResponseFacts["error"] {
  const error = asObject(body.error);
  if (error === undefined) return undefined;
  return defined({ type: asString(error.type), message: asString(error.message) });
}

/** The model that declined, where another one of the request's `fallbacks` answered. */
function fallbackFrom(content: unknown): Record<string, string> {
  const block = asArray(content)
    .map(asObject)
    .find((one) => one?.type === "fallback");
  const from = asString(asObject(block?.from)?.model);
  return from === undefined ? {} : { [ATTR.fallbackFrom]: from };
}

export function readMessagesResponse(value: unknown, captureContent: boolean): ResponseFacts {
  const body = asObject(value);
  if (body === undefined) return {};
  const model = asString(body.model);
  const reason = asString(body.stop_reason);
  const finishReason = reason === undefined ? undefined : anthropicFinishReason(reason);
  const { usage, parameters } = readAnthropicUsage(body.usage, model);
  const error = readError(body);
  return defined({
    id: asString(body.id),
    model,
    usage,
    error,
    parameters: { ...parameters, ...fallbackFrom(body.content) },
    finishReasons: finishReason === undefined ? undefined : [finishReason],
    content:
      captureContent && error === undefined
        ? { [ATTR.outputMessages]: readAnswer(body.content, finishReason) }
        : undefined,
  }) as ResponseFacts;
}

/** Joins the deltas of content blocks. What deltas add is text, whatever the block is; the input of a tool is JSON in pieces. */
function createBlockJoiner(): { event: (type: string, event: JsonObject) => void; blocks: () => unknown[] } {
  const blocks = new Map<number, { readonly start: JsonObject; text: string; thinking: string; json: string }>();
  return {
    event: (type, event) => {
      const index = asNumber(event.index) ?? 0;
      if (type === "content_block_start") {
        blocks.set(index, { start: asObject(event.content_block) ?? {}, text: "", thinking: "", json: "" });
      }
      const block = blocks.get(index);
      const delta = asObject(event.delta);
      if (type !== "content_block_delta" || block === undefined || delta === undefined) return;
      block.text = appendText(block.text, asString(delta.text));
      block.thinking = appendText(block.thinking, asString(delta.thinking));
      block.json = appendText(block.json, asString(delta.partial_json));
    },
    blocks: () =>
      [...blocks.values()].map(({ start, text, thinking, json }) => ({
        ...start,
        ...(text !== "" && { text: `${asString(start.text) ?? ""}${text}` }),
        ...(thinking !== "" && { thinking: `${asString(start.thinking) ?? ""}${thinking}` }),
        ...(json !== "" && { input: json }),
      })),
  };
}

export function createMessagesStreamReader(captureContent: boolean): StreamReader {
  /** `message` as it stands; what `message_delta` says is laid over it. */
  let message: JsonObject = {};
  let usage: JsonObject | undefined;
  let finished = false;
  let error: ResponseFacts["error"];
  let fallback: Record<string, string> = {};
  const joiner = captureContent ? createBlockJoiner() : undefined;

  const addUsage = (value: unknown): void => {
    const more = asObject(value);
    // Counts are cumulative. A count that is null says nothing new.
    if (more !== undefined) {
      usage = { ...usage, ...Object.fromEntries(Object.entries(more).filter(([, count]) => count !== null)) };
    }
  };
  return {
    event: (name, data) => {
      const event = asObject(data);
      if (event === undefined) return;
      const type = asString(event.type) ?? name;
      if (type === "message_start") {
        message = asObject(event.message) ?? {};
        addUsage(message.usage);
      } else if (type === "message_delta") {
        finished = true;
        message = { ...message, ...asObject(event.delta) };
        addUsage(event.usage);
      } else if (type === "error") {
        error = readError(event) ?? {};
      } else if (type.startsWith("content_block")) {
        if (asObject(event.content_block)?.type === "fallback") fallback = fallbackFrom([event.content_block]);
        joiner?.event(type, event);
      }
    },
    result: () => {
      const facts = readMessagesResponse({ ...message, usage, content: joiner?.blocks() }, captureContent);
      const { output, ...input } = facts.usage ?? {};
      return {
        ...facts,
        parameters: { ...facts.parameters, ...fallback },
        // What a stream says of the output as it starts is not what comes out at its end.
        ...(facts.usage !== undefined && { usage: finished && output !== undefined ? { ...input, output } : input }),
        ...(error !== undefined && { error }),
      };
    },
  };
}

/** Anthropic messages (platform.claude.com/docs/en/api/messages), and every server that imitates them. */
export const ANTHROPIC_MESSAGES: WireFormat = {
  name: "anthropic.messages",
  provider: "anthropic",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/v1/messages"),
  requestTemplate: MESSAGES_REQUEST_TEMPLATE,
  responseTemplate: MESSAGES_RESPONSE_TEMPLATE,
  readRequest: (body, { captureContent }) => readMessagesRequest(body, captureContent),
  readResponse: (body, { captureContent }) => readMessagesResponse(body, captureContent),
  createStreamReader: ({ captureContent }) => createMessagesStreamReader(captureContent),
};
