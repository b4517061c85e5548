/** Mistral's own APIs (docs.mistral.ai/api); its chat, embeddings and audio have OpenAI's paths and bodies. */
import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message, MessagePart, RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { COMPLETION_TEMPLATE, createCompletionReader, readCompletion } from "./openai-answer.ts";
import { readOpenAiError } from "./openai-error.ts";
import { readCompletionUsage } from "./openai-usage.ts";
import {
  appendText,
  asArray,
  asCount,
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
  random_seed: ATTR.requestSeed,
  stop: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
};
const PARAMETERS_TEMPLATE = Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const));

const textMessage = (role: string, text: string | undefined): Message[] =>
  text === undefined ? [] : [{ role, parts: [{ type: "text", content: text }] }];

const CODE: WireFormat = {
  name: "mistral.fim",
  provider: "mistral_ai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/fim/completions"),
  requestTemplate: { model: true, stream: true, ...PARAMETERS_TEMPLATE },
  responseTemplate: COMPLETION_TEMPLATE,
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model);
    if (body === undefined || model === undefined) return undefined;
    return {
      operation: OPERATION.textCompletion,
      model,
      stream: body.stream === true,
      parameters: pickParameters(body, PARAMETERS),
      ...(captureContent && { content: { [ATTR.inputMessages]: textMessage("user", asString(body.prompt)) } }),
    };
  },
  readResponse: readCompletion,
  createStreamReader: createCompletionReader,
};

/** An agent that is kept at Mistral answers; which model it has, the answer says. */
const AGENT: WireFormat = {
  name: "mistral.agents",
  provider: "mistral_ai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/agents/completions"),
  requestTemplate: { agent_id: true, stream: true, ...PARAMETERS_TEMPLATE },
  responseTemplate: COMPLETION_TEMPLATE,
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    const agent = asString(body?.agent_id);
    if (body === undefined || agent === undefined) return undefined;
    const messages = asArray(body.messages).flatMap((item) =>
      textMessage(asString(asObject(item)?.role) ?? "user", asString(asObject(item)?.content)),
    );
    return {
      operation: OPERATION.chat,
      stream: body.stream === true,
      parameters: { ...pickParameters(body, PARAMETERS), [ATTR.agentId]: agent },
      ...(captureContent && { content: { [ATTR.inputMessages]: messages } }),
    };
  },
  readResponse: readCompletion,
  createStreamReader: createCompletionReader,
};

/** Reading documents: billed by the page. */
const DOCUMENTS: WireFormat = {
  name: "mistral.ocr",
  provider: "mistral_ai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/ocr"),
  requestTemplate: { model: true, document: "count" },
  responseTemplate: { model: true, usage_info: true, error: true, message: true },
  readRequest: (value) => {
    const body = asObject(value);
    const model = asString(body?.model);
    if (model === undefined || countOf(body?.document) === undefined) return undefined;
    return {
      operation: OPERATION.generateContent,
      model,
      stream: false,
      parameters: { [ATTR.outputType]: "text" },
    };
  },
  readResponse: (value) => {
    const body = asObject(value);
    const pages = asCount(asObject(body?.usage_info)?.pages_processed);
    return defined({
      model: asString(body?.model),
      parameters: pages === undefined ? undefined : { [ATTR.pages]: pages },
      error: readOpenAiError(body),
    }) as ResponseFacts;
  },
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

function readEntries(value: unknown): Message[] {
  if (typeof value === "string") return textMessage("user", value);
  return asArray(value).flatMap((item): Message[] => {
    const entry = asObject(item);
    if (entry?.type === "function.call") {
      const call = defined({ id: asString(entry.tool_call_id), arguments: entry.arguments });
      const part: MessagePart = { type: "tool_call", name: asString(entry.name) ?? "", ...call };
      return [{ role: "assistant", parts: [part] }];
    }
    if (entry?.type === "function.result") {
      const id = defined({ id: asString(entry.tool_call_id) });
      return [{ role: "tool", parts: [{ type: "tool_call_response", result: entry.result, ...id }] }];
    }
    const role = asString(entry?.role) ?? "user";
    if (typeof entry?.content === "string") return textMessage(role, entry.content);
    const texts = asArray(entry?.content).flatMap((part) => asString(asObject(part)?.text) ?? []);
    return texts.length === 0 ? [] : [{ role, parts: texts.map((content) => ({ type: "text", content })) }];
  });
}

function readConversationRequest(value: unknown, { captureContent }: ReadingOptions): RequestFacts | undefined {
  const body = asObject(value);
  // OpenAI has conversations too, but nothing is asked where they are made.
  if (body === undefined || countOf(body.inputs) === undefined) return undefined;
  const agent = asString(body.agent_id);
  return {
    operation: OPERATION.chat,
    ...defined({ model: asString(body.model) }),
    stream: body.stream === true,
    parameters: {
      ...pickParameters(asObject(body.completion_args) ?? {}, PARAMETERS),
      ...(agent !== undefined && { [ATTR.agentId]: agent }),
    },
    ...(captureContent && {
      content: defined({
        [ATTR.systemInstructions]: asString(body.instructions) && [{ type: "text", content: body.instructions }],
        [ATTR.inputMessages]: readEntries(body.inputs),
        [ATTR.toolDefinitions]: body.tools,
      }),
    }),
  };
}

function readConversation(body: JsonObject): ResponseFacts {
  const outputs = asArray(body.outputs).map(asObject);
  const conversation = asString(body.conversation_id);
  const calls = outputs.some((entry) => entry?.type === "function.call");
  return defined({
    model: outputs.map((entry) => asString(entry?.model)).find((model) => model !== undefined),
    usage: readCompletionUsage(body.usage),
    finishReasons: outputs.length === 0 ? undefined : [calls ? "tool_call" : "stop"],
    error: readOpenAiError(body),
    parameters: conversation === undefined ? undefined : { [ATTR.conversationId]: conversation },
  }) as ResponseFacts;
}

const outputOf = (messages: readonly Message[], reason: string | undefined): Record<string, unknown> => ({
  [ATTR.outputMessages]: messages.map((message) => ({
    ...message,
    role: "assistant",
    finish_reason: reason ?? "stop",
  })),
});

function createConversationReader({ captureContent }: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  let text = "";
  let calls = false;
  return {
    event: (name, data) => {
      const event = asObject(data);
      if (event === undefined) return;
      const type = asString(event.type) ?? name;
      const conversation = asString(event.conversation_id);
      if (conversation !== undefined) facts = { ...facts, parameters: { [ATTR.conversationId]: conversation } };
      const model = asString(event.model);
      if (model !== undefined) facts = { model, ...facts };
      calls ||= type === "function.call.delta";
      if (type === "message.output.delta" && captureContent) {
        text = appendText(text, asString(event.content) ?? asString(asObject(event.content)?.text));
      }
      if (type === "conversation.response.done") {
        const usage = readCompletionUsage(event.usage);
        facts = { ...facts, finishReasons: [calls ? "tool_call" : "stop"], ...(usage !== undefined && { usage }) };
      }
      if (type === "conversation.response.error") {
        facts = { ...facts, error: readOpenAiError({ error: event }) ?? {} };
      }
    },
    result: () =>
      captureContent
        ? { ...facts, content: outputOf(textMessage("assistant", text), facts.finishReasons?.[0]) }
        : facts,
  };
}

const CONVERSATIONS: WireFormat = {
  name: "mistral.conversations",
  provider: "mistral_ai",
  matches: ({ method, path }) => method === "POST" && /\/v1\/conversations(\/[^/]+(\/restart)?)?$/.test(path),
  requestTemplate: { model: true, agent_id: true, stream: true, completion_args: true, inputs: "count" },
  responseTemplate: {
    conversation_id: true,
    usage: true,
    error: true,
    outputs: { type: true, model: true },
  },
  readRequest: readConversationRequest,
  readResponse: (value, { captureContent }) => {
    const body = asObject(value);
    if (body === undefined) return {};
    const facts = readConversation(body);
    return captureContent && facts.error === undefined
      ? { ...facts, content: outputOf(readEntries(body.outputs), facts.finishReasons?.[0]) }
      : facts;
  },
  createStreamReader: createConversationReader,
};

export const MISTRAL_FORMATS: readonly WireFormat[] = [CODE, AGENT, DOCUMENTS, CONVERSATIONS];
