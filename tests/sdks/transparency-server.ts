/** A model server of the transparency suite: answers by a table of routes, keeps what it was sent, and what should be told of each call. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { normalizeText } from "./transparency-report.ts";

/** What one inference span is to say; what is absent is to be absent there. */
export type ExpectedCall = {
  readonly operation: string;
  readonly model: string;
  readonly status?: number;
  readonly input?: number;
  readonly output?: number;
  readonly retry?: number;
  readonly failed?: boolean;
  readonly outcome?: string;
};

export type ServerCall = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the client sent
  readonly body: any;
  readonly headers: IncomingHttpHeaders;
  /** How many calls with this model came before. */
  readonly before: number;
};

export type ServerReply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is, a list piece by piece with pauses. */
  readonly body?: object | string | readonly string[];
  readonly type?: string;
  /** `hang` never answers, `reset` ends the connection without an answer; `hold` answers in part and then waits for the client to leave. */
  readonly end?: "hang" | "reset" | "hold";
  readonly call?: ExpectedCall;
};

export type ModelServer = AsyncDisposable & {
  readonly url: string;
  readonly expected: readonly ExpectedCall[];
  /** Every request as it came, without what differs between two runs. */
  readonly seen: readonly string[];
  readonly requests: () => number;
};

/** Long enough for a client that wants to leave in between. */
const PIECE_DELAY_MS = 8;

/** Enough for every client to have seen something of the content. */
const HELD_AFTER_PIECES = 5;

function write(response: ServerResponse, reply: ServerReply): Promise<void> | void {
  const { status = 200, headers = {}, body = "", end } = reply;
  response.sendDate = false;
  if (end === "hang") return;
  if (end === "reset") {
    response.destroy();
    return;
  }
  const isList = Array.isArray(body);
  const type = reply.type ?? (isList ? "text/event-stream" : "application/json");
  response.writeHead(status, { "content-type": type, "x-request-id": "req_1", "request-id": "req_1", ...headers });
  if (!isList) {
    response.end(typeof body === "string" ? body : JSON.stringify(body));
    return;
  }
  return (async () => {
    for (const piece of (body as readonly string[]).slice(0, end === "hold" ? HELD_AFTER_PIECES : undefined)) {
      if (response.destroyed) return;
      response.write(piece);
      await delay(PIECE_DELAY_MS);
    }
    if (end !== "hold") response.end();
  })();
}

const UNSTABLE = new Set(["host", "traceparent", "tracestate", "baggage"]);

function readBody(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return { size: bytes.length };
  }
}

export async function startModelServer(answer: (call: ServerCall) => ServerReply): Promise<ModelServer> {
  const expected: ExpectedCall[] = [];
  const seen: string[] = [];
  const counts = new Map<string, number>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    response.on("error", () => {});
    const bytes = await buffer(request).catch(() => Buffer.alloc(0));
    const url = new URL(request.url ?? "/", "http://server");
    const body = readBody(bytes) as { model?: string };
    const key = `${url.pathname} ${body?.model}`;
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    const headers = Object.entries(request.headers).filter(([name]) => !UNSTABLE.has(name));
    const told = [request.method, url.pathname + url.search, headers.toSorted(), body];
    seen.push(normalizeText(JSON.stringify(told)));
    const { method = "", headers: all } = request;
    const reply = answer({ method, path: url.pathname, query: url.search, body, headers: all, before });
    if (reply.call !== undefined) expected.push(reply.call);
    await write(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    expected,
    seen,
    requests: () => requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One event of a stream, named where the provider names its events. */
export const sse = (data: object | string, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
