import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const pack = promisify(gzip);
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

/** Sends an answer, packed where the client takes that and it is worth it. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Sent,
): Promise<void> {
  const plain = typeof body === "string" ? Buffer.from(body) : body;
  const packed = plain.length >= MIN_PACKED_BYTES && takesGzip(request);
  const bytes = packed ? await pack(plain, { level: 4 }) : plain;
  if (response.destroyed) return;
  const encoding: Record<string, string> = packed ? { "content-encoding": "gzip" } : {};
  response.writeHead(status, {
    ...headers,
    ...encoding,
    vary: "Accept-Encoding, Origin",
    "content-length": bytes.length,
  });
  response.end(bytes);
}

export const plainText = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Sent => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body,
});
