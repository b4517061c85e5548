import type { IncomingHttpHeaders } from "node:http";
import { asList, asObject, asText, type JsonObject } from "./json.ts";

export type Operation = "chat" | "responses" | "embeddings" | "models" | "unknown";

/** One message of the conversation, whichever of the two APIs carried it. */
export type Turn = { role: "system" | "user" | "assistant" | "tool"; text: string; callId?: string };

/** What a client asked for, kept as sent and read into one shape for both APIs. */
export type LlmRequest = {
  /** 1 for the first request this double received. */
  number: number;
  /** 1 when this body arrives for the first time, 2 when it is repeated: how a script tells a retry. */
  occurrence: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: JsonObject;
  operation: Operation;
  /** Empty when the client named none. */
  model: string;
  stream: boolean;
  turns: Turn[];
  /** All system and developer text. */
  system: string;
  /** All text of the conversation, instructions included. */
  prompt: string;
  lastUserText: string;
  toolResults: { callId: string; text: string }[];
};

/** Reads method, path and parsed body into an `LlmRequest`; never throws on odd bodies. */
export function parseRequest(raw: {
  number: number;
  occurrence: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: JsonObject;
}): LlmRequest {
  const operation = operationOf(raw.method, raw.path);
  const turns = operation === "responses" ? responsesTurns(raw.body) : chatTurns(raw.body);
  const textOf = (role: Turn["role"]) => turns.filter((turn) => turn.role === role).map((turn) => turn.text);
  const input = operation === "embeddings" ? asList(raw.body.input ?? []).concat(asText(raw.body.input)) : [];
  return {
    ...raw,
    operation,
    model: asText(raw.body.model),
    stream: raw.body.stream === true,
    turns,
    system: textOf("system").join("\n"),
    prompt: operation === "embeddings" ? input.map(asText).join("\n") : turns.map((turn) => turn.text).join("\n"),
    lastUserText: textOf("user").at(-1) ?? "",
    toolResults: turns
      .filter((turn) => turn.role === "tool")
      .map((turn) => ({ callId: turn.callId ?? "", text: turn.text })),
  };
}

// By the end of the path, so that any base URL works (gateways and Azure put a prefix before it).
function operationOf(method: string, path: string): Operation {
  const pathname = path.split("?")[0] ?? "";
  if (method === "GET" && /\/models(\/[^/]+)?$/.test(pathname)) return "models";
  if (method !== "POST") return "unknown";
  if (pathname.endsWith("/chat/completions")) return "chat";
  if (pathname.endsWith("/responses")) return "responses";
  if (pathname.endsWith("/embeddings")) return "embeddings";
  return "unknown";
}

function roleOf(role: unknown): Turn["role"] {
  if (role === "system" || role === "developer") return "system";
  if (role === "assistant" || role === "tool") return role;
  return "user";
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return asList(content)
    .map((part) => asText(asObject(part).text))
    .join("");
}

function chatTurns(body: JsonObject): Turn[] {
  return asList(body.messages).map((entry) => {
    const message = asObject(entry);
    const turn: Turn = { role: roleOf(message.role), text: contentText(message.content) };
    if (turn.role === "tool") turn.callId = asText(message.tool_call_id);
    return turn;
  });
}

function responsesTurns(body: JsonObject): Turn[] {
  const turns: Turn[] = [];
  if (typeof body.instructions === "string") turns.push({ role: "system", text: body.instructions });
  if (typeof body.input === "string") turns.push({ role: "user", text: body.input });
  for (const entry of asList(body.input)) {
    const item = asObject(entry);
    if (item.type === "function_call_output") {
      turns.push({ role: "tool", text: contentText(item.output), callId: asText(item.call_id) });
    } else if (item.role !== undefined) {
      turns.push({ role: roleOf(item.role), text: contentText(item.content) });
    }
  }
  return turns;
}
