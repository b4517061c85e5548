import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import type { ByteBudget } from "./limits.ts";

export type Body =
  /** `reserved` bytes of the budget are held until the caller releases them. */
  | { readonly kind: "whole"; readonly bytes: Buffer; readonly reserved: number }
  | { readonly kind: "too-large" }
  | { readonly kind: "no-room" }
  /** It ended early or is not packed as it says. */
  | { readonly kind: "broken"; readonly message: string };

export const PACKINGS = ["identity", "gzip", "deflate"] as const;
export type Packing = (typeof PACKINGS)[number];

/** Reads what a request carries and unpacks it as it comes: a bomb is found out at the limit, not in memory. */
export function readBody(
  request: IncomingMessage,
  packing: Packing,
  limitBytes: number,
  budget: ByteBudget,
): Promise<Body> {
  return new Promise((resolve) => {
    const unpacker = packing === "identity" ? undefined : packing === "gzip" ? createGunzip() : createInflate();
    const source: Readable = unpacker ?? request;
    const chunks: Buffer[] = [];
    let length = 0;
    let packedLength = 0;
    let finished = false;
    const finish = (body: Body): void => {
      if (finished) return;
      finished = true;
      if (body.kind !== "whole") {
        budget.release(length);
        if (unpacker !== undefined) request.unpipe(unpacker);
        // What still comes is passed over, so that the answer can be read before the connection closes.
        request.resume();
      }
      // They would live as long as the request, until it is answered.
      chunks.length = 0;
      unpacker?.destroy();
      resolve(body);
    };
    request.on("close", () => {
      if (!request.complete)
        finish({ kind: "broken", message: "the connection was closed before the end of the body" });
    });
    // Its reason is told by `close`.
    request.on("error", () => {});
    source.on("data", (chunk: Buffer) => {
      if (finished) return;
      if (length + chunk.length > limitBytes) return finish({ kind: "too-large" });
      if (!budget.reserve(chunk.length)) return finish({ kind: "no-room" });
      length += chunk.length;
      chunks.push(chunk);
    });
    source.once("end", () => finish({ kind: "whole", bytes: Buffer.concat(chunks, length), reserved: length }));
    if (unpacker === undefined) return;
    unpacker.on("error", (error: NodeJS.ErrnoException) =>
      finish({ kind: "broken", message: `the body is not valid ${packing} (${error.code ?? error.message})` }),
    );
    request.on("data", (chunk: Buffer) => {
      packedLength += chunk.length;
      if (packedLength > limitBytes) finish({ kind: "too-large" });
    });
    request.pipe(unpacker);
  });
}
