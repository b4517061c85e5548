import diagnostics_channel from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed, type RPCMetadata, RPCType, setRPCMetadata } from "@opentelemetry/core";
import { isOwn } from "../base/index.ts";
import { ATTR } from "../model/index.ts";

type Message = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly server: Server };

const getter = {
  keys: (carrier: IncomingMessage) => Object.keys(carrier.headers),
  get: (carrier: IncomingMessage, key: string) => carrier.headers[key],
};

/**
 * Gives each request that a node:http server takes a span, and makes it the current one for the handler: the channel speaks
 * right before the server emits `request`, in the same turn. Returns what stops it.
 */
export function observeNodeHttpServer(
  tracer: Tracer,
  enter: (context: Context) => void,
  isInstrumented: (scope: string) => boolean,
  guard: (step: () => void) => void,
): () => void {
  const onStart = (message: unknown): void =>
    guard(() => {
      const { request, response, server } = message as Message;
      if (isOwn(server) || isTracingSuppressed(context.active())) return;
      if (isInstrumented("@opentelemetry/instrumentation-http")) return;
      const method = request.method ?? "GET";
      // ROOT: the turn may still carry the context of an earlier request on this connection.
      const parent = propagation.extract(ROOT_CONTEXT, request, getter);
      const attributes = {
        [ATTR.httpMethod]: method,
        "url.path": (request.url ?? "/").split("?", 1)[0] ?? "/",
        "url.scheme": "encrypted" in request.socket ? "https" : "http",
      };
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
      // Through this, instrumentations of web frameworks tell the route that they found.
      const rpc: RPCMetadata = { type: RPCType.HTTP, span };
      response.once("close", () =>
        guard(() => {
          if (rpc.route !== undefined && rpc.route !== "") {
            span.updateName(`${method} ${rpc.route}`);
            span.setAttribute("http.route", rpc.route);
          }
          span.setAttribute(ATTR.httpStatus, response.statusCode);
          if (response.statusCode >= 500) {
            span.setAttribute(ATTR.errorType, String(response.statusCode));
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        }),
      );
      enter(setRPCMetadata(trace.setSpan(parent, span), rpc));
    });
  diagnostics_channel.subscribe("http.server.request.start", onStart);
  return () => void diagnostics_channel.unsubscribe("http.server.request.start", onStart);
}
