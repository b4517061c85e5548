import { type Attributes, type Context, context, type Span, SpanKind, trace } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import type { Call } from "../observed-call.ts";
import { carrying, isFields, type Message, type OriginOptions, originOf, senderOf } from "./carrier.ts";
import {
  addressOf,
  describeFailure,
  describeRefusal,
  describeRequest,
  describeResult,
  networkTransportOf,
  spanNameOf,
  type Transport,
  targetOf,
} from "./description.ts";
import type { SessionBook } from "./sessions.ts";

/** One end of a connection, as every version of the SDK keeps it. */
export type Protocol = {
  readonly _transport?: Transport;
  readonly _requestMessageId?: unknown;
  readonly _requestHandlers?: Map<string, Handler>;
  readonly _negotiatedProtocolVersion?: unknown;
  readonly fallbackRequestHandler?: Handler;
};
export type Handler = (this: unknown, request: Message, extra?: unknown, ...rest: unknown[]) => unknown;

export type SentCall = Call & {
  /** The program's message, with the trace context in it. */
  readonly message: Message;
  /** To be called once the message was handed to the transport. */
  readonly sent: () => void;
};

export type ProtocolWatch = {
  /** Undefined where nothing is to be seen: tracing is suppressed, or this is one more round of a request in progress. */
  readonly send: (protocol: Protocol, message: Message, options: unknown) => SentCall | undefined;
  readonly serve: (protocol: Protocol, message: Message, extra: unknown) => Call | undefined;
  /** The inside of the request with this JSON-RPC id that waits for its answer. */
  readonly contextOf: (protocol: Protocol, id: number) => Context | undefined;
};

const INITIALIZE = "initialize";
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const sameName = (name: unknown): string =>
  String(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");

/** The span of an agent's framework or of a wrapper that is this very tool call, seen from the outside. */
function coveringSpan(current: Span | undefined, message: Message): Span | undefined {
  const { attributes, kind, ended } = (current ?? {}) as { attributes?: Attributes; kind?: SpanKind; ended?: boolean };
  const tool = targetOf(message);
  if (message.method !== "tools/call" || tool === undefined || attributes === undefined || ended === true)
    return undefined;
  if (kind !== SpanKind.INTERNAL || attributes[ATTR.operation] !== OPERATION.executeTool) return undefined;
  // A tool that asks two servers covers the first question only; one that asks for something else covers none.
  if (attributes[ATTR.mcpMethod] !== undefined) return undefined;
  const [outer, inner] = [sameName(attributes[ATTR.toolName]), sameName(tool)];
  return outer === inner || outer.endsWith(`_${inner}`) ? current : undefined;
}

/** The headers of the HTTP request that brought a message: SDK 1 keeps them as an object, SDK 2 the whole request. */
function headersOf(extra: unknown): unknown {
  const { requestInfo, http } = (isFields(extra) ? extra : {}) as {
    requestInfo?: { headers?: unknown };
    http?: { req?: { headers?: unknown } };
  };
  const headers = requestInfo?.headers ?? http?.req?.headers;
  return headers instanceof Headers ? Object.fromEntries(headers) : headers;
}

const signalOf = (options: unknown): AbortSignal | undefined => {
  const signal = isFields(options) ? options.signal : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
};

export function createProtocolWatch(
  { tracer, captures, carryDebug }: Pick<AdapterOptions, "tracer" | "captures"> & Pick<OriginOptions, "carryDebug">,
  sessions: SessionBook,
): ProtocolWatch {
  /** Requests that wait for their answer, by their JSON-RPC id. */
  const waiting = new WeakMap<Protocol, Map<unknown, Context>>();

  const connectionOf = (protocol: Protocol, extra?: unknown): Attributes => {
    const { _transport: transport, _negotiatedProtocolVersion: negotiated } = protocol;
    const sessionId = text(transport?.sessionId) ?? (isFields(extra) ? text(extra.sessionId) : undefined);
    const version = sessions.of(protocol)?.protocolVersion ?? text(negotiated);
    const network = networkTransportOf(transport);
    return {
      ...(sessionId !== undefined && { [ATTR.mcpSessionId]: sessionId }),
      ...(version !== undefined && { [ATTR.mcpProtocolVersion]: version }),
      ...(network !== undefined && { [ATTR.networkTransport]: network }),
    };
  };
  const noteInitialized = (protocol: Protocol, message: Message, result: unknown): void => {
    const session = message.method === INITIALIZE ? sessions.of(protocol) : undefined;
    if (session !== undefined && isFields(result)) session.protocolVersion = text(result.protocolVersion);
  };

  /** A server that needs more answers so, and the SDK asks once more with the same parameters. */
  const isFurtherRound = (protocol: Protocol, message: Message): boolean => {
    const sender = senderOf(message);
    const all = sender === undefined ? [] : (waiting.get(protocol)?.values() ?? []);
    for (const one of all) if (trace.getSpanContext(one)?.spanId === sender) return true;
    return false;
  };

  const send: ProtocolWatch["send"] = (protocol, message, options) => {
    const current = context.active();
    if (isTracingSuppressed(current) || isFurtherRound(protocol, message)) return undefined;
    if (message.method === INITIALIZE) sessions.begin(protocol, "client", networkTransportOf(protocol._transport));
    const captureContent = captures(current);
    const attributes = {
      ...describeRequest(message, captureContent),
      ...connectionOf(protocol),
      ...addressOf(protocol._transport),
    };
    const covering = coveringSpan(trace.getSpan(current), message);
    const span = covering ?? tracer.startSpan(spanNameOf(message), { kind: SpanKind.CLIENT, attributes }, current);
    if (covering !== undefined) {
      const {
        [ATTR.toolName]: _name,
        [ATTR.toolArguments]: _said,
        [ATTR.framework]: _by,
        ...rest
      } = attributes as Attributes;
      covering.setAttributes(rest);
    }
    const inside = trace.setSpan(current, span);
    const id = protocol._requestMessageId;
    const mine = waiting.get(protocol) ?? new Map<unknown, Context>();
    waiting.set(protocol, mine.set(id, inside));
    const finish = (): void => {
      if (mine.get(id) === inside) mine.delete(id);
      const sessionId = text(protocol._transport?.sessionId);
      if (message.method === INITIALIZE && sessionId !== undefined) span.setAttribute(ATTR.mcpSessionId, sessionId);
      if (covering === undefined) span.end();
    };
    return {
      context: inside,
      message: carrying(message, inside),
      sent: () => {
        if (id !== protocol._requestMessageId) span.setAttribute(ATTR.jsonrpcRequestId, String(id));
      },
      end: (result) => {
        noteInitialized(protocol, message, result);
        // What came of a tool call its outer span says itself, but for the failure that is no exception.
        describeResult(span, message, result, captureContent && covering === undefined);
        finish();
      },
      fail: (thrown) => {
        describeFailure(span, thrown, signalOf(options));
        finish();
      },
    };
  };

  const serve: ProtocolWatch["serve"] = (protocol, message, extra) => {
    const ambient = context.active();
    if (isTracingSuppressed(ambient)) return undefined;
    if (message.method === INITIALIZE) sessions.begin(protocol, "server", networkTransportOf(protocol._transport));
    const { parent, links } = originOf(message, ambient, { headers: headersOf(extra), carryDebug });
    const captureContent = captures(parent);
    const { id } = message;
    const attributes = {
      ...describeRequest(message, captureContent),
      ...connectionOf(protocol, extra),
      ...(id !== undefined && { [ATTR.jsonrpcRequestId]: String(id) }),
    };
    const span = tracer.startSpan(
      spanNameOf(message),
      { kind: SpanKind.SERVER, attributes, links: [...links] },
      parent,
    );
    return {
      context: trace.setSpan(parent, span),
      end: (result) => {
        noteInitialized(protocol, message, result);
        describeResult(span, message, result, captureContent);
        span.end();
      },
      fail: (thrown) => {
        describeRefusal(span, thrown);
        span.end();
      },
    };
  };
  return { send, serve, contextOf: (protocol, id) => waiting.get(protocol)?.get(id) };
}
