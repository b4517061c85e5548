import {
  expectResult,
  INITIALIZE,
  INITIALIZE_ID,
  INITIALIZED,
  PING,
  PING_ID,
  protocolVersionIn,
  type Reply,
  replyIn,
} from "./mcp-messages.ts";
import { ask, type Incoming } from "./outgoing.ts";

export type McpUrl = { readonly url: string; readonly headers?: Readonly<Record<string, string>> };

/** Finds a reply in an answer: a message in JSON, or an event stream that has come so far. */
function findReply(text: string, id: number): Reply | undefined {
  const whole = replyIn(text, id);
  if (whole !== undefined) return whole;
  const lines = text.split(/\r\n|\r|\n/).flatMap((line) => (line.startsWith("data:") ? line.slice(5) : []));
  return lines.map((line) => replyIn(line, id)).find((reply) => reply !== undefined);
}

/** Opens a session, asks whether the server is there, and ends the session (Streamable HTTP). */
export async function pingMcpUrl({ url, headers = {} }: McpUrl, signal: AbortSignal): Promise<void> {
  const common = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
  const request = async (body: string, id: number, method: string, session: Readonly<Record<string, string>>) => {
    const isEnough = (text: string): boolean => findReply(text, id) !== undefined;
    const incoming: Incoming = await ask(url, {
      method: "POST",
      headers: { ...common, ...session },
      body,
      signal,
      isEnough,
    });
    if (incoming.status !== 200) throw new Error(`it answered ${method} with ${incoming.status}`);
    const reply = findReply(incoming.text, id);
    if (reply === undefined) throw new Error(`it answered ${method} with something that is not MCP`);
    expectResult(reply, method);
    return { reply, sessionId: incoming.headers["mcp-session-id"] };
  };
  const { reply, sessionId } = await request(INITIALIZE, INITIALIZE_ID, "initialize", {});
  const session = {
    "mcp-protocol-version": protocolVersionIn(reply),
    ...(typeof sessionId === "string" && { "mcp-session-id": sessionId }),
  };
  try {
    await ask(url, { method: "POST", headers: { ...common, ...session }, body: INITIALIZED, signal });
    await request(PING, PING_ID, "ping", session);
  } finally {
    // Servers may refuse to end a session on request; those that keep many will not.
    if (typeof sessionId === "string") {
      await ask(url, { method: "DELETE", headers: { ...common, ...session }, signal }).catch(() => undefined);
    }
  }
}
