import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message, MessagePart, ResponseFacts, StreamReader, Usage } from "../facts.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { readOpenAiError } from "./openai-error.ts";
import { asArray, asCount, asNumber, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const PARAMETERS = {
  max_tokens: ATTR.requestMaxTokens,
  max_completion_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  seed: ATTR.requestSeed,
  stop: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
  service_tier: ATTR.openaiRequestServiceTier,
};

/** `finish_reason` of OpenAI in the conventions' words; what is not listed passes unchanged. */
const FINISH_REASONS: Readonly<Record<string, string>> = { tool_calls: "tool_call", function_call: "tool_call" };

function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  return defined({
    input: asCount(usage.prompt_tokens),
    output: asCount(usage.completion_tokens),
    cacheRead: asCount(asObject(usage.prompt_tokens_details)?.cached_tokens),
    reasoning: asCount(asObject(usage.completion_tokens_details)?.reasoning_tokens),
  });
}

function readParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return asArray(content).flatMap((item): MessagePart[] => {
    const part = asObject(item);
    const text = asString(part?.text) ?? asString(part?.refusal);
    if (text !== undefined) return [{ type: "text", content: text }];
    const url = asString(asObject(part?.image_url)?.url);
    if (url === undefined) return [];
    // A data URL is the picture itself: its size is worth knowing, its bytes are not worth a span.
    return url.startsWith("data:")
      ? [{ type: "blob", modality: "image", size: url.length }]
      : [{ type: "uri", modality: "image", uri: url }];
  });
}

function readToolCalls(message: JsonObject): MessagePart[] {
  return asArray(message.tool_calls).flatMap((item): MessagePart[] => {
    const call = asObject(item);
    const fn = asObject(call?.function);
    const name = asString(fn?.name);
    if (name === undefined) return [];
    return [{ type: "tool_call", name, ...defined({ id: asString(call?.id), arguments: fn?.arguments }) }];
  });
}

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
      : [...readParts(message.content), ...readToolCalls(message)];
  return [{ role, parts }];
}

const canonicalReason = (reason: string): string => FINISH_REASONS[reason] ?? reason;

function readChoices(body: JsonObject, captureContent: boolean): Pick<ResponseFacts, "finishReasons" | "content"> {
  const choices = asArray(body.choices).map(asObject);
  const finishReasons = choices.flatMap((choice) => {
    const reason = asString(choice?.finish_reason);
    return reason === undefined ? [] : [canonicalReason(reason)];
  });
  if (!captureContent) return finishReasons.length > 0 ? { finishReasons } : {};
  const messages = choices.flatMap((choice) =>
    readMessage(choice?.message).map((message) => ({
      ...message,
      role: "assistant",
      finish_reason: canonicalReason(asString(choice?.finish_reason) ?? "stop"),
    })),
  );
  return { ...(finishReasons.length > 0 && { finishReasons }), content: { [ATTR.outputMessages]: messages } };
}

function readHead(body: JsonObject): ResponseFacts {
  return defined({
    id: asString(body.id),
    model: asString(body.model),
    usage: readUsage(body.usage),
    error: readOpenAiError(body),
    parameters: pickParameters(body, {
      system_fingerprint: ATTR.openaiSystemFingerprint,
      service_tier: ATTR.openaiResponseServiceTier,
    }),
  }) as ResponseFacts;
}

/** Joins the deltas of one streamed choice into a message. */
function createChoiceJoiner(): { add: (choice: JsonObject) => void; message: () => Message } {
  let text = "";
  let finishReason: string | undefined;
  const calls = new Map<number, { id?: string; name: string; arguments: string }>();
  return {
    add: (choice) => {
      const delta = asObject(choice.delta);
      text += asString(delta?.content) ?? "";
      finishReason = asString(choice.finish_reason) ?? finishReason;
      for (const item of asArray(delta?.tool_calls)) {
        const part = asObject(item);
        const index = asNumber(part?.index) ?? 0;
        const call = calls.get(index) ?? { name: "", arguments: "" };
        const fn = asObject(part?.function);
        const id = asString(part?.id);
        if (id !== undefined) call.id = id;
        call.name += asString(fn?.name) ?? "";
        call.arguments += asString(fn?.arguments) ?? "";
        calls.set(index, call);
      }
    },
    message: () => ({
      role: "assistant",
      parts: [
        ...(text === "" ? [] : [{ type: "text", content: text } as const]),
        ...[...calls.values()].map((call) => ({ type: "tool_call", ...call }) as const),
      ],
      finish_reason: canonicalReason(finishReason ?? "stop"),
    }),
  };
}

function createStreamReader({ captureContent }: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  const reasons = new Map<number, string>();
  const joiners = new Map<number, ReturnType<typeof createChoiceJoiner>>();
  return {
    event: (_name, data) => {
      const chunk = asObject(data);
      if (chunk === undefined) return;
      facts = { ...facts, ...readHead(chunk) };
      for (const item of asArray(chunk.choices)) {
        const choice = asObject(item);
        if (choice === undefined) continue;
        const index = asNumber(choice.index) ?? 0;
        const reason = asString(choice.finish_reason);
        if (reason !== undefined) reasons.set(index, canonicalReason(reason));
        if (!captureContent) continue;
        const joiner = joiners.get(index) ?? createChoiceJoiner();
        joiner.add(choice);
        joiners.set(index, joiner);
      }
    },
    result: () => ({
      ...facts,
      ...(reasons.size > 0 && { finishReasons: [...reasons.values()] }),
      ...(captureContent && {
        content: { [ATTR.outputMessages]: [...joiners.values()].map((joiner) => joiner.message()) },
      }),
    }),
  };
}

/** OpenAI chat completions, and every server that imitates them (platform.openai.com/docs/api-reference/chat). */
export const OPENAI_CHAT: WireFormat = {
  name: "openai.chat_completions",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/chat/completions"),
  requestTemplate: {
    model: true,
    stream: true,
    n: true,
    response_format: { type: true },
    ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: {
    id: true,
    model: true,
    usage: true,
    error: true,
    system_fingerprint: true,
    service_tier: true,
    choices: { finish_reason: true },
  },
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model);
    if (body === undefined || model === undefined) return undefined;
    const choiceCount = asCount(body.n);
    const outputType = asString(asObject(body.response_format)?.type);
    const system = asArray(body.messages).filter((item) =>
      ["system", "developer"].includes(asString(asObject(item)?.role) ?? ""),
    );
    return {
      operation: OPERATION.chat,
      model,
      stream: body.stream === true,
      parameters: {
        [ATTR.openaiApiType]: "chat_completions",
        ...pickParameters(body, PARAMETERS),
        ...(choiceCount !== undefined && choiceCount !== 1 && { [ATTR.requestChoiceCount]: choiceCount }),
        ...(outputType !== undefined && { [ATTR.outputType]: outputType === "text" ? "text" : "json" }),
      },
      ...(captureContent && {
        content: defined({
          [ATTR.systemInstructions]:
            system.length === 0 ? undefined : system.flatMap(readMessage).flatMap((m) => m.parts),
          [ATTR.inputMessages]: asArray(body.messages)
            .filter((item) => !system.includes(item))
            .flatMap(readMessage),
          [ATTR.toolDefinitions]: body.tools,
        }),
      }),
    };
  },
  readResponse: (value, { captureContent }) => {
    const body = asObject(value);
    return body === undefined ? {} : { ...readHead(body), ...readChoices(body, captureContent) };
  },
  createStreamReader,
};
