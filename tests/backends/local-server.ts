/** A real HTTP server on 127.0.0.1 that answers as a test says, for back ends that are well and for broken ones. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
};
export type Answer =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Anything JSON has. */
  | { readonly json: unknown; readonly status?: number }
  /** Does what it likes with the response, which may be nothing. */
  | ((response: ServerResponse, request: IncomingMessage) => void);

export type LocalServer = AsyncDisposable & {
  readonly url: string;
  readonly server: Server;
  /** In order of their arrival. */
  readonly asked: readonly Asked[];
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

function send(response: ServerResponse, answer: Exclude<Answer, (...given: never[]) => void>): void {
  if ("json" in answer) {
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" }).end(JSON.stringify(answer.json));
    return;
  }
  response.writeHead(answer.status ?? 200, { ...answer.headers }).end(answer.body ?? "");
}

export async function startLocalServer(answer: (asked: Asked) => Answer): Promise<LocalServer> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://local");
    const params = request.method === "POST" ? new URLSearchParams(await bodyOf(request)) : searchParams;
    const one = { method: request.method ?? "", path: pathname, params, headers: request.headers };
    asked.push(one);
    const given = answer(one);
    if (typeof given === "function") given(response, request);
    else send(response, given);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An address at which nobody listens any more. */
export async function closedUrl(): Promise<string> {
  await using server = await startLocalServer(() => ({}));
  return server.url;
}
