import type { IncomingMessage } from "node:http";

/**
 * A browser gives a WebSocket no headers but the names of protocols, so the page's token comes as one, beside the one that is spoken. It is never
 * chosen, which would send it back. An address would stand in logs.
 */
const SPOKEN = "agent-observatory.tail";
const BEARER = "agent-observatory.bearer.";

/** What a request to open a WebSocket has to show: the header of a program, or the token of the page. */
export function authorizationOf({ headers }: IncomingMessage): string | undefined {
  const offered = headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
  const bearer = offered.find((name) => name.startsWith(BEARER))?.slice(BEARER.length);
  if (headers.authorization !== undefined || bearer === undefined) return headers.authorization;
  return `Bearer ${Buffer.from(bearer, "base64url").toString()}`;
}

export const chooseProtocol = (offered: ReadonlySet<string>): string | false => (offered.has(SPOKEN) ? SPOKEN : false);
