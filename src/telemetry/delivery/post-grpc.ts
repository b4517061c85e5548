import { type ClientHttp2Stream, connect } from "node:http2";
import type { Socket } from "node:net";
import { builtin } from "../../base/index.ts";
import { type Flight, handleOf, type Payload, type PostOptions, type PostResult } from "./post.ts";

/**
 * OTLP/gRPC is one unary call: a length-prefixed message over HTTP/2, its outcome in the trailers (grpc.io, "gRPC over HTTP2"). That is
 * all of gRPC we need; the library for it would be the largest thing a program loads with us.
 */
const SERVICE = { traces: "trace", metrics: "metrics", logs: "logs" } as const;
const METHOD = { traces: "TraceService", metrics: "MetricsService", logs: "LogsService" } as const;

/** gRPC codes after which OTLP wants a retry: cancelled, deadline, resource exhausted, aborted, out of range, unavailable, data loss. */
const RETRYABLE = new Set(["1", "4", "8", "10", "11", "14", "15"]);

function frameMessage(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

function resultOf(status: string, message: string): PostResult {
  if (status === "0") return { kind: "delivered" };
  const reason = `it answered with gRPC status ${status}${message === "" ? "" : ` (${message})`}`;
  return RETRYABLE.has(status) ? { kind: "retry", reason } : { kind: "rejected", reason };
}

const connectTo = (url: URL): Socket =>
  builtin("node:net").connect({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 80 : Number(url.port),
  });

/** The whole request is out once the stream is closed on our side and nothing waits in the socket. */
function followFlight(
  stream: ClientHttp2Stream,
  socket: Socket | undefined,
  answer: () => PostResult | undefined,
): Flight {
  return () => {
    const result = answer();
    if (result !== undefined) return { kind: "answered", result };
    const { fd = -1, writeQueueSize = 1 } = handleOf(socket);
    const out = fd >= 0 && writeQueueSize === 0 && stream.state?.localClose === 1;
    return out ? { kind: "awaited", fd } : { kind: "unsent" };
  };
}

/** Sends a batch over OTLP/gRPC. Never rejects where the address is a URL, which `post` makes sure of. */
export function postGrpc(payload: Payload, options: PostOptions): Promise<PostResult> {
  return new Promise((resolve) => {
    const url = new URL(payload.url);
    // Ours, so that its descriptor is known. Through TLS it would be of no use.
    const socket = url.protocol === "http:" ? connectTo(url) : undefined;
    const session = connect(url.origin, socket && { createConnection: () => socket });
    const finish = (result: PostResult): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => finish({ kind: "retry", reason: `no answer within ${options.timeoutMs} ms` }),
      options.timeoutMs,
    );
    timer.unref();
    session.on("error", (error: NodeJS.ErrnoException) =>
      finish({ kind: "retry", reason: error.code ?? error.message }),
    );
    // The session stands for its socket, also while that is still connecting.
    options.onSocket?.(session as never);
    const service = `opentelemetry.proto.collector.${SERVICE[payload.signal]}.v1.${METHOD[payload.signal]}`;
    const { "content-encoding": _encoding, ...headers } = payload.headers;
    const stream = session.request({
      ":method": "POST",
      ":path": `/${service}/Export`,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    let status: string | undefined;
    let message = "";
    const read = (fields: Record<string, unknown>): void => {
      if (fields["grpc-status"] === undefined) return;
      status = String(fields["grpc-status"]);
      message = String(fields["grpc-message"] ?? "");
    };
    // An error may come as headers alone, without a message between.
    stream.on("response", read);
    stream.on("trailers", read);
    stream.on("data", () => {});
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // A stream only knows that it was cancelled; why, its session knows.
      const { code, message: reason } = (error.cause as NodeJS.ErrnoException | undefined) ?? error;
      finish({ kind: "retry", reason: code ?? reason });
    });
    stream.once("close", () => {
      if (status === undefined) finish({ kind: "retry", reason: "the connection was closed without an answer" });
      else finish(resultOf(status, message));
    });
    stream.end(frameMessage(payload.body));
    options.onFlight?.(
      followFlight(stream, socket, () => (status === undefined ? undefined : resultOf(status, message))),
    );
  });
}
