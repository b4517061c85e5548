import type { Duplex } from "node:stream";
import type { ApiResponse } from "../api/index.ts";

/** How long who is refused has to read why. */
const REFUSED_MS = 2000;

/** Answers a request for a WebSocket that does not get one. */
export function refuseSocket(socket: Duplex, { status, headers, body }: ApiResponse): void {
  const lines = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" });
  // A server that hands a socket over bounds its time no more.
  socket.resume();
  setTimeout(() => socket.destroy(), REFUSED_MS).unref();
  socket.end(`HTTP/1.1 ${status} \r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`);
}

export const plainRefusal = (status: number, body: string): ApiResponse => ({
  status,
  headers: { "content-type": "text/plain" },
  body,
});
