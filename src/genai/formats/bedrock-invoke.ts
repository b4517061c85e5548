import { ATTR, OPERATION } from "../../model/index.ts";
import type { RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import {
  createMessagesStreamReader,
  MESSAGES_REQUEST_TEMPLATE,
  MESSAGES_RESPONSE_TEMPLATE,
  readMessagesRequest,
  readMessagesResponse,
} from "./anthropic-messages.ts";
import { actionOf, isModelAction, modelOf, readServiceError, readStreamError, readUsageHeaders } from "./bedrock.ts";
import {
  ANSWER_TEMPLATE,
  BODY_PARAMETERS,
  readBodyUsage,
  readFinishReasons,
  readPlainInput,
  readTexts,
  TITAN_PARAMETERS,
} from "./bedrock-bodies.ts";
import {
  createConverseStreamReader,
  readConverseAnswer,
  readConverseContent,
  readInferenceConfig,
} from "./bedrock-converse.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { appendText, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const isAnthropic = (model: string): boolean => /(^|\.)anthropic\./.test(model);
/** A profile of one's own says nothing of its model; its answer does. */
const isMessage = (body: JsonObject): boolean => body.type === "message" && asObject(body.usage) !== undefined;
const isNova = (model: string): boolean => /(^|\.)amazon\.nova-/.test(model);

function operationOf(model: string, body: JsonObject): string {
  if (/embed/.test(model)) return OPERATION.embeddings;
  if (/rerank/.test(model)) return OPERATION.rerank;
  if (/(^|\.)stability\.|image-generator|nova-canvas|nova-reel/.test(model)) return OPERATION.generateContent;
  const talks =
    countOf(body.messages) !== undefined || (countOf(body.message) !== undefined && body.prompt === undefined);
  return talks ? OPERATION.chat : OPERATION.textCompletion;
}

function readRequest(value: unknown, options: ReadingOptions): RequestFacts | undefined {
  const { target, captureContent, header } = options;
  const model = modelOf(target.path);
  if (model === undefined) return undefined;
  const body = asObject(value) ?? {};
  const guardrail = asString(header("x-amzn-bedrock-guardrailidentifier"));
  const tier = asString(header("x-amzn-bedrock-service-tier"));
  const operation = operationOf(model, body);
  const stream = actionOf(target.path) === "invoke-with-response-stream";
  const messages = isAnthropic(model) ? readMessagesRequest(value, captureContent, { model, stream }) : undefined;
  return {
    operation,
    model,
    stream,
    parameters: {
      ...messages?.parameters,
      ...pickParameters(body, BODY_PARAMETERS),
      ...pickParameters(asObject(body.textGenerationConfig) ?? {}, TITAN_PARAMETERS),
      ...readInferenceConfig(body),
      ...(operation === OPERATION.generateContent && { [ATTR.outputType]: "image" }),
      ...(guardrail !== undefined && { [ATTR.bedrockGuardrailId]: guardrail }),
      ...(tier !== undefined && { [ATTR.serviceTier]: tier }),
    },
    ...(captureContent && {
      content:
        messages?.content ??
        (isNova(model) ? readConverseContent(body) : { [ATTR.inputMessages]: readPlainInput(body) }),
    }),
  };
}

const tierOf = ({ header }: ReadingOptions): ResponseFacts => {
  const tier = asString(header("x-amzn-bedrock-service-tier"));
  return tier === undefined ? {} : { parameters: { [ATTR.serviceTier]: tier } };
};

const merge = (one: ResponseFacts, other: ResponseFacts): ResponseFacts => ({
  ...one,
  ...other,
  parameters: { ...one.parameters, ...other.parameters },
});

const messagesOf = (texts: readonly string[], finishReasons: readonly string[] | undefined): object => ({
  [ATTR.outputMessages]: texts.map((content, at) => ({
    role: "assistant",
    parts: content === "" ? [] : [{ type: "text", content }],
    finish_reason: finishReasons?.[at] ?? finishReasons?.[0] ?? "stop",
  })),
});

function readBody(body: JsonObject, options: ReadingOptions): ResponseFacts {
  const { captureContent, header } = options;
  if (isMessage(body)) return merge(tierOf(options), readMessagesResponse(body, captureContent));
  // The answer of a Nova model is that of Converse.
  if (asString(body.stopReason) !== undefined) return merge(tierOf(options), readConverseAnswer(body, captureContent));
  const finishReasons = readFinishReasons(body);
  return defined({
    ...tierOf(options),
    id: asString(body.id) ?? asString(body.generation_id),
    model: asString(body.model),
    usage: readBodyUsage(body) ?? readUsageHeaders(header),
    finishReasons,
    content: captureContent ? messagesOf(readTexts(body), finishReasons) : undefined,
  }) as ResponseFacts;
}

/** A chunk of a Nova model has one member, named as the event of ConverseStream that it is. */
const NOVA_EVENTS = ["contentBlockStart", "contentBlockDelta", "messageStop", "metadata"];

function createInvokeStreamReader(options: ReadingOptions): StreamReader {
  const { captureContent } = options;
  const converse = createConverseStreamReader({ captureContent });
  const messages = createMessagesStreamReader(captureContent);
  let facts: ResponseFacts = tierOf(options);
  let text = "";
  let isConverse = false;
  let isMessages = false;
  return {
    event: (name, data) => {
      const body = asObject(data);
      if (body === undefined) return;
      isMessages ||= name === "message_start";
      if (isMessages) {
        messages.event(name, body);
        return;
      }
      for (const name of NOVA_EVENTS) {
        if (body[name] === undefined) continue;
        isConverse = true;
        converse.event(name, body[name]);
      }
      facts = defined({
        ...facts,
        id: asString(body.id) ?? asString(body.generation_id) ?? facts.id,
        model: asString(body.model) ?? facts.model,
        usage: { ...facts.usage, ...readBodyUsage(body) },
        finishReasons: readFinishReasons(body) ?? facts.finishReasons,
      }) as ResponseFacts;
      if (captureContent) text = appendText(text, readTexts(body)[0]);
    },
    result: () => {
      const { usage, ...others } = facts;
      const known = usage !== undefined && Object.keys(usage).length > 0 ? { usage } : {};
      if (isMessages) return merge(others, messages.result());
      if (isConverse) return { ...others, ...known, ...converse.result() };
      return {
        ...others,
        ...known,
        ...(captureContent && { content: messagesOf([text], facts.finishReasons) as Record<string, unknown> }),
      };
    },
  };
}

function decodeChunk(data: unknown): unknown {
  const bytes = asString(asObject(data)?.bytes);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Each event of the stream wraps an event of the model's maker: base64 of a JSON text. */
function createStreamReader(options: ReadingOptions): StreamReader {
  const inner = createInvokeStreamReader(options);
  let error: ResponseFacts["error"];
  return {
    event: (name, data) => {
      error = readStreamError(name, data) ?? error;
      const body = decodeChunk(data);
      if (body !== undefined) inner.event(asString(asObject(body)?.type) ?? "", body);
    },
    result: () => ({ ...inner.result(), ...(error !== undefined && { error }) }),
  };
}

/** Bedrock InvokeModel and InvokeModelWithResponseStream (API_runtime_InvokeModel): any maker's body behind one path. */
export const BEDROCK_INVOKE: WireFormat = {
  name: "bedrock.invoke_model",
  provider: "aws.bedrock",
  matches: (target) => isModelAction(target, "invoke", "invoke-with-response-stream"),
  requestTemplate: {
    ...(MESSAGES_REQUEST_TEMPLATE as object),
    ...Object.fromEntries(Object.keys(BODY_PARAMETERS).map((member) => [member, true] as const)),
    textGenerationConfig: true,
    inferenceConfig: true,
    message: "count",
    prompt: "count",
  },
  responseTemplate: { ...(MESSAGES_RESPONSE_TEMPLATE as object), ...ANSWER_TEMPLATE, type: true },
  readRequest,
  readResponse: (value, options) => {
    const body = asObject(value);
    const error = readServiceError(body, options.header);
    if (error !== undefined) return { error };
    return readBody(body ?? {}, options);
  },
  createStreamReader,
};
