import diagnostics_channel from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Context, context, type Tracer } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { isOwn } from "../base/index.ts";
import { routeOf } from "./express-route.ts";
import { emitInside } from "./request-events.ts";
import { type ServerEnd, type ServerSpan, startServerSpan } from "./server-span.ts";

type Message = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly server: Server };

/** What a socket runs into where its other end is gone. */
const GONE = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT"]);

const codeOf = (error: Error | null): string | undefined => {
  const code: unknown = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : error?.name;
};

/** What broke an answer off: a client that leaves ends its side of the connection, or resets it. */
function brokenBy({ socket }: IncomingMessage, response: ServerResponse): string | undefined {
  if (response.writableFinished) return undefined;
  const own = codeOf(response.errored);
  if (own !== undefined && !GONE.has(own)) return own;
  const isGone = socket.readableEnded || GONE.has(codeOf(socket.errored) ?? "");
  return isGone ? "left" : (codeOf(socket.errored) ?? "connection_destroyed");
}

function endOf({ route }: ServerSpan["rpc"], request: IncomingMessage, response: ServerResponse): ServerEnd {
  const status = response.headersSent ? response.statusCode : undefined;
  const broken = brokenBy(request, response);
  return { status, route: routeOf(request, route, status), ...(broken !== undefined && { brokenBy: broken }) };
}

/**
 * Requests that clients send before the last one is answered wait for the connection, and hear nothing of its end: they are ended with it.
 */
function createConnectionBook(): (socket: Socket, end: () => void) => () => void {
  const open = new WeakMap<Socket, Set<() => void>>();
  return (socket, end) => {
    let ends = open.get(socket);
    if (ends === undefined) {
      const waiting = new Set<() => void>();
      // In a later turn: the request that is being answered hears of the end itself, by then.
      socket.once("close", () => {
        for (const each of waiting) each();
      });
      open.set(socket, waiting);
      ends = waiting;
    }
    const mine = ends;
    mine.add(end);
    return () => void mine.delete(end);
  };
}

export type ServerPlaces = {
  /** Makes a context current for the rest of the turn. */
  readonly enter: (context: Context) => void;
  /** The context of a request with what the program has said of it since. */
  readonly upToDate?: (begun: Context) => Context;
};

/**
 * Gives each request that a node:http server takes a span, and makes it the current one for the handler: the channel speaks
 * right before the server emits `request`, in the same turn. Returns what stops it.
 */
export function observeNodeHttpServer(
  tracer: Tracer,
  { enter, upToDate = (begun) => begun }: ServerPlaces,
  isInstrumented: (scope: string) => boolean,
  guard: (step: () => void) => void,
): () => void {
  const untilClosed = createConnectionBook();
  const onStart = (message: unknown): void =>
    guard(() => {
      const { request, response, server } = message as Message;
      if (isOwn(server) || isTracingSuppressed(context.active())) return;
      if (isInstrumented("@opentelemetry/instrumentation-http")) return;
      const span = startServerSpan(tracer, {
        method: request.method ?? "GET",
        path: request.url ?? "/",
        scheme: "encrypted" in request.socket ? "https" : "http",
        headers: request.headers,
      });
      const end = (): void =>
        guard(() => {
          forget();
          span.end(endOf(span.rpc, request, response));
        });
      const forget = untilClosed(request.socket, end);
      response.once("close", end);
      emitInside(request, span.context, upToDate);
      emitInside(response, span.context, upToDate);
      enter(span.context);
    });
  diagnostics_channel.subscribe("http.server.request.start", onStart);
  return () => void diagnostics_channel.unsubscribe("http.server.request.start", onStart);
}
