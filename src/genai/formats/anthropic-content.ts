import type { Message, MessagePart } from "../facts.ts";
import { asArray, asObject, asString, defined, type JsonObject } from "./reading.ts";

/** A picture or a document: where it is, or how large it is. Its bytes are not worth a span. */
function readSource(block: JsonObject, modality: string): MessagePart[] {
  const source = asObject(block.source);
  const uri = asString(source?.url) ?? asString(source?.file_id);
  if (uri !== undefined) return [{ type: "uri", modality, uri }];
  const data = asString(source?.data);
  if (data === undefined) return [];
  if (source?.type === "text") return [{ type: "text", content: data }];
  return [{ type: "blob", modality, size: data.length, ...defined({ mime_type: asString(source?.media_type) }) }];
}

/** One content block in the conventions' words. Opaque ones (encrypted thinking, markers) say nothing and are left out. */
export function readBlock(value: unknown): MessagePart[] {
  if (typeof value === "string") return value === "" ? [] : [{ type: "text", content: value }];
  const block = asObject(value);
  const type = asString(block?.type);
  if (block === undefined || type === undefined) return [];
  const id = defined({ id: asString(block.id) ?? asString(block.tool_use_id) });
  const name = asString(block.name) ?? "";
  if (type === "text") return asString(block.text) === undefined ? [] : [{ type, content: String(block.text) }];
  if (type === "thinking") {
    const thinking = asString(block.thinking);
    return thinking === undefined ? [] : [{ type: "reasoning", content: thinking }];
  }
  if (type === "tool_use") return [{ type: "tool_call", name, ...id, arguments: block.input }];
  if (type === "tool_result") return [{ type: "tool_call_response", ...id, result: block.content }];
  if (type === "image" || type === "document") return readSource(block, type);
  if (type.endsWith("_tool_use")) {
    return [{ type: "server_tool_call", name, ...id, server_tool_call: { type: name, arguments: block.input } }];
  }
  if (type.endsWith("_tool_result")) {
    return [{ type: "server_tool_call_response", ...id, server_tool_call_response: { type, result: block.content } }];
  }
  return [];
}

const readBlocks = (content: unknown): MessagePart[] =>
  typeof content === "string" ? readBlock(content) : asArray(content).flatMap(readBlock);

/** `system` of a request. */
export function readSystem(system: unknown): MessagePart[] | undefined {
  const parts = readBlocks(system);
  return parts.length === 0 ? undefined : parts;
}

/** `messages` of a request. */
export function readMessages(messages: unknown): Message[] {
  return asArray(messages).flatMap((item): Message[] => {
    const message = asObject(item);
    if (message === undefined) return [];
    return [{ role: asString(message.role) ?? "user", parts: readBlocks(message.content) }];
  });
}

/** `content` of an answer. */
export const readAnswer = (content: unknown, finishReason: string | undefined): Message[] => [
  { role: "assistant", parts: readBlocks(content), finish_reason: finishReason ?? "stop" },
];
