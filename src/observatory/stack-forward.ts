import { Agent as HttpAgent, type IncomingMessage, request as requestHttp, type ServerResponse } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { SAFETY } from "./page.ts";
import type { Upstream } from "./stack-upstream.ts";

/** As the page's own clients take it. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
/** Without a byte for so long, on either side. */
const SILENCE_MS = 60_000;
const MAX_CONNECTIONS = 32;

/** Neither the token of the page nor cookies are for the other side. */
const ASKED_HEADERS = ["accept", "accept-encoding", "content-type", "x-loki-response-encoding-flags"];
const ANSWERED_HEADERS = ["content-encoding", "retry-after"];
/** What else comes is shown as text: a page of a proxy is not to run at this address. */
const SAFE_TYPE = /^(?:application\/json|text\/plain)\b/i;

export type Forwarder = {
  /** Passes one request on, and the answer back. Never throws. */
  readonly forward: (message: IncomingMessage, response: ServerResponse, to: Upstream) => void;
  readonly close: () => void;
};

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was broken off",
  ENOTFOUND: "no such host",
};

export function createForwarder(): Forwarder {
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };

  const forward: Forwarder["forward"] = (message, response, { name, shown, url, authorization }) => {
    const fail = (status: number, what: string): void => {
      if (response.headersSent) return void response.destroy();
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
      response.end(`expected ${name} at ${shown} to answer; got ${what}\n`);
    };
    const headers: Record<string, string> = { "user-agent": "agent-observatory" };
    for (const header of ASKED_HEADERS) {
      const value = message.headers[header];
      if (typeof value === "string") headers[header] = value;
    }
    if (authorization !== undefined) headers["authorization"] = authorization;
    const isSecure = url.protocol === "https:";
    const asked = (isSecure ? requestHttps : requestHttp)({
      agent: agents[isSecure ? "https:" : "http:"],
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port,
      method: message.method ?? "GET",
      // As it came: read and written anew, it could lead elsewhere than where it was allowed to.
      path: `${url.pathname.replace(/\/$/, "")}${message.url ?? "/"}`,
      headers,
      timeout: SILENCE_MS,
    });
    asked.on("timeout", () => asked.destroy(Object.assign(new Error("no answer"), { code: "no answer in time" })));
    asked.on("error", (error: NodeJS.ErrnoException) =>
      fail(502, REASONS[error.code ?? ""] ?? error.code ?? "no connection"),
    );
    asked.on("response", (answered) => {
      const status = answered.statusCode ?? 502;
      const type = answered.headers["content-type"] ?? "";
      answered.on("error", () => response.destroy());
      // Nobody is led anywhere: the address may hold what is not for the page.
      if (status >= 300 && status < 400) {
        answered.resume();
        return fail(502, `${status}, which leads elsewhere`);
      }
      if (Number(answered.headers["content-length"] ?? 0) > MAX_ANSWER_BYTES) {
        asked.destroy();
        return fail(502, `more than ${MAX_ANSWER_BYTES} bytes`);
      }
      const kept = ANSWERED_HEADERS.flatMap((header) => {
        const value = answered.headers[header];
        return typeof value === "string" ? [[header, value]] : [];
      });
      response.writeHead(status, {
        ...SAFETY,
        ...Object.fromEntries(kept),
        "content-type": SAFE_TYPE.test(type) ? type : "text/plain; charset=utf-8",
        "cache-control": "no-store",
      });
      let bytes = 0;
      answered.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) response.destroy();
      });
      answered.pipe(response);
    });
    // Nobody waits for it any more.
    response.once("close", () => asked.destroy());
    response.setTimeout(SILENCE_MS, () => response.destroy());
    let sent = 0;
    message.on("data", (chunk: Buffer) => {
      sent += chunk.length;
      if (sent > MAX_REQUEST_BYTES) asked.destroy(Object.assign(new Error(), { code: "a question that is too long" }));
    });
    message.pipe(asked);
  };
  return {
    forward,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
