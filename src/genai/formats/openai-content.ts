import type { Message, MessagePart } from "../facts.ts";
import { appendText, asArray, asNumber, asObject, asString, defined, type JsonObject } from "./reading.ts";

/** `finish_reason` of OpenAI in the conventions' words; what is not listed passes unchanged. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  tool_calls: "tool_call",
  function_call: "tool_call",
  // Of servers that imitate OpenAI: Mistral, vLLM, DeepSeek.
  model_length: "length",
  end_turn: "stop",
  eos: "stop",
  insufficient_system_resource: "error",
};

export const openAiFinishReason = (reason: string): string => FINISH_REASONS[reason] ?? reason;

/** A data URL is the picture itself: its size is worth knowing, its bytes are not worth a span. */
const readUrl = (uri: string, modality: string): MessagePart =>
  uri.startsWith("data:") ? { type: "blob", modality, size: uri.length } : { type: "uri", modality, uri };

export function readParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return asArray(content).flatMap((item): MessagePart[] => {
    const part = asObject(item);
    const text = asString(part?.text) ?? asString(part?.refusal);
    if (text !== undefined) return [{ type: "text", content: text }];
    // Mistral's thinking.
    const thinking = asArray(part?.thinking).flatMap((one) => asString(asObject(one)?.text) ?? []);
    if (thinking.length > 0) return [{ type: "reasoning", content: thinking.join("") }];
    const url = asString(asObject(part?.image_url)?.url) ?? asString(part?.image_url);
    if (url !== undefined) return [readUrl(url, "image")];
    const audio = asString(asObject(part?.input_audio)?.data);
    if (audio !== undefined) return [{ type: "blob", modality: "audio", size: audio.length }];
    const file = asObject(part?.file);
    const id = asString(file?.file_id);
    if (id !== undefined) return [{ type: "uri", modality: "document", uri: id }];
    const data = asString(file?.file_data);
    return data === undefined ? [] : [{ type: "blob", modality: "document", size: data.length }];
  });
}

const callOf = (fn: JsonObject | undefined, id: string | undefined): MessagePart[] => {
  const name = asString(fn?.name);
  if (name === undefined) return [];
  return [{ type: "tool_call", name, ...defined({ id, arguments: fn?.arguments ?? fn?.input }) }];
};

function readToolCalls(message: JsonObject): MessagePart[] {
  const calls = asArray(message.tool_calls).flatMap((item): MessagePart[] => {
    const call = asObject(item);
    return callOf(asObject(call?.function) ?? asObject(call?.custom), asString(call?.id));
  });
  return [...calls, ...callOf(asObject(message.function_call), undefined)];
}

/** What reasoning models say of their thoughts (DeepSeek, vLLM; OpenRouter, Groq). */
const reasoningOf = (message: JsonObject | undefined): string | undefined =>
  asString(message?.reasoning_content) ?? asString(message?.reasoning);

export function readMessage(item: unknown): Message[] {
  const message = asObject(item);
  if (message === undefined) return [];
  const role = asString(message.role) ?? "user";
  if (role === "tool" || role === "function") {
    const id = defined({ id: asString(message.tool_call_id) });
    return [{ role: "tool", parts: [{ type: "tool_call_response", result: message.content, ...id }] }];
  }
  const reasoning = reasoningOf(message);
  const said = asString(message.refusal) ?? asString(asObject(message.audio)?.transcript);
  const parts: MessagePart[] = [
    ...(reasoning === undefined ? [] : [{ type: "reasoning", content: reasoning } as const]),
    ...readParts(message.content),
    ...(said === undefined ? [] : [{ type: "text", content: said } as const]),
    ...readToolCalls(message),
  ];
  return [{ role, parts }];
}

/** More calls than this are nobody's answer. */
const MAX_CALLS = 1000;

/** Joins the deltas of one streamed choice into a message. */
export function createChoiceJoiner(): { add: (choice: JsonObject) => void; message: () => Message } {
  let text = "";
  let reasoning = "";
  let finishReason: string | undefined;
  const calls = new Map<number, { id?: string; name: string; arguments: string }>();
  const addCall = (index: number, part: JsonObject | undefined, fn: JsonObject | undefined): void => {
    const call = calls.get(index) ?? { name: "", arguments: "" };
    const id = asString(part?.id);
    if (id !== undefined) call.id = id;
    call.name = appendText(call.name, asString(fn?.name));
    call.arguments = appendText(call.arguments, asString(fn?.arguments) ?? asString(fn?.input));
    if (calls.size < MAX_CALLS) calls.set(index, call);
  };
  return {
    add: (choice) => {
      const delta = asObject(choice.delta);
      text = appendText(text, asString(delta?.content) ?? asString(delta?.refusal) ?? asString(choice.text));
      text = appendText(text, asString(asObject(delta?.audio)?.transcript));
      reasoning = appendText(reasoning, reasoningOf(delta));
      finishReason = asString(choice.finish_reason) ?? finishReason;
      for (const item of asArray(delta?.tool_calls)) {
        const part = asObject(item);
        addCall(asNumber(part?.index) ?? 0, part, asObject(part?.function) ?? asObject(part?.custom));
      }
      const legacy = asObject(delta?.function_call);
      if (legacy !== undefined) addCall(0, undefined, legacy);
    },
    message: () => ({
      role: "assistant",
      parts: [
        ...(reasoning === "" ? [] : [{ type: "reasoning", content: reasoning } as const]),
        ...(text === "" ? [] : [{ type: "text", content: text } as const]),
        ...[...calls.values()].map((call) => ({ type: "tool_call", ...call }) as const),
      ],
      finish_reason: openAiFinishReason(finishReason ?? "stop"),
    }),
  };
}
