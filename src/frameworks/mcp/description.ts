import { type Attributes, type Span, SpanStatusCode } from "@opentelemetry/api";
import { describeError, failSpan } from "../../errors/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import { isFields, type Message } from "./carrier.ts";

/** The members of a transport of the SDK that say where it leads. */
export type Transport = {
  readonly sessionId?: unknown;
  readonly _url?: unknown;
  readonly constructor?: { name?: unknown };
};

const TOOL_CALL = "tools/call";
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const paramsOf = ({ params }: Message): Readonly<Record<string, unknown>> => (isFields(params) ? params : {});

/** `pipe` or `tcp`, by the transport's class; undefined for one within the process, or unknown. */
export function networkTransportOf(transport: Transport | undefined): string | undefined {
  const name = String(transport?.constructor?.name ?? "");
  if (/stdio/i.test(name)) return "pipe";
  return /http|sse|websocket/i.test(name) ? "tcp" : undefined;
}

export function addressOf(transport: Transport | undefined): Attributes {
  const url = transport?._url;
  if (!(url instanceof URL)) return {};
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { [ATTR.serverAddress]: url.hostname, [ATTR.serverPort]: port };
}

/** The tool or prompt that a message names. */
export const targetOf = (message: Message): string | undefined =>
  message.method === TOOL_CALL || message.method === "prompts/get" ? text(paramsOf(message).name) : undefined;

export function spanNameOf(message: Message): string {
  const target = targetOf(message);
  return target === undefined ? String(message.method) : `${message.method} ${target}`;
}

/** What a request says of itself (OpenTelemetry conventions for MCP). */
export function describeRequest(message: Message, captureContent: boolean): Attributes {
  const { method } = message;
  const params = paramsOf(message);
  const target = targetOf(message);
  const uri = text(params.uri);
  return {
    [ATTR.mcpMethod]: String(method),
    [ATTR.framework]: "mcp",
    // The query is where tokens travel.
    ...(uri !== undefined && { [ATTR.mcpResourceUri]: uri.split("?", 1)[0] ?? "" }),
    ...(method === TOOL_CALL && { [ATTR.operation]: OPERATION.executeTool }),
    ...(target !== undefined && { [method === TOOL_CALL ? ATTR.toolName : ATTR.promptName]: target }),
    ...(method === TOOL_CALL &&
      captureContent &&
      params.arguments !== undefined && { [ATTR.toolArguments]: contentOf(params.arguments) }),
  };
}

function contentOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

/** A tool that failed answers in its own words: for the protocol that is a success. */
export function describeResult(span: Span, message: Message, result: unknown, captureContent: boolean): void {
  if (!isFields(result)) return;
  if (message.method === "initialize" && text(result.protocolVersion) !== undefined) {
    span.setAttribute(ATTR.mcpProtocolVersion, String(result.protocolVersion));
  }
  if (message.method !== TOOL_CALL) return;
  if (captureContent) span.setAttribute(ATTR.toolResult, contentOf(result.structuredContent ?? result.content));
  if (result.isError !== true) return;
  span.setAttributes({ [ATTR.errorType]: "tool_error", [ATTR.errorCategory]: "tool" });
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Codes that the SDK makes up itself where no answer came: they are no status of the peer. */
const TIMEOUT_CODES: ReadonlySet<unknown> = new Set([-32001, "REQUEST_TIMEOUT"]);
const CLOSED_CODE = -32000;

const codeOf = (thrown: unknown): unknown =>
  typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "code") : undefined;

/** What a request ended with at the side that sent it. `signal` is the program's own, by which it may have lost interest. */
export function describeFailure(span: Span, thrown: unknown, signal: AbortSignal | undefined): void {
  const code = codeOf(thrown);
  const description = describeError(thrown);
  if (signal?.aborted === true && (signal.reason as { name?: unknown } | undefined)?.name !== "TimeoutError") {
    span.setAttribute(ATTR.streamOutcome, "abandoned");
    return;
  }
  if (signal?.aborted === true || TIMEOUT_CODES.has(code)) {
    failSpan(span, { ...description, type: "timeout", category: "timeout" });
    return;
  }
  failSpan(span, description);
  if (Number.isSafeInteger(code)) {
    span.setAttribute(ATTR.errorType, String(code));
    if (code !== CLOSED_CODE) span.setAttribute(ATTR.rpcStatusCode, String(code));
  } else if (typeof code === "string" && code !== "") {
    span.setAttribute(ATTR.errorType, code);
  }
}

const INTERNAL_ERROR = -32603;

/** What a request ended with at the side that was asked: the code that the SDK makes of what a handler threw. */
export function describeRefusal(span: Span, thrown: unknown): void {
  const code = codeOf(thrown);
  const answered = String(Number.isSafeInteger(code) ? code : INTERNAL_ERROR);
  failSpan(span, describeError(thrown));
  span.setAttributes({ [ATTR.errorType]: answered, [ATTR.rpcStatusCode]: answered });
}
