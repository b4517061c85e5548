import diagnostics_channel from "node:diagnostics_channel";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { context, ROOT_CONTEXT, type Tracer } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { ServerPlaces } from "./node-http-server.ts";
import { emitInside } from "./request-events.ts";
import { type ServerSpan, startServerSpan } from "./server-span.ts";

type Message = {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders & Readonly<Record<string, unknown>>;
};

/** What a client resets a stream with that it has lost interest in (RFC 9113). */
const CANCEL = 8;

/** Servers of gRPC speak HTTP/2 and have conventions of their own. A tunnel is no request. */
const isPlain = ({ headers }: Message): boolean =>
  headers[":method"] !== "CONNECT" && headers["content-type"]?.startsWith("application/grpc") !== true;

/** Streams that clients begin have odd numbers; the others are pushed. */
const isAsked = ({ stream }: Message): boolean => (stream.id ?? 0) % 2 === 1;

function brokenBy(stream: ServerHttp2Stream): string | undefined {
  if (stream.writableFinished) return undefined;
  const isGone = stream.rstCode === CANCEL || stream.session === undefined || stream.session.destroyed;
  if (isGone) return "left";
  const code: unknown = (stream.errored as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "stream_closed";
}

/** As `observeNodeHttpServer`, for servers of node:http2. */
export function observeHttp2Server(
  tracer: Tracer,
  { enter, upToDate = (begun) => begun }: ServerPlaces,
  guard: (step: () => void) => void,
): () => void {
  const open = new WeakMap<object, { readonly span: ServerSpan; status: number | undefined }>();
  const steps: Readonly<Record<string, (message: Message) => void>> = {
    start: (message) => {
      const { stream, headers } = message;
      if (!isAsked(message) || isTracingSuppressed(context.active())) return;
      if (!isPlain(message)) {
        // The turn may still carry the context of another request on this connection.
        enter(ROOT_CONTEXT);
        return;
      }
      const span = startServerSpan(tracer, {
        method: headers[":method"] ?? "GET",
        path: headers[":path"] ?? "/",
        scheme: headers[":scheme"] ?? "https",
        headers,
      });
      open.set(stream, { span, status: undefined });
      emitInside(stream, span.context, upToDate);
      enter(span.context);
    },
    finish: ({ stream, headers }) => {
      const request = open.get(stream);
      if (request !== undefined) request.status = Number(headers[":status"] ?? 200);
    },
    close: ({ stream }) => {
      const request = open.get(stream);
      if (request === undefined) return;
      const { span, status } = request;
      const broken = brokenBy(stream);
      span.end({ status, route: span.rpc.route, ...(broken !== undefined && { brokenBy: broken }) });
    },
  };
  const listeners = Object.entries(steps).map(([name, step]): [string, (message: unknown) => void] => [
    `http2.server.stream.${name}`,
    (message) => guard(() => step(message as Message)),
  ]);
  for (const [name, listener] of listeners) diagnostics_channel.subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) diagnostics_channel.unsubscribe(name, listener);
  };
}
