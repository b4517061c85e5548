import {
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { type RPCMetadata, RPCType, setRPCMetadata } from "@opentelemetry/core";
import { ATTR, httpMethodOf, OTHER_METHOD } from "../model/index.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export type ServerRequest = {
  readonly method: string;
  readonly path: string;
  readonly scheme: string;
  readonly headers: Headers;
};

/** How a request to a server ended. */
export type ServerEnd = {
  /** Undefined where none was sent. */
  readonly status: number | undefined;
  /** The template by which a framework found its handler. */
  readonly route: string | undefined;
  /** `left`: the client went away before the answer was complete. Any other text: what broke the answer off at this end. */
  readonly brokenBy?: string;
};

export type ServerSpan = {
  /** To be made current for the handler. */
  readonly context: Context;
  /** Instrumentations of web frameworks write the route that they found to it. */
  readonly rpc: RPCMetadata;
  /** Only the first counts. */
  readonly end: (end: ServerEnd) => void;
};

const LEFT = "left";

const getter = {
  keys: (carrier: Headers) => Object.keys(carrier),
  get: (carrier: Headers, key: string) => carrier[key],
};

function describeEnd(span: Span, method: string, { status, route, brokenBy }: ServerEnd): void {
  if (route !== undefined && route !== "") {
    span.updateName(`${method} ${route}`);
    span.setAttribute(ATTR.httpRoute, route);
  }
  if (status !== undefined) span.setAttribute(ATTR.httpStatus, status);
  // Who leaves does not make it a failure of the server.
  if (brokenBy === LEFT) span.setAttribute(ATTR.streamOutcome, "abandoned");
  const failure = status !== undefined && status >= 500 ? String(status) : brokenBy === LEFT ? undefined : brokenBy;
  if (failure === undefined) return;
  span.setAttribute(ATTR.errorType, failure);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Begins the span of a request that a server takes (semantic conventions 1.36, HTTP server spans). */
export function startServerSpan(tracer: Tracer, request: ServerRequest): ServerSpan {
  const method = httpMethodOf(request.method);
  const name = method === OTHER_METHOD ? "HTTP" : method;
  // ROOT: the turn may still carry the context of an earlier request on this connection.
  const parent = propagation.extract(ROOT_CONTEXT, request.headers, getter);
  const attributes = {
    [ATTR.httpMethod]: method,
    ...(method === OTHER_METHOD && { [ATTR.httpMethodOriginal]: request.method }),
    "url.path": request.path.split("?", 1)[0] ?? "/",
    "url.scheme": request.scheme,
  };
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  const rpc: RPCMetadata = { type: RPCType.HTTP, span };
  let ended = false;
  return {
    context: setRPCMetadata(trace.setSpan(parent, span), rpc),
    rpc,
    end: (end) => {
      if (ended) return;
      ended = true;
      describeEnd(span, name, end);
      span.end();
    },
  };
}
