import { jsonOf } from "./outgoing.ts";

/** The revision that is asked for; a server answers with the one that it will speak. */
const PROTOCOL_VERSION = "2025-06-18";

export const INITIALIZE_ID = 1;
export const PING_ID = 2;

export const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: INITIALIZE_ID,
  method: "initialize",
  params: {
    protocolVersion: PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: "agent-observatory-health", version: "1" },
  },
});
export const INITIALIZED = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
export const PING = JSON.stringify({ jsonrpc: "2.0", id: PING_ID, method: "ping" });

export type Reply = { readonly result?: unknown; readonly error?: { readonly code?: unknown } };

/** The answer to one of our requests in a line; undefined where it is another message, or a line of the server's log. */
export function replyIn(line: string, id: number): Reply | undefined {
  const message = jsonOf(line);
  return message["id"] === id && ("result" in message || "error" in message) ? (message as Reply) : undefined;
}

/** Throws what a server says against it. Its own words may quote what it was sent, and are not repeated. */
export function expectResult({ error }: Reply, method: string): void {
  if (error !== undefined) throw new Error(`it answered ${method} with the error ${String(error?.code)}`);
}

export function protocolVersionIn({ result }: Reply): string {
  const version = (result as { readonly protocolVersion?: unknown } | null | undefined)?.protocolVersion;
  return typeof version === "string" ? version : PROTOCOL_VERSION;
}
