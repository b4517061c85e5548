/**
 * Messages as spans carry them, whoever wrote them: the GenAI conventions' `{role, parts}`, and what frameworks put in their place (`{role, content,
 * tool_calls}`, serialized messages of LangChain, lists below `messages`). What is none of these is shown as it is. Pure; nothing here throws.
 */
import { parseExactly } from "../format/exact-json.ts";

export type Media = {
  readonly type: "media";
  /** `image`, `audio`, `file`. */
  readonly modality: string;
  readonly mimeType: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly uri: string | undefined;
};
export type Part =
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | {
      readonly type: "tool_call";
      readonly id: string | undefined;
      readonly name: string;
      readonly arguments: unknown;
      /** It ran at the provider. */
      readonly isRemote: boolean;
    }
  | {
      readonly type: "tool_result";
      readonly id: string | undefined;
      readonly name: string | undefined;
      readonly result: unknown;
    }
  | Media
  | { readonly type: "other"; readonly name: string; readonly value: unknown };

export type Message = {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly finishReason: string | undefined;
};

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** JSON in a text, where it is an object, a list, or a text in quotation marks; everything else as it is, what is too deep to be read too. */
export function parseJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{"]/.test(value)) return value;
  try {
    return parseExactly(value);
  } catch {
    return value;
  }
}

/** `{"lc":1,"type":"constructor","id":[…,"ToolMessage"],"kwargs":{…}}`, as LangChain writes its objects. */
function constructed(value: unknown): { readonly name: string; readonly members: Json } | undefined {
  if (!isRecord(value) || value["type"] !== "constructor" || !isRecord(value["kwargs"])) return undefined;
  return { name: String(list(value["id"]).at(-1) ?? ""), members: value["kwargs"] };
}

/** Text of a list of parts that are nothing but text. */
function plainText(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts = value.map((one) =>
    isRecord(one) && (one["type"] === "text" || one["type"] === "output_text")
      ? (one["text"] ?? one["content"])
      : undefined,
  );
  return texts.every((one) => typeof one === "string") ? texts.join("\n") : undefined;
}

/** What a tool gave back, without the wrapping of frameworks: LangChain's message, MCP's content. */
export function unwrapResult(value: unknown): unknown {
  const parsed = parseJson(value);
  const made = constructed(parsed);
  if (made !== undefined) return "content" in made.members ? unwrapResult(made.members["content"]) : parsed;
  const text =
    plainText(parsed) ??
    (isRecord(parsed) && Object.keys(parsed).every((key) => key === "content" || key === "isError")
      ? plainText(parsed["content"])
      : undefined);
  return text === undefined ? parsed : parseJson(text);
}

const media = (modality: unknown, mimeType: unknown, sizeBytes: unknown, uri: unknown): Media => {
  const address = textOf(uri);
  const isInline = address?.startsWith("data:") === true;
  return {
    type: "media",
    modality: textOf(modality) ?? (textOf(mimeType)?.split("/")[0] || "file"),
    mimeType: textOf(mimeType) ?? (isInline ? /^data:([^;,]+)/.exec(address)?.[1] : undefined),
    sizeBytes: typeof sizeBytes === "number" ? sizeBytes : isInline ? Math.floor((address.length * 3) / 4) : undefined,
    uri: isInline ? undefined : address,
  };
};

/** Base64 that is not shown: how many bytes it stands for. */
const sizeOf = (part: Json): number | undefined => {
  const inline = part["size"] ?? part["content"] ?? part["data"];
  return typeof inline === "number"
    ? inline
    : typeof inline === "string"
      ? Math.floor((inline.length * 3) / 4)
      : undefined;
};

function toolCall(id: unknown, name: unknown, args: unknown, isRemote = false): Part {
  return { type: "tool_call", id: textOf(id), name: textOf(name) ?? "tool", arguments: parseJson(args), isRemote };
}
const toolResult = (id: unknown, name: unknown, result: unknown): Part => ({
  type: "tool_result",
  id: textOf(id),
  name: textOf(name),
  result: unwrapResult(result),
});

function readPart(part: unknown): Part {
  if (typeof part === "string") return { type: "text", text: part };
  if (!isRecord(part)) return { type: "other", name: "value", value: part };
  const type = String(part["type"] ?? "");
  const said = part["content"] ?? part["text"];
  switch (type) {
    case "text":
    case "input_text":
    case "output_text":
      return { type: "text", text: typeof said === "string" ? said : JSON.stringify(said ?? "") };
    case "reasoning":
    case "thinking":
    case "redacted_thinking":
      return { type: "reasoning", text: textOf(said) ?? textOf(part["thinking"]) ?? "" };
    case "tool_call":
    case "tool-call":
    case "tool_use":
    case "function_call":
      return toolCall(
        part["id"] ?? part["toolCallId"] ?? part["call_id"],
        part["name"] ?? part["toolName"],
        part["arguments"] ?? part["input"] ?? part["args"],
      );
    case "tool_call_response":
    case "tool-result":
    case "tool_result":
    case "function_call_output":
      return toolResult(
        part["id"] ?? part["tool_use_id"] ?? part["toolCallId"] ?? part["call_id"],
        part["name"] ?? part["toolName"],
        part["result"] ?? part["response"] ?? part["output"] ?? part["content"],
      );
    case "server_tool_call":
      return toolCall(part["id"], part["name"], part["server_tool_call"], true);
    case "server_tool_call_response":
      return toolResult(part["id"], part["name"], part["server_tool_call_response"]);
    case "blob":
    case "file":
    case "image":
    case "audio":
    case "document":
      return media(
        part["modality"] ?? (type === "blob" ? undefined : type),
        part["mime_type"] ?? part["mediaType"],
        sizeOf(part),
        part["uri"] ?? part["file_id"],
      );
    case "uri":
      return media(part["modality"], part["mime_type"], undefined, part["uri"]);
    case "image_url": {
      const image = part["image_url"];
      return media("image", undefined, undefined, isRecord(image) ? image["url"] : image);
    }
    default:
      return typeof said === "string" && Object.keys(part).length <= 2
        ? { type: "text", text: said }
        : { type: "other", name: type === "" ? "value" : type, value: part };
  }
}

const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  HumanMessage: "user",
  HumanMessageChunk: "user",
  ai: "assistant",
  AIMessage: "assistant",
  AIMessageChunk: "assistant",
  model: "assistant",
  SystemMessage: "system",
  developer: "system",
  ToolMessage: "tool",
  function: "tool",
};

/** Content that is a text, a list of parts, or anything. */
function readContent(content: unknown): Part[] {
  if (content === undefined || content === null || content === "") return [];
  if (Array.isArray(content)) return content.map(readPart);
  return [
    typeof content === "string" ? { type: "text", text: content } : { type: "other", name: "value", value: content },
  ];
}

function readMessage(value: unknown, fallbackRole: string): Message {
  const made = constructed(value);
  const given = made?.members ?? value;
  if (!isRecord(given)) return { role: fallbackRole, parts: readContent(given), finishReason: undefined };
  const told = textOf(given["role"]) ?? made?.name ?? textOf(given["type"]) ?? fallbackRole;
  const role = ROLES[told] ?? told;
  const said = Array.isArray(given["parts"]) ? given["parts"].map(readPart) : readContent(given["content"]);
  const calls = list(given["tool_calls"]).map((call) => {
    const { id, function: inner, name, args, arguments: written } = (isRecord(call) ? call : {}) as Json;
    return isRecord(inner) ? toolCall(id, inner["name"], inner["arguments"]) : toolCall(id, name, args ?? written);
  });
  const isAnswer = role === "tool" && !said.some(({ type }) => type === "tool_result");
  return {
    role,
    parts: isAnswer
      ? [
          toolResult(
            given["tool_call_id"] ?? given["id"],
            given["name"],
            given["content"] ?? plainText(given["parts"]) ?? "",
          ),
        ]
      : [...said, ...calls],
    finishReason: textOf(given["finish_reason"]),
  };
}

const isMessage = (value: unknown): boolean =>
  constructed(value)?.name.endsWith("Message") === true ||
  (isRecord(value) &&
    typeof value["role"] === "string" &&
    ("content" in value || "parts" in value || "tool_calls" in value));

/** The messages of an attribute. What is no list of them is one message that says it. */
export function readMessages(attribute: unknown, fallbackRole: string): readonly Message[] {
  if (attribute === undefined || attribute === "") return [];
  const value = parseJson(attribute);
  if (Array.isArray(value)) {
    if (value.every(isMessage)) return value.map((one) => readMessage(one, fallbackRole));
    // Instructions are a list of parts.
    if (value.every((part) => typeof part === "string" || (isRecord(part) && typeof part["type"] === "string")))
      return [{ role: fallbackRole, parts: value.map(readPart), finishReason: undefined }];
  }
  if (isMessage(value)) return [readMessage(value, fallbackRole)];
  const inner = isRecord(value) ? value["messages"] : undefined;
  if (Array.isArray(inner) && inner.length > 0 && inner.every(isMessage))
    return inner.map((one) => readMessage(one, fallbackRole));
  return [{ role: fallbackRole, parts: readContent(value), finishReason: undefined }];
}

/** All that a message says in words. */
export const wordsOf = ({ parts }: Message): string =>
  parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
