import diagnostics_channel from "node:diagnostics_channel";
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { leftBy } from "./abort-origin.ts";
import type { Exchange, RequestHead } from "./exchange.ts";
import type { RequestObserver } from "./observer.ts";

type Headers = IncomingHttpHeaders;
type Guard = (step: () => void) => void;

function headOf(headers: Headers): RequestHead {
  const scheme = headers[":scheme"] ?? "https";
  const path = headers[":path"]?.startsWith("/") ? headers[":path"] : "/";
  const url = new URL(`${scheme}://${headers[":authority"] ?? headers.host ?? "unknown"}${path}`);
  return {
    method: (headers[":method"] ?? "GET").toUpperCase(),
    scheme,
    host: url.hostname,
    port: url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port),
    path: url.pathname,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value?.toString();
    },
  };
}

/** undici speaks HTTP/2 through node:http2 and reports its requests itself: its sessions are known by a symbol that it sets on them. */
const isUndici = (session: ClientHttp2Session | undefined): boolean =>
  session !== undefined &&
  Object.getOwnPropertySymbols(session).some(({ description }) => description === "open streams");

const asBytes = (chunk: unknown, encoding: unknown): Uint8Array | undefined => {
  if (chunk instanceof Uint8Array) return chunk;
  return typeof chunk === "string" ? Buffer.from(chunk, encoding as BufferEncoding) : undefined;
};

/** Sees the bytes of one answer as they are pushed into it, before anyone reads: a listener on `data` would start the flow. */
function watchResponseBody(stream: ClientHttp2Stream, exchange: Exchange, guard: Guard): void {
  const { push } = stream;
  Object.defineProperty(stream, "push", {
    configurable: true,
    writable: true,
    value: function (this: ClientHttp2Stream, chunk: unknown, encoding?: BufferEncoding) {
      guard(() => {
        const bytes = asBytes(chunk, encoding);
        if (bytes !== undefined) exchange.responseChunk(bytes);
        // A stream that is reset ends its body as well.
        else if (chunk === null && !this.aborted) exchange.responseEnd();
      });
      return push.call(this, chunk, encoding);
    },
  });
}

/** Node closes the streams of a connection that is lost by the method that a program leaves them with. */
const isConnected = (stream: ClientHttp2Stream): boolean =>
  stream.session !== undefined && !stream.session.destroyed && stream.session.socket?.destroyed === false;

function watchLeaving(stream: ClientHttp2Stream, exchange: Exchange, guard: Guard): void {
  const { close, destroy } = stream;
  Object.defineProperty(stream, "close", {
    configurable: true,
    writable: true,
    value: function (this: ClientHttp2Stream, ...args: Parameters<ClientHttp2Stream["close"]>) {
      guard(() => {
        if (isConnected(this)) exchange.fail(leftBy(undefined));
      });
      return close.apply(this, args);
    },
  });
  Object.defineProperty(stream, "destroy", {
    configurable: true,
    writable: true,
    value: function (this: ClientHttp2Stream, error?: Error) {
      guard(() => {
        if (!this.closed && isConnected(this)) exchange.fail(leftBy(error));
      });
      return destroy.call(this, error);
    },
  });
}

type Message = {
  readonly stream: ClientHttp2Stream;
  readonly headers: Headers;
  readonly writev: boolean;
  readonly data: unknown;
  readonly encoding: string;
  readonly error: unknown;
};

const lost = (): Error => Object.assign(new Error("the stream was closed before its end"), { code: "ECONNRESET" });

/** What was written: one chunk, or those that had piled up. */
function written({ writev, data, encoding }: Message): (Uint8Array | undefined)[] {
  if (!writev) return [asBytes(data, encoding)];
  return (data as readonly { chunk: unknown; encoding: string }[]).map((one) => asBytes(one.chunk, one.encoding));
}

/**
 * Watches node:http2 clients through their diagnostics channels. The trace context does not travel: what is sent is settled before the
 * channels speak. Returns what stops it.
 */
export function observeHttp2(observe: RequestObserver, guard: Guard): () => void {
  const exchanges = new WeakMap<ClientHttp2Stream, Exchange>();
  const steps: Readonly<Record<string, (message: Message, exchange: Exchange) => void>> = {
    bodyChunkSent: (message, exchange) => {
      for (const bytes of written(message)) if (bytes !== undefined) exchange.requestChunk(bytes);
    },
    bodySent: (_, exchange) => exchange.requestEnd(),
    finish: ({ headers }, exchange) =>
      exchange.responseHead(Number(headers[":status"] ?? 0), (name) => headers[name]?.toString()),
    error: ({ error }, exchange) => exchange.fail(error),
    // After its end this changes nothing any more.
    close: (_, exchange) => exchange.fail(lost()),
  };
  const listeners: [name: string, listener: (message: unknown) => void][] = [
    [
      "http2.client.stream.created",
      (message) =>
        guard(() => {
          const { stream, headers } = message as Message;
          // A tunnel: what goes through it is told by itself.
          if (headers[":method"] === "CONNECT") return;
          if (isUndici(stream.session as ClientHttp2Session | undefined)) return;
          const exchange = observe(headOf(headers));
          if (exchange === undefined) return;
          // The head of the request is on its way; its body is not.
          const refused = exchange.gate?.byPlace();
          if (refused instanceof Error) {
            stream.destroy(refused);
            return;
          }
          exchanges.set(stream, exchange);
          watchResponseBody(stream, exchange, guard);
          watchLeaving(stream, exchange, guard);
        }),
    ],
    ...Object.entries(steps).map(([name, step]): [string, (message: unknown) => void] => [
      `http2.client.stream.${name}`,
      (message) => {
        const exchange = exchanges.get((message as Message).stream);
        if (exchange !== undefined) guard(() => step(message as Message, exchange));
      },
    ]),
  ];
  for (const [name, listener] of listeners) diagnostics_channel.subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) diagnostics_channel.unsubscribe(name, listener);
  };
}
