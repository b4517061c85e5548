import type { Socket } from "node:net";
import { builtin } from "../../base/index.ts";

/** One encoded batch on its way. */
export type Payload = {
  readonly signal: "traces" | "metrics" | "logs";
  readonly url: string;
  readonly protocol: "http/protobuf" | "grpc";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

export type PostResult =
  | { readonly kind: "delivered" }
  /** Worth another try: the receiver is away, busy or restarting. */
  | { readonly kind: "retry"; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver will never take this batch. */
  | { readonly kind: "rejected"; readonly reason: string };

export type PostOptions = {
  readonly timeoutMs: number;
  /** Sees the socket, to let it keep the process alive or not. */
  readonly onSocket?: (socket: Socket) => void;
};

/** Statuses after which OTLP/HTTP wants a retry (opentelemetry.io/docs/specs/otlp, "Retryable Response Codes"). */
const RETRYABLE = new Set([429, 502, 503, 504]);
const MAX_ANSWER_BYTES = 64 * 1024;

function retryAfterMs(header: string | undefined): { retryAfterMs?: number } {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}

/** Sends a batch over OTLP/HTTP. Never rejects where the address is a URL, which `post` makes sure of. */
export function postHttp(payload: Payload, options: PostOptions): Promise<PostResult> {
  return new Promise((resolve) => {
    const url = new URL(payload.url);
    const send = builtin(url.protocol === "https:" ? "node:https" : "node:http").request;
    const request = send(
      url,
      {
        method: "POST",
        timeout: options.timeoutMs,
        headers: {
          "content-type": "application/x-protobuf",
          ...payload.headers,
          "content-length": String(payload.body.length),
        },
      },
      (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy();
        });
        response.once("close", () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve({ kind: "delivered" });
          else if (RETRYABLE.has(status)) {
            const after = retryAfterMs(response.headers["retry-after"]);
            resolve({ kind: "retry", reason: `it answered ${status}`, ...after });
          } else resolve({ kind: "rejected", reason: `it answered ${status}` });
        });
      },
    );
    if (options.onSocket !== undefined) request.once("socket", options.onSocket);
    request.once("timeout", () => request.destroy(new Error(`no answer within ${options.timeoutMs} ms`)));
    request.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ kind: "retry", reason: error.code ?? error.message });
    });
    request.end(payload.body);
  });
}
