import type { IncomingHttpHeaders } from "node:http";
import { builtin } from "../../base/index.ts";

export type Outgoing = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Of the answer; the rest is not read. */
  readonly maxBytes?: number;
  /** True as soon as what has come is all that is wanted: event streams need not end. */
  readonly isEnough?: (text: string) => boolean;
};

export type Incoming = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

const MAX_BYTES = 1_048_576;

/** Adds a path to a base URL, whether or not that ends with a slash. Its query stays. */
export function below(base: string, path: string): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  return url;
}

/**
 * One request, without following redirects: what is sent along may be a key. The socket keeps no process; who waits for a check holds it by
 * the check's timer.
 */
export function ask(url: string | URL, outgoing: Outgoing): Promise<Incoming> {
  const { method = "GET", headers = {}, body, signal, maxBytes = MAX_BYTES, isEnough } = outgoing;
  const target = new URL(url);
  const { request } = builtin(target.protocol === "https:" ? "node:https" : "node:http");
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method,
        headers: {
          "user-agent": "agent-observatory",
          "accept-encoding": "identity",
          ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
        },
        signal,
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const finish = (): void => {
          const text = Buffer.concat(chunks).subarray(0, maxBytes).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        };
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size < maxBytes && isEnough?.(Buffer.concat(chunks).toString()) !== true) return;
          finish();
          response.destroy();
        });
        response.on("end", finish);
        response.on("error", reject);
      },
    );
    sent.on("socket", (socket) => socket.unref());
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The members of an answer in JSON; none where it is something else. */
export function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
