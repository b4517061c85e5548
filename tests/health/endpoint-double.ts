/** A server on 127.0.0.1 that answers as a test says, and keeps what it was asked. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};

export type Double = {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };

/** `reply` returns what to answer, or answers itself and returns nothing. */
export async function startDouble(
  reply: (asked: Asked, response: ServerResponse) => Reply | undefined,
): Promise<Double> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const one: Asked = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: await text(request),
    };
    asked.push(one);
    const answer = reply(one, response);
    if (answer === undefined) return;
    const { status = 200, headers = {}, body = "" } = answer;
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Takes connections and says nothing, ever. */
export async function startHungServer(): Promise<{
  readonly port: number;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const sockets = new Set<{ destroy: () => void }>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
