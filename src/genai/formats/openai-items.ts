import type { Message, MessagePart } from "../facts.ts";
import { asArray, asObject, asString, defined, type JsonObject } from "./reading.ts";

/** Calls that the program is to make itself: an answer with one of them waits for it. */
const CLIENT_CALLS: ReadonlySet<string> = new Set([
  "function_call",
  "custom_tool_call",
  "computer_call",
  "local_shell_call",
  "shell_call",
  "apply_patch_call",
  "mcp_approval_request",
]);

export const waitsForProgram = (output: unknown): boolean =>
  asArray(output).some((item) => CLIENT_CALLS.has(asString(asObject(item)?.type) ?? ""));

function readTextParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return [{ type: "text", content }];
  return asArray(content).flatMap((item): MessagePart[] => {
    const part = asObject(item);
    const text = asString(part?.text) ?? asString(part?.refusal) ?? asString(part?.transcript);
    if (text !== undefined) return [{ type: "text", content: text }];
    const url = asString(part?.image_url);
    if (url !== undefined) {
      return url.startsWith("data:")
        ? [{ type: "blob", modality: "image", size: url.length }]
        : [{ type: "uri", modality: "image", uri: url }];
    }
    const file = asString(part?.file_id) ?? asString(part?.file_url);
    if (file !== undefined) return [{ type: "uri", uri: file }];
    const data = asString(part?.file_data);
    return data === undefined ? [] : [{ type: "blob", size: data.length }];
  });
}

const assistant = (part: MessagePart): Message[] => [{ role: "assistant", parts: [part] }];

/** A tool that ran at the provider. What it made (a picture, the output of code) may be large: its size is told, not its bytes. */
function readServerCall(item: JsonObject, type: string): Message[] {
  const { type: _type, id: _id, result, outputs, ...rest } = item;
  const made = typeof result === "string" ? { result_size: result.length } : {};
  return assistant({
    type: "server_tool_call",
    name: asString(item.name) ?? type.replace(/_call$/, ""),
    ...defined({ id: asString(item.id) }),
    server_tool_call: { ...rest, ...made, ...(outputs !== undefined && { outputs }) },
  });
}

/** One item of the input or the output of a response. */
export function readItem(value: unknown): Message[] {
  const item = asObject(value);
  if (item === undefined) return [];
  const type = asString(item.type) ?? "message";
  if (type === "message") return [{ role: asString(item.role) ?? "user", parts: readTextParts(item.content) }];
  if (type === "reasoning") {
    const said = [...readTextParts(item.summary), ...readTextParts(item.content)];
    const parts = said.map((part) => ({ ...part, type: "reasoning" }) as MessagePart);
    return parts.length === 0 ? [] : [{ role: "assistant", parts }];
  }
  const id = defined({ id: asString(item.call_id) });
  if (type.endsWith("_output")) {
    return [{ role: "tool", parts: [{ type: "tool_call_response", result: item.output, ...id }] }];
  }
  if (CLIENT_CALLS.has(type)) {
    const said = item.arguments ?? item.input ?? item.action ?? item.operation;
    const call = { name: asString(item.name) ?? type.replace(/_call$/, ""), ...id };
    return assistant({ type: "tool_call", ...call, ...defined({ arguments: said }) });
  }
  return type.endsWith("_call") ? readServerCall(item, type) : [];
}
