import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ByteBudget } from "../receive/index.ts";

const pack = promisify(gzip);
/** A client that takes nothing for so long has gone, or wants to hold what is kept for it. */
const STALL_MS = 60_000;
/** Names that repeat are what answers consist of: the first level finds them, and takes a third of the time of the fourth. */
const LEVEL = 1;
/** Less does not become smaller in packets. */
const MIN_PACKED_BYTES = 1400;

export type Sent = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

const takesGzip = (request: IncomingMessage): boolean =>
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(
    String(request.headers["accept-encoding"] ?? ""),
  );

/** Sends an answer, packed where the client takes that and it is worth it. `budget` is of answers that clients have not taken yet. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Sent,
  budget: ByteBudget,
): Promise<void> {
  const plain = typeof body === "string" ? Buffer.from(body) : body;
  if (!budget.reserve(plain.length)) {
    response.writeHead(503, { "retry-after": "1", "content-type": "text/plain; charset=utf-8" });
    response.end("too many large answers are being sent; try again\n");
    return;
  }
  if (response.closed) {
    budget.release(plain.length);
    return;
  }
  response.once("close", () => budget.release(plain.length));
  const packed = plain.length >= MIN_PACKED_BYTES && takesGzip(request);
  const bytes = packed ? await pack(plain, { level: LEVEL }) : plain;
  if (response.destroyed) return;
  const encoding: Record<string, string> = packed ? { "content-encoding": "gzip" } : {};
  response.writeHead(status, {
    ...headers,
    ...encoding,
    vary: "Accept-Encoding, Origin",
    "content-length": bytes.length,
  });
  response.setTimeout(STALL_MS, () => response.destroy());
  response.end(bytes);
}

export const plainText = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Sent => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body,
});
