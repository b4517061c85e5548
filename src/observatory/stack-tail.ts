import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { Guard } from "../receive/index.ts";
import { refuseWrite } from "./page-writes.ts";
import { plainRefusal, refuseSocket } from "./socket-refusal.ts";
import { authorizationOf, chooseProtocol } from "./socket-token.ts";
import type { Upstream } from "./stack-upstream.ts";
import { TAIL_PATH } from "./tail.ts";

const MAX_CLIENTS = 20;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Loki waits while a client has so much to read yet. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
const HANDSHAKE_MS = 10_000;
/** Codes that may be sent are few; the others only say that the connection is gone. */
const sendable = (code: number): number => (code === 1000 || (code >= 1007 && code <= 1011) ? code : 1011);

export type StackTailOptions = {
  readonly server: Server;
  readonly guard: Guard;
  readonly loki: Upstream;
};

/** Passes Loki's messages on to pages that follow logs. */
export function attachStackTail({ server, guard, loki }: StackTailOptions): { readonly close: () => void } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 4096,
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  const waiting = new Set<WebSocket>();

  const connect = (client: WebSocket, upstream: WebSocket): void => {
    upstream.on("message", (data: Buffer) => {
      client.send(data, { binary: false }, () => {
        if (client.bufferedAmount < MAX_BUFFERED_BYTES) upstream.resume();
      });
      if (client.bufferedAmount >= MAX_BUFFERED_BYTES) upstream.pause();
    });
    upstream.on("close", (code, reason) => client.close(sendable(code), reason));
    upstream.on("error", () => client.close(1011, "Loki broke the connection off"));
    client.on("error", () => upstream.terminate());
    client.on("close", () => upstream.close());
    upstream.resume();
  };

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, rest: Buffer) => {
    socket.on("error", () => {});
    const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s, 2);
    const refusal = guard({ host: request.headers.host, authorization: authorizationOf(request) });
    if (refusal !== undefined) return refuseSocket(socket, plainRefusal(refusal.status, refusal.message));
    if (path !== TAIL_PATH) return refuseSocket(socket, plainRefusal(404, "404 page not found"));
    if (refuseWrite(request, []) !== undefined)
      return refuseSocket(socket, plainRefusal(403, "expected a page of this server"));
    if (sockets.clients.size + waiting.size >= MAX_CLIENTS)
      return refuseSocket(socket, plainRefusal(429, `expected at most ${MAX_CLIENTS} pages to follow logs`));
    const target = new URL(`${loki.url.href.replace(/\/$/, "")}${TAIL_PATH}?${query}`);
    target.protocol = loki.url.protocol === "https:" ? "wss:" : "ws:";
    const upstream = new WebSocket(target, {
      headers: loki.authorization === undefined ? {} : { authorization: loki.authorization },
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
    });
    waiting.add(upstream);
    const leave = (): void => upstream.terminate();
    socket.once("close", leave);
    const refuse = (status: number, said: string): void => {
      if (!waiting.delete(upstream)) return;
      socket.off("close", leave);
      refuseSocket(socket, plainRefusal(status, said));
    };
    upstream.once("unexpected-response", (_, answer) => {
      answer.resume();
      refuse(answer.statusCode ?? 502, `${loki.name} refused it`);
    });
    upstream.on("error", () => refuse(502, `expected ${loki.name} at ${loki.shown} to open a WebSocket`));
    upstream.once("open", () => {
      // Its first lines come with the opening; they wait until somebody listens.
      upstream.pause();
      waiting.delete(upstream);
      socket.off("close", leave);
      sockets.handleUpgrade(request, socket, rest, (client) => connect(client, upstream));
    });
  });
  return {
    close: () => {
      for (const upstream of waiting) upstream.terminate();
      for (const client of sockets.clients) client.close(1001, "agent-observatory is ending");
      sockets.close();
    },
  };
}
