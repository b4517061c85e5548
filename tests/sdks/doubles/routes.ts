/** A server of exact answers on the loopback, over HTTP/1.1 or HTTP/2 without TLS: bytes by method and path. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export type Answer = {
  readonly status?: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are written one after the other, in turns of their own. */
  readonly body: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Cuts the connection where the body ends. */
  readonly cut?: boolean;
};

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  readonly headers: IncomingMessage["headers"];
};

/** The first whose pattern fits `METHOD /path` answers. */
export type Routes = readonly (readonly [pattern: RegExp, answer: Answer | ((asked: Asked) => Answer)])[];

export type RoutesDouble = AsyncDisposable & { readonly url: string; readonly asked: readonly Asked[] };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  response.writeHead(answer.status ?? 200, { "content-type": answer.type, ...answer.headers });
  const pieces = Array.isArray(answer.body) ? answer.body : [answer.body];
  for (const piece of pieces as readonly (string | Uint8Array)[]) {
    response.write(piece);
    await turn();
  }
  if (answer.cut === true) response.destroy();
  else response.end();
}

export async function startRoutes(routes: Routes, version: 1 | 2 = 1): Promise<RoutesDouble> {
  const asked: Asked[] = [];
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on("error", () => {});
    const body = await buffer(request);
    const [path = ""] = (request.url ?? "").split("?");
    const one = { method: request.method ?? "", path, body, headers: request.headers };
    asked.push(one);
    const found = routes.find(([pattern]) => pattern.test(`${one.method} ${path}`))?.[1];
    const answer = typeof found === "function" ? found(one) : found;
    await send(response, answer ?? { status: 404, type: "application/json", body: '{"message":"no route"}' });
  };
  const listener = onRequest as never;
  const server: Server | Http2Server = version === 2 ? createHttp2Server(listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

export const json = (body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  type: "application/json",
  headers,
  body: JSON.stringify(body),
});

/** Lines of JSON, each in a piece of its own. */
export const jsonLines = (lines: readonly unknown[], type = "application/x-ndjson"): Answer => ({
  type,
  body: lines.map((line) => `${JSON.stringify(line)}\n`),
});

/** Server-sent events: with a name where there is one. */
export const events = (items: readonly (readonly [name: string, data: unknown])[]): Answer => ({
  type: "text/event-stream; charset=utf-8",
  body: items.map(
    ([name, data]) =>
      `${name === "" ? "" : `event: ${name}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`,
  ),
});
