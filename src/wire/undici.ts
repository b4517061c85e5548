import diagnostics_channel from "node:diagnostics_channel";
import type { HeaderLookup } from "../genai/index.ts";
import { leftBy } from "./abort-origin.ts";
import type { Exchange, RequestHead } from "./exchange.ts";
import type { RequestObserver } from "./observer.ts";
import { gateUndici } from "./undici-gate.ts";

/** The part of undici's request that its diagnostics channels document (undici docs, DiagnosticsChannel.md). */
type UndiciRequest = {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  readonly headers: string | readonly (string | Buffer | readonly string[])[];
  /** The protocol that a WebSocket asks for. */
  readonly upgrade?: string | null;
  readonly addHeader: (name: string, value: string) => void;
};

function lookupPairs(pairs: readonly unknown[]): HeaderLookup {
  return (name) => {
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      // Names of another length are most: they need not become texts. Their bytes are ASCII.
      const given = pairs[at] as string | Buffer;
      if (given.length === name.length && String(given).toLowerCase() === name) {
        const value = pairs[at + 1];
        // Response headers are raw bytes, which HTTP defines as latin1.
        return Buffer.isBuffer(value) ? value.toString("latin1") : String(value);
      }
    }
    return undefined;
  };
}

/** Over HTTP/2 undici 8 gives an object where all else gives a list. */
function lookupResponse(headers: Message["response"]["headers"]): HeaderLookup {
  if (Array.isArray(headers)) return lookupPairs(headers);
  return (name) => (headers as Readonly<Record<string, unknown>>)[name]?.toString();
}

/** undici 5 keeps the request headers as one text, later ones as a flat list. */
function lookupHeaders(headers: UndiciRequest["headers"]): HeaderLookup {
  if (typeof headers !== "string") return lookupPairs(headers);
  return lookupPairs(
    headers.split("\r\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return colon === -1 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
}

function headOf(request: UndiciRequest): RequestHead {
  const url = new URL(request.path.startsWith("/") ? `${String(request.origin)}${request.path}` : request.path);
  const scheme = url.protocol.slice(0, -1);
  return {
    method: request.method.toUpperCase(),
    transport: "undici",
    scheme,
    host: url.hostname,
    port: url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port),
    path: url.pathname,
    header: lookupHeaders(request.headers),
  };
}

type Message = {
  readonly request: UndiciRequest;
  readonly chunk: Uint8Array | string;
  readonly response: { readonly statusCode: number; readonly headers: object };
  readonly error: unknown;
};

const asBytes = (chunk: Uint8Array | string): Uint8Array => (typeof chunk === "string" ? Buffer.from(chunk) : chunk);

const METHODS = [
  ["onBodySent", "requestChunk", "bodyChunkSent"],
  ["onData", "responseChunk", "bodyChunkReceived"],
] as const;

/** By its text, which is long: looked at once for each method of each copy of undici. */
const PUBLISHING = new WeakMap<object, boolean>();

function publishes(method: object, channel: string): boolean {
  let known = PUBLISHING.get(method);
  if (known === undefined) {
    known = String(method).includes(channel);
    PUBLISHING.set(method, known);
  }
  return known;
}

/**
 * undici before 7 publishes no bodies: there they pass through methods of its request, which are watched on this one object. Whether a
 * version publishes shows in the text of its methods: nothing else differs before the first byte.
 */
function watchUnpublished(request: UndiciRequest, exchange: Exchange, guard: (step: () => void) => void): void {
  for (const [method, step, channel] of METHODS) {
    const original: unknown = Reflect.get(request, method);
    if (typeof original !== "function" || publishes(original, channel)) continue;
    Object.defineProperty(request, method, {
      configurable: true,
      writable: true,
      value: function (this: UndiciRequest, chunk: Uint8Array | string) {
        guard(() => exchange[step](asBytes(chunk)));
        return original.call(this, chunk);
      },
    });
  }
}

/** Not every version publishes that a connection has become a WebSocket, which is the end of the request. */
function watchUpgrade(request: UndiciRequest, exchange: Exchange, guard: (step: () => void) => void): void {
  if (!request.upgrade) return;
  for (const method of ["onUpgrade", "onRequestUpgrade"]) {
    const original: unknown = Reflect.get(request, method);
    if (typeof original !== "function") continue;
    Object.defineProperty(request, method, {
      configurable: true,
      writable: true,
      value: function (this: UndiciRequest, ...args: unknown[]) {
        guard(() => {
          exchange.responseHead(Number(args[0]), () => undefined);
          exchange.responseEnd();
        });
        return original.apply(this, args);
      },
    });
  }
}

/**
 * Watches fetch and undici, Node's own and the npm package's, through their diagnostics channels: nothing of the program is
 * touched. `guard` runs each step so that a fault of ours stays ours. Returns what stops it.
 */
export function observeUndici(observe: RequestObserver, guard: (step: () => void) => void): () => void {
  const exchanges = new WeakMap<UndiciRequest, Exchange>();
  const steps: Readonly<Record<string, (message: Message, exchange: Exchange) => void>> = {
    bodyChunkSent: ({ chunk }, exchange) => exchange.requestChunk(asBytes(chunk)),
    bodySent: (_, exchange) => exchange.requestEnd(),
    headers: ({ response }, exchange) => {
      // 1xx answers come before the real one.
      if (response.statusCode >= 200) exchange.responseHead(response.statusCode, lookupResponse(response.headers));
    },
    bodyChunkReceived: ({ chunk }, exchange) => exchange.responseChunk(asBytes(chunk)),
    trailers: (_, exchange) => exchange.responseEnd(),
    // A program may abort with a reason of any kind; what the transport itself runs into has a code.
    error: ({ error }, exchange) => exchange.fail(leftBy(error)),
  };
  const listeners: [name: string, listener: (message: unknown) => void][] = [
    [
      "undici:request:create",
      (message) =>
        guard(() => {
          const { request } = message as Message;
          // A tunnel to a proxy: what goes through it is told by itself.
          if (request.method === "CONNECT") return;
          const observed = observe(headOf(request), (name, value) => request.addHeader(name, value));
          const exchange = observed && gateUndici(request, observed);
          if (exchange === undefined) return;
          exchanges.set(request, exchange);
          watchUnpublished(request, exchange, guard);
          watchUpgrade(request, exchange, guard);
        }),
    ],
    ...Object.entries(steps).map(([name, step]): [string, (message: unknown) => void] => [
      `undici:request:${name}`,
      (message) => {
        const exchange = exchanges.get((message as Message).request);
        if (exchange !== undefined) guard(() => step(message as Message, exchange));
      },
    ]),
  ];
  for (const [name, listener] of listeners) diagnostics_channel.subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) diagnostics_channel.unsubscribe(name, listener);
  };
}
