import { type Context, isSpanContextValid, type Link, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";

/** The parameters of a JSON-RPC message, of which `_meta` is what carries the trace context (MCP 2026-07-28, SEP-414). */
export type Params = { readonly _meta?: unknown; readonly [name: string]: unknown };
export type Message = { readonly id?: unknown; readonly method?: unknown; readonly params?: unknown };

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const getter = {
  keys: (carrier: Fields) => Object.keys(carrier),
  get: (carrier: Fields, key: string) => {
    const value = carrier[key];
    return typeof value === "string" ? value : undefined;
  },
};

/** The id of the trace that `_meta` carries, if it does. */
const traceIdIn = (meta: Fields): string | undefined =>
  typeof meta.traceparent === "string" ? meta.traceparent.split("-", 2)[1] : undefined;

/** The id of the span that a message was sent in. */
export function senderOf(message: Message): string | undefined {
  const meta = isFields(message.params) ? message.params._meta : undefined;
  return isFields(meta) && typeof meta.traceparent === "string" ? meta.traceparent.split("-", 3)[2] : undefined;
}

/**
 * A copy of a message that carries the trace context. One of another trace that the program put there itself stays; one of this trace was
 * passed on from whoever called the program, which the span of `context` is the continuation of.
 */
export function carrying<T extends Message>(message: T, context: Context): T {
  const params = isFields(message.params) ? message.params : {};
  const meta = isFields(params._meta) ? params._meta : {};
  const theirs = traceIdIn(meta);
  if (theirs !== undefined && theirs !== trace.getSpanContext(context)?.traceId) return message;
  const carrier: Record<string, string> = {};
  propagation.inject(context, carrier);
  return { ...message, params: { ...params, _meta: { ...meta, ...carrier } } };
}

export type OriginOptions = {
  /** Of the HTTP request that brought it. */
  readonly headers: unknown;
  /** The second context, recorded in full if the first one is. */
  readonly carryDebug: (from: Context, to: Context) => Context;
};

/** Where a message that came in belongs. */
export type Origin = { readonly parent: Context; readonly links: readonly Link[] };

function extracted(carrier: unknown): Context | undefined {
  if (!isFields(carrier)) return undefined;
  const context = propagation.extract(ROOT_CONTEXT, carrier, getter);
  const sender = trace.getSpanContext(context);
  return sender !== undefined && isSpanContextValid(sender) ? context : undefined;
}

/**
 * The parent of what a message asks for: what its `_meta` says, with a link to what surrounds it here (the HTTP request that brought it);
 * without `_meta` that surrounding; without either what the HTTP headers say.
 */
export function originOf(message: Message, ambient: Context, { headers, carryDebug }: OriginOptions): Origin {
  const sender = isFields(message.params) ? extracted(message.params._meta) : undefined;
  const around = trace.getSpan(ambient);
  if (sender === undefined) {
    const parent = around === undefined ? (extracted(headers) ?? ambient) : ambient;
    return { parent, links: [] };
  }
  // Both ends in one process: the very span is better than its address, as it knows its agent.
  if (around?.spanContext().spanId === trace.getSpanContext(sender)?.spanId) return { parent: ambient, links: [] };
  const spanContext = trace.getSpanContext(sender);
  const placed = spanContext === undefined ? ambient : trace.setSpanContext(ambient, spanContext);
  const remote = carryDebug(sender, placed);
  const baggage = propagation.getBaggage(sender);
  return {
    parent: baggage === undefined ? remote : propagation.setBaggage(remote, baggage),
    links: around === undefined ? [] : [{ context: around.spanContext() }],
  };
}
