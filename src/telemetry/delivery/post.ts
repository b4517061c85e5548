import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { builtin } from "../../base/index.ts";

/** One encoded batch on its way. */
export type Payload = {
  readonly signal: "traces" | "metrics" | "logs";
  readonly url: string;
  readonly protocol: "http/protobuf" | "grpc";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

export type PostResult =
  | { readonly kind: "delivered" }
  /** Worth another try: the receiver is away, busy or restarting. */
  | { readonly kind: "retry"; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver will never take this batch. */
  | { readonly kind: "rejected"; readonly reason: string };

export type PostOptions = {
  readonly timeoutMs: number;
  /** Sees the socket, to let it keep the process alive or not. */
  readonly onSocket?: (socket: Socket) => void;
  /** Given what tells, from then on, how far the request has come. */
  readonly onFlight?: (flight: Flight) => void;
};

/**
 * How far a request has come, for a process that cannot wait for its answer. `unsent`: its receiver cannot have it whole, or that is not
 * known. `awaited`: all of it is out, and nothing of the answer has been read from the socket with this descriptor.
 */
export type Flight = () =>
  | { readonly kind: "unsent" }
  | { readonly kind: "awaited"; readonly fd: number }
  | { readonly kind: "answered"; readonly result: PostResult };

/** Statuses after which OTLP/HTTP wants a retry (opentelemetry.io/docs/specs/otlp, "Retryable Response Codes"). */
const RETRYABLE = new Set([429, 502, 503, 504]);
const MAX_ANSWER_BYTES = 64 * 1024;

function retryAfterMs(header: string | undefined): { retryAfterMs?: number } {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}

const UNSENT = { kind: "unsent" } as const;

/** The part of a socket of Node that knows what has left the process: `bytesWritten` was handed over, `writeQueueSize` of it still waits. */
type SocketHandle = { readonly fd?: number; readonly bytesWritten?: number; readonly writeQueueSize?: number };
export const handleOf = (socket: Socket | undefined): SocketHandle =>
  (socket as { _handle?: SocketHandle | null } | undefined)?._handle ?? {};

/** Follows a plain HTTP request. Through TLS neither the answer nor what has been sent can be told from outside. */
function followFlight(request: ClientRequest, body: Uint8Array): Flight {
  let socket: Socket | undefined;
  let bytesBefore = 0;
  let result: PostResult | undefined;
  request.once("socket", (given) => {
    socket = given;
    // Other requests went over it before, if it was kept alive.
    bytesBefore = handleOf(given).bytesWritten ?? 0;
  });
  request.once("response", (response) => {
    result = resultOf(response);
  });
  return () => {
    if (result !== undefined) return { kind: "answered", result };
    if (socket === undefined || socket.connecting || "encrypted" in socket) return UNSENT;
    const { fd = -1, bytesWritten = 0, writeQueueSize = 1 } = handleOf(socket);
    const head = (request as { _header?: string | null })._header?.length ?? Number.POSITIVE_INFINITY;
    const out = writeQueueSize === 0 && bytesWritten - bytesBefore >= head + body.length;
    return out && fd >= 0 ? { kind: "awaited", fd } : UNSENT;
  };
}

/** What the head of an answer says. */
export function resultOfStatus(status: number, retryAfter?: string): PostResult {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const reason = `it answered ${status}`;
  return RETRYABLE.has(status) ? { kind: "retry", reason, ...retryAfterMs(retryAfter) } : { kind: "rejected", reason };
}

const resultOf = (response: IncomingMessage): PostResult =>
  resultOfStatus(response.statusCode ?? 0, response.headers["retry-after"]);

/** Sends a batch over OTLP/HTTP. Never rejects where the address is a URL, which `post` makes sure of. */
export function postHttp(payload: Payload, options: PostOptions): Promise<PostResult> {
  return new Promise((resolve) => {
    const url = new URL(payload.url);
    const send = builtin(url.protocol === "https:" ? "node:https" : "node:http").request;
    const request = send(
      url,
      {
        method: "POST",
        timeout: options.timeoutMs,
        headers: {
          "content-type": "application/x-protobuf",
          ...payload.headers,
          "content-length": String(payload.body.length),
        },
      },
      (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy();
        });
        response.once("close", () => resolve(resultOf(response)));
      },
    );
    if (options.onSocket !== undefined) request.once("socket", options.onSocket);
    options.onFlight?.(followFlight(request, payload.body));
    request.once("timeout", () => request.destroy(new Error(`no answer within ${options.timeoutMs} ms`)));
    request.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ kind: "retry", reason: error.code ?? error.message });
    });
    request.end(payload.body);
  });
}
