import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CODE, CONTENT_TYPES, type Code, encodeExportResponse, encodeStatus } from "./answers.ts";
import { PACKINGS, type Packing, readBody } from "./body.ts";
import { answerCors } from "./cors.ts";
import { BUSY_RETRY_MS, type ByteBudget, type ReceiveLimits } from "./limits.ts";
import { type Address, listen } from "./listen.ts";
import { SERVER_NAME } from "./port-holder.ts";
import { type Encoding, type Guard, SIGNALS, type Signal, type Take } from "./take.ts";

export type OtlpHttpOptions = {
  readonly address: Address;
  readonly take: Take;
  readonly limits: ReceiveLimits;
  readonly budget: ByteBudget;
  readonly guard: Guard;
  /** Origins whose pages may send: `*` for all, none by default. */
  readonly corsOrigins: readonly string[];
  /** Counts a request that never came to `take`. */
  readonly onRefused?: (reason: string) => void;
  /** Hears of mistakes of our own. */
  readonly onFault: (error: unknown) => void;
};

export type OtlpServer = {
  readonly port: number;
  /** Takes no more requests, waits for those that run and closes; connections that are idle are closed at once. */
  readonly close: () => Promise<void>;
};

type Refused = {
  readonly status: number;
  /** It came to `take`, which counts it. */
  readonly isTaken?: true;
  readonly code: Code;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const refused = (status: number, code: Code, message: string, headers?: Refused["headers"]): Refused => ({
  status,
  code,
  message,
  ...(headers !== undefined && { headers }),
});

function retryLater(status: 429 | 503, message: string, retryAfterMs: number): Refused {
  const headers = { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  return refused(status, status === 429 ? CODE.resourceExhausted : CODE.unavailable, message, headers);
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return "protobuf";
  return type === CONTENT_TYPES.json ? "json" : undefined;
}

type Wanted = { readonly signal: Signal; readonly encoding: Encoding; readonly packing: Packing };

/** What can be said of a request by its head alone. */
function readHead(request: IncomingMessage, options: OtlpHttpOptions): Wanted | Refused {
  const caller = { host: request.headers.host, authorization: request.headers.authorization };
  const refusal = options.guard(caller);
  if (refusal !== undefined) {
    if (refusal.status === 403) return refused(403, CODE.permissionDenied, refusal.message);
    return refused(401, CODE.unauthenticated, refusal.message, { "www-authenticate": "Bearer" });
  }
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const signal = SIGNALS.find((one) => path === `/v1/${one}`);
  if (signal === undefined)
    return refused(404, CODE.notFound, "expected the path /v1/traces, /v1/metrics or /v1/logs of OTLP");
  if (request.method !== "POST") return refused(405, CODE.unimplemented, "expected POST", { allow: "POST" });
  const encoding = encodingOf(request);
  if (encoding === undefined)
    return refused(415, CODE.invalidArgument, `expected content-type ${Object.values(CONTENT_TYPES).join(" or ")}`);
  const packed = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const packing = PACKINGS.find((one) => one === packed);
  if (packing === undefined)
    return refused(415, CODE.invalidArgument, `expected content-encoding ${PACKINGS.join(", ")} or none`);
  if (Number(request.headers["content-length"] ?? 0) > options.limits.maxRequestBytes) return tooLarge(options.limits);
  return { signal, encoding, packing };
}

const tooLarge = ({ maxRequestBytes }: ReceiveLimits): Refused =>
  refused(
    413,
    CODE.resourceExhausted,
    `expected at most ${maxRequestBytes} bytes, unpacked as well; send smaller batches`,
  );

async function handle(
  request: IncomingMessage,
  { signal, encoding, packing }: Wanted,
  { take, limits, budget }: OtlpHttpOptions,
): Promise<Buffer | Refused> {
  const body = await readBody(request, packing, limits.maxRequestBytes, budget);
  if (body.kind === "too-large") return tooLarge(limits);
  if (body.kind === "no-room") return retryLater(429, "too much is waiting to be stored", BUSY_RETRY_MS);
  if (body.kind === "broken") return refused(400, CODE.invalidArgument, body.message);
  try {
    const result = await take(signal, body.bytes, encoding);
    if (result.kind === "accepted") return encodeExportResponse(signal, result.rejected, result.message, encoding);
    if (result.kind === "bad") return { ...refused(400, CODE.invalidArgument, result.message), isTaken: true };
    const later =
      result.kind === "busy"
        ? retryLater(429, "too much is waiting to be stored", result.retryAfterMs)
        : retryLater(503, result.message, BUSY_RETRY_MS);
    return { ...later, isTaken: true };
  } finally {
    budget.release(body.reserved);
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, options: OtlpHttpOptions): Promise<void> {
  response.setHeader("server", SERVER_NAME);
  if (answerCors(request, response, options.corsOrigins, "POST")) return;
  const encoding = encodingOf(request) ?? "json";
  const head = readHead(request, options);
  const answer = "status" in head ? head : await handle(request, head, options);
  const headers = { "content-type": CONTENT_TYPES[encoding] };
  if (Buffer.isBuffer(answer)) {
    response.writeHead(200, { ...headers, "content-length": answer.length }).end(answer);
    return;
  }
  if (answer.isTaken !== true) options.onRefused?.(String(answer.status));
  const body = encodeStatus(answer.code, answer.message, encoding);
  response.writeHead(answer.status, { ...headers, ...answer.headers, "content-length": body.length }).end(body);
  // The rest is passed over, until the request's time is over: a sender that is cut off in the middle never reads the answer.
  request.resume();
}

/** Makes a server resist those that send slowly, or nothing. */
export function boundServer(server: Server, { requestTimeoutMs, maxConnections }: ReceiveLimits): void {
  server.headersTimeout = Math.min(10_000, requestTimeoutMs);
  server.requestTimeout = requestTimeoutMs;
  // Longer than the pause between two exports, so that a program keeps its connection.
  server.keepAliveTimeout = 65_000;
  server.maxConnections = maxConnections;
}

/** How long what runs may go on when a server closes. */
export const CLOSE_GRACE_MS = 1500;

/** Stops a server: idle connections are closed at once, those with a request when it is answered or its grace is over. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Starts OTLP/HTTP (opentelemetry.io/docs/specs/otlp). Throws `ObservatoryError` where the port cannot be had. */
export async function startOtlpHttpServer(options: OtlpHttpOptions): Promise<OtlpServer> {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("error", () => {});
    serve(request, response, options).catch((error: unknown) => {
      options.onFault(error);
      response.destroy();
    });
  };
  const server = createServer({ connectionsCheckingInterval: 1000 }, onRequest);
  // Who waits for "100 Continue" is told at once where there is no point in sending.
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if ("status" in readHead(request, options)) response.shouldKeepAlive = false;
    else response.writeContinue();
    onRequest(request, response);
  });
  boundServer(server, options.limits);
  const port = await listen(server, options.address);
  return { port, close: () => closeServer(server) };
}
