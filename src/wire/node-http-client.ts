import diagnostics_channel from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { HeaderLookup } from "../genai/index.ts";
import { leftBy } from "./abort-origin.ts";
import type { Exchange, RequestHead } from "./exchange.ts";
import { gateNodeHttp } from "./node-http-gate.ts";
import type { RequestObserver } from "./observer.ts";

function lookupHeaders(request: ClientRequest): HeaderLookup {
  return (name) => {
    const value = request.getHeader(name);
    return value === undefined ? undefined : String(value);
  };
}

function headOf(request: ClientRequest): RequestHead {
  const scheme = request.protocol.replace(":", "");
  const hostHeader = request.getHeader("host");
  const port = typeof hostHeader === "string" ? /:(\d+)$/.exec(hostHeader)?.[1] : undefined;
  return {
    method: request.method.toUpperCase(),
    transport: "http",
    scheme,
    host: request.host,
    port: port === undefined ? (scheme === "https" ? 443 : 80) : Number(port),
    path: request.path.split("?", 1)[0] ?? "/",
    header: lookupHeaders(request),
  };
}

const asBytes = (chunk: unknown, encoding: unknown): Uint8Array | undefined => {
  if (chunk instanceof Uint8Array) return chunk;
  return typeof chunk === "string"
    ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
    : undefined;
};

type Guard = (step: () => void) => void;

/** Sees the bytes of one request without taking part: the methods of this one object pass everything through. */
function watchRequestBody(request: ClientRequest, exchange: Exchange, guard: Guard): void {
  for (const method of ["write", "end"] as const) {
    const original = request[method] as (...args: unknown[]) => unknown;
    Object.defineProperty(request, method, {
      configurable: true,
      writable: true,
      value: function (this: ClientRequest, ...args: unknown[]) {
        guard(() => {
          const bytes = asBytes(args[0], args[1]);
          if (bytes !== undefined) exchange.requestChunk(bytes);
          if (method === "end") exchange.requestEnd();
        });
        return original.apply(this, args);
      },
    });
  }
}

/** Node reports a request that the program destroys as a connection reset, like one that the server ended. */
function watchDestroy(request: ClientRequest, exchange: Exchange, guard: Guard): void {
  const { destroy } = request;
  Object.defineProperty(request, "destroy", {
    configurable: true,
    writable: true,
    value: function (this: ClientRequest, error?: Error) {
      guard(() => exchange.fail(leftBy(error)));
      return destroy.call(this, error);
    },
  });
}

/** A connection that becomes a WebSocket leaves its request behind without a word: nothing of it ends, nothing closes. */
function watchUpgrade(request: ClientRequest, exchange: Exchange, guard: Guard): void {
  if (request.getHeader("upgrade") === undefined) return;
  const { emit } = request;
  Object.defineProperty(request, "emit", {
    configurable: true,
    writable: true,
    value: function (this: ClientRequest, event: string | symbol, ...args: unknown[]) {
      if (event === "upgrade") {
        guard(() => {
          exchange.responseHead((args[0] as IncomingMessage).statusCode ?? 101, () => undefined);
          exchange.responseEnd();
        });
      }
      return emit.call(this, event, ...args);
    },
  });
}

/** Sees the bytes of one answer as they are pushed into it, before anyone reads: a listener on `data` would start the flow. */
function watchResponseBody(response: IncomingMessage, exchange: Exchange, guard: Guard): void {
  const push = response.push;
  Object.defineProperty(response, "push", {
    configurable: true,
    writable: true,
    value: function (this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding) {
      guard(() => {
        const bytes = asBytes(chunk, encoding);
        if (bytes !== undefined) exchange.responseChunk(bytes);
        else if (chunk === null) exchange.responseEnd();
      });
      return push.call(this, chunk, encoding);
    },
  });
  response.once("close", () => {
    guard(() => {
      // Closed before its end: either the program left or the server did.
      if (response.complete) exchange.responseEnd();
      else exchange.fail(leftBy(response.errored));
    });
  });
}

type Message = { readonly request: ClientRequest; readonly response: IncomingMessage; readonly error: unknown };

/** Watches node:http and node:https clients through their diagnostics channels. Returns what stops it. */
export function observeNodeHttpClient(observe: RequestObserver, guard: Guard): () => void {
  const exchanges = new WeakMap<ClientRequest, Exchange>();
  const answered = new WeakSet<ClientRequest>();
  const listeners: readonly (readonly [name: string, listener: (message: Message) => void])[] = [
    [
      "http.client.request.created",
      ({ request }) => {
        // A tunnel to a proxy: what goes through it is told by itself.
        if (request.method === "CONNECT") return;
        const exchange = observe(headOf(request), (name, value) => {
          if (!request.headersSent) request.setHeader(name, value);
        });
        if (exchange === undefined || !gateNodeHttp(request, exchange)) return;
        exchanges.set(request, exchange);
        watchRequestBody(request, exchange, guard);
        watchDestroy(request, exchange, guard);
        watchUpgrade(request, exchange, guard);
        // A request that is destroyed before an answer emits no channel message of its own; once there is one, that has the last word.
        request.once("close", () => {
          guard(() => {
            if (!answered.has(request)) exchange.fail(request.errored ?? leftBy(undefined));
          });
        });
      },
    ],
    [
      "http.client.response.finish",
      ({ request, response }) => {
        const exchange = exchanges.get(request);
        if (exchange === undefined) return;
        answered.add(request);
        exchange.responseHead(response.statusCode ?? 0, (name) => {
          const value = response.headers[name];
          return Array.isArray(value) ? value.join(", ") : value;
        });
        watchResponseBody(response, exchange, guard);
      },
    ],
    ["http.client.request.error", ({ request, error }) => exchanges.get(request)?.fail(error)],
  ];
  const subscribed = listeners.map(([name, listener]): [string, (message: unknown) => void] => [
    name,
    (message) => guard(() => listener(message as Message)),
  ]);
  for (const [name, listener] of subscribed) diagnostics_channel.subscribe(name, listener);
  return () => {
    for (const [name, listener] of subscribed) diagnostics_channel.unsubscribe(name, listener);
  };
}
