import { ATTR } from "../../model/index.ts";
import type { Message, MessagePart } from "../facts.ts";
import type { Attributes } from "./dialect.ts";

/** What a span of a dialect says of prompts and answers, in canonical form, and the attributes that it was said in. */
export type SpokenContent = {
  readonly canonical: Readonly<Record<string, string>>;
  readonly spoken: readonly string[];
};

type Json = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function parse(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** `a.0.b.c` beside `a.1.b.c` → the items of `a`, each with the rest of the names. Indexes beyond any real list are not followed. */
function itemsBelow(attributes: Attributes, prefix: string): Json[] {
  const items: Record<string, unknown>[] = [];
  for (const name of Object.keys(attributes)) {
    const found = name.startsWith(prefix) ? /^(\d{1,4})\.(.+)$/.exec(name.slice(prefix.length)) : null;
    if (found === null) continue;
    const at = Number(found[1]);
    items[at] ??= {};
    (items[at] as Record<string, unknown>)[found[2] as string] = attributes[name];
  }
  return items.filter((item) => item !== undefined);
}

const textPart = (content: string): MessagePart => ({ type: "text", content });

function toolCall(id: unknown, name: unknown, args: unknown): MessagePart {
  const callId = text(id);
  return {
    type: "tool_call",
    ...(callId !== undefined && { id: callId }),
    name: text(name) ?? "unknown",
    ...(args !== undefined && { arguments: parse(args) }),
  };
}

function toolAnswer(id: unknown, result: unknown): MessagePart {
  const callId = text(id);
  return { type: "tool_call_response", ...(callId !== undefined && { id: callId }), result };
}

/** Parts as providers and the AI SDK write them; what is not known says its type. */
function partOf(value: unknown): MessagePart {
  if (typeof value === "string") return textPart(value);
  if (!isRecord(value)) return textPart(JSON.stringify(value) ?? "");
  const said = text(value["text"]) ?? text(value["content"]);
  switch (value["type"]) {
    case "reasoning":
    case "thinking":
      return { type: "reasoning", content: said ?? text(value["thinking"]) ?? "" };
    case "tool-call":
    case "tool_use":
      return toolCall(
        value["toolCallId"] ?? value["id"],
        value["toolName"] ?? value["name"],
        value["input"] ?? value["args"],
      );
    case "tool-result":
    case "tool_result":
      return toolAnswer(
        value["toolCallId"] ?? value["tool_use_id"],
        value["output"] ?? value["result"] ?? value["content"],
      );
    case "image_url": {
      const image = value["image_url"];
      const uri = text(isRecord(image) ? image["url"] : image);
      return uri === undefined || uri.startsWith("data:")
        ? { type: "blob", modality: "image", size: uri?.length ?? 0 }
        : { type: "uri", uri, modality: "image" };
    }
    default:
      return textPart(said ?? `[${String(value["type"] ?? "unknown")}]`);
  }
}

/** A list of parts, given as such or as JSON, else one text. */
function partsOf(content: unknown): MessagePart[] {
  const value = typeof content === "string" && /^\s*\[\s*[{"]/.test(content) ? parse(content) : content;
  if (Array.isArray(value)) return value.map(partOf);
  if (value === undefined || value === null || value === "") return [];
  return [typeof value === "string" ? textPart(value) : partOf(value)];
}

function message(role: unknown, parts: readonly MessagePart[], finishReason?: unknown): Message {
  const reason = text(finishReason);
  return { role: text(role) ?? "user", parts, ...(reason !== undefined && { finish_reason: reason }) };
}

/** `gen_ai.prompt.0.content` and its like (OpenLLMetry). */
function openllmetryMessage(item: Json, fallbackRole: string): Message {
  const role = item["role"] ?? fallbackRole;
  const calls = itemsBelow(item, "tool_calls.").map((call) => toolCall(call["id"], call["name"], call["arguments"]));
  const said =
    role === "tool" || item["tool_call_id"] !== undefined
      ? [toolAnswer(item["tool_call_id"], parse(item["content"]))]
      : partsOf(item["content"]);
  return message(role, [...said, ...calls], item["finish_reason"]);
}

/** `llm.input_messages.0.message.content` and its like (OpenInference). */
function openinferenceMessage(item: Json, fallbackRole: string): Message {
  const role = item["message.role"] ?? fallbackRole;
  const calls = itemsBelow(item, "message.tool_calls.").map((call) =>
    toolCall(call["tool_call.id"], call["tool_call.function.name"], call["tool_call.function.arguments"]),
  );
  const contents = itemsBelow(item, "message.contents.").map((content) => {
    const uri = text(content["message_content.image.image.url"]);
    if (uri === undefined) return textPart(text(content["message_content.text"]) ?? "");
    return partOf({ type: "image_url", image_url: uri });
  });
  const said =
    role === "tool"
      ? [toolAnswer(item["message.tool_call_id"], parse(item["message.content"]))]
      : partsOf(item["message.content"]);
  return message(role, [...said, ...contents, ...calls], item["message.finish_reason"]);
}

function aiSdkMessages(value: unknown): Message[] {
  return list(parse(value))
    .filter(isRecord)
    .map((one) => message(one["role"], partsOf(one["content"])));
}

/** `ai.response.*`: one answer. */
function aiSdkAnswer(attributes: Attributes): Message[] {
  const reasoning = text(attributes["ai.response.reasoning"]);
  const said = text(attributes["ai.response.text"]) ?? text(attributes["ai.response.object"]);
  const calls = list(parse(attributes["ai.response.toolCalls"]))
    .filter(isRecord)
    .map((call) => toolCall(call["toolCallId"], call["toolName"], call["input"] ?? call["args"]));
  const parts: MessagePart[] = [
    ...(reasoning === undefined ? [] : [{ type: "reasoning" as const, content: reasoning }]),
    ...(said === undefined ? [] : [textPart(said)]),
    ...calls,
  ];
  return parts.length === 0 ? [] : [message("assistant", parts, attributes["ai.response.finishReason"])];
}

/** Where the dialects say their content; all of it is taken away, whether or not it has a canonical place. */
const SPOKEN =
  /^(?:gen_ai\.(?:prompt|completion)(?:\.\d|$)|llm\.(?:input_messages|output_messages|prompts|completions|tools|request\.functions)(?:\.\d|$)|(?:input|output)\.(?:value|mime_type)$|ai\.(?:prompt(?:$|\.)|response\.(?:text|object|toolCalls|reasoning)$|toolCall\.(?:args|result)$)|tool\.parameters$|traceloop\.entity\.(?:input|output)$)/;

function toolDefinitions(attributes: Attributes): unknown[] {
  const functions = itemsBelow(attributes, "llm.request.functions.").map((one) => ({
    type: "function",
    name: one["name"],
    ...(one["description"] !== undefined && { description: one["description"] }),
    ...(one["parameters"] !== undefined && { parameters: parse(one["parameters"]) }),
  }));
  const schemas = itemsBelow(attributes, "llm.tools.").map((one) => parse(one["tool.json_schema"]));
  return [...functions, ...schemas, ...list(attributes["ai.prompt.tools"]).map(parse)];
}

/**
 * Turns what a dialect says of prompts and answers into the canonical attributes, which win where they are there already. To be used
 * only where content may be kept.
 */
export function normalizeContent(attributes: Attributes): SpokenContent {
  const spoken = Object.keys(attributes).filter((name) => SPOKEN.test(name));
  const canonical: Record<string, string> = {};
  if (spoken.length === 0) return { canonical, spoken };
  const add = (name: string, value: unknown): void => {
    if (attributes[name] !== undefined || canonical[name] !== undefined || value === undefined) return;
    if (Array.isArray(value) && value.length === 0) return;
    canonical[name] = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  };
  add(ATTR.inputMessages, [
    ...itemsBelow(attributes, "gen_ai.prompt.").map((one) => openllmetryMessage(one, "user")),
    ...itemsBelow(attributes, "llm.input_messages.").map((one) => openinferenceMessage(one, "user")),
    ...aiSdkMessages(attributes["ai.prompt.messages"]),
  ]);
  add(ATTR.outputMessages, [
    ...itemsBelow(attributes, "gen_ai.completion.").map((one) => openllmetryMessage(one, "assistant")),
    ...itemsBelow(attributes, "llm.output_messages.").map((one) => openinferenceMessage(one, "assistant")),
    ...aiSdkAnswer(attributes),
  ]);
  add(ATTR.toolDefinitions, toolDefinitions(attributes));
  const input = attributes["input.value"] ?? attributes["traceloop.entity.input"] ?? attributes["ai.prompt"];
  const output = attributes["output.value"] ?? attributes["traceloop.entity.output"];
  if (attributes[ATTR.toolName] !== undefined) {
    add(ATTR.toolArguments, attributes["ai.toolCall.args"] ?? input ?? attributes["tool.parameters"]);
    add(ATTR.toolResult, attributes["ai.toolCall.result"] ?? output);
  } else {
    // One text for all of it: who said what is not known.
    if (text(input) !== undefined) add(ATTR.inputMessages, [message("user", [textPart(String(input))])]);
    if (text(output) !== undefined) add(ATTR.outputMessages, [message("assistant", [textPart(String(output))])]);
  }
  return { canonical, spoken };
}
