import type { IncomingMessage } from "node:http";
import { type ByteBudget, readBody } from "../receive/index.ts";
import { isSameOrigin } from "./access.ts";
import { plainText, type Sent } from "./send.ts";

/** What the page writes is small: a few words of a person. */
const MAX_WRITE_BYTES = 64 * 1024;
/** A browser sends it for pages of other origins only when it was allowed to beforehand. */
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Whether a browser sends the request for a page of another origin. */
export const isForeignPage = ({ headers }: IncomingMessage): boolean =>
  (headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host)) ||
  // Where a browser leaves the origin out, it still says this.
  headers["sec-fetch-site"] === "cross-site";

/**
 * Why a request must not change anything: it comes from a page of another origin than our own and those that are allowed. Programs send no
 * origin. Undefined where it may.
 */
export function refuseWrite(message: IncomingMessage, corsOrigins: readonly string[]): Sent | undefined {
  const { origin } = message.headers;
  const isAllowed = origin !== undefined && (corsOrigins.includes("*") || corsOrigins.includes(origin));
  return isAllowed || !isForeignPage(message) ? undefined : plainText(403, "expected a page of this server\n");
}

/** A JSON body, parsed; an answer where it is none. */
export async function readJson(
  message: IncomingMessage,
  budget: ByteBudget,
): Promise<{ readonly value: unknown } | Sent> {
  if (!JSON_TYPE.test(message.headers["content-type"] ?? "")) return plainText(415, "expected application/json\n");
  const body = await readBody(message, "identity", MAX_WRITE_BYTES, budget);
  if (body.kind === "too-large") return plainText(413, `expected at most ${MAX_WRITE_BYTES} bytes\n`);
  if (body.kind === "no-room") return plainText(503, "too much is being written\n", { "retry-after": "1" });
  if (body.kind === "broken") return plainText(400, `${body.message}\n`);
  try {
    return { value: JSON.parse(body.bytes.toString()) as unknown };
  } catch {
    // What came may be secret, and a parser quotes it.
    return plainText(400, "expected JSON\n");
  } finally {
    budget.release(body.reserved);
  }
}
