import type { Message, MessagePart } from "../facts.ts";
import { appendText, asArray, asObject, asString, defined } from "./reading.ts";

const ROLES: Readonly<Record<string, string>> = { model: "assistant", function: "tool" };

/** More parts than this are nobody's answer. */
const MAX_PARTS = 10_000;

const modalityOf = (mimeType: string | undefined): { readonly modality?: string } => {
  const [kind] = (mimeType ?? "").split("/");
  return kind === "image" || kind === "audio" || kind === "video" ? { modality: kind } : {};
};

function readPart(value: unknown): MessagePart[] {
  const part = asObject(value);
  if (part === undefined) return [];
  const text = asString(part.text);
  if (text !== undefined) return [{ type: part.thought === true ? "reasoning" : "text", content: text }];
  const call = asObject(part.functionCall);
  const result = asObject(part.functionResponse);
  const id = defined({ id: asString(call?.id) ?? asString(result?.id) });
  if (call !== undefined) return [{ type: "tool_call", name: asString(call.name) ?? "", ...id, arguments: call.args }];
  if (result !== undefined) return [{ type: "tool_call_response", ...id, result: result.response }];
  const code = asObject(part.executableCode);
  if (code !== undefined) return [{ type: "server_tool_call", name: "code_execution", server_tool_call: code }];
  const output = asObject(part.codeExecutionResult);
  if (output !== undefined) return [{ type: "server_tool_call_response", server_tool_call_response: output }];
  const file = asObject(part.fileData);
  const uri = asString(file?.fileUri);
  if (uri !== undefined) return [{ type: "uri", uri, ...modalityOf(asString(file?.mimeType)) }];
  const blob = asObject(part.inlineData);
  const data = asString(blob?.data);
  if (data === undefined) return [];
  const mimeType = asString(blob?.mimeType);
  return [{ type: "blob", size: data.length, ...defined({ mime_type: mimeType }), ...modalityOf(mimeType) }];
}

export const readParts = (content: unknown): MessagePart[] => asArray(asObject(content)?.parts).flatMap(readPart);

/** `contents` of a request. A single text is one, too, in the older ways to write it. */
export const readContents = (contents: unknown): Message[] =>
  (Array.isArray(contents) ? contents : [contents]).flatMap((item): Message[] => {
    const content = asObject(item);
    if (content === undefined) return [];
    const role = asString(content.role) ?? "user";
    return [{ role: ROLES[role] ?? role, parts: readParts(content) }];
  });

/** Joins the pieces of a streamed answer: texts that follow each other are one text. */
export function joinParts(parts: readonly MessagePart[], more: readonly MessagePart[]): MessagePart[] {
  const joined = [...parts];
  for (const part of more) {
    const last = joined.at(-1);
    if ((part.type === "text" || part.type === "reasoning") && last?.type === part.type) {
      joined[joined.length - 1] = { type: part.type, content: appendText(last.content, part.content) };
    } else if (joined.length < MAX_PARTS) joined.push(part);
  }
  return joined;
}
